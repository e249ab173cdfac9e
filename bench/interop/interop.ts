// `npm run bench -- interop`: what programs of others say about our mail, our IMAP server and our zones. Unlike the
// benchmarks it judges, and fails when a verdict is not the one it must be.
import { freshName, mailboxesOn, orderOf } from '../../server/testing/order-body.ts';
import type { Answer } from '../../tools/demo/api-client.ts';
import { makeDataDirectory } from '../data-directory.ts';
import { needPackages } from '../debian.ts';
import { type Installation, startInstallation } from '../installation.ts';
import { title } from '../report.ts';
import { wrongVerdicts } from './judgement.ts';
import { judgeMail } from './mail-verdicts.ts';
import { isPrivateNetwork, runInPrivateNetwork } from './private-network.ts';
import { judgePythonClients } from './python-clients.ts';
import { judgeSubmission } from './submission.ts';
import { judgeTwoWaySync } from './two-way-sync.ts';
import { judgeZone } from './zone-verdicts.ts';

const PACKAGES = {
  swaks: 'swaks',
  python3: '/usr/bin/python3',
  'libnet-ssleay-perl': '/usr/share/doc/libnet-ssleay-perl',
  'libauthen-sasl-perl': '/usr/share/doc/libauthen-sasl-perl',
  'python3-dkim': 'dkimverify',
  'python3-spf': '/usr/share/doc/python3-spf',
  'python3-nacl': '/usr/share/doc/python3-nacl',
  'python3-authheaders': '/usr/share/doc/python3-authheaders',
  'spf-tools-perl': '/usr/bin/spfquery.mail-spf-perl',
  spfquery: '/usr/bin/spfquery.libspf2',
  spamassassin: 'spamassassin',
  'opendkim-tools': 'opendkim-testmsg',
  isync: 'mbsync',
  'bind9-dnsutils': 'dig',
  'bind9-utils': 'named-checkzone',
  iproute2: 'ip',
};

export const interop = async (): Promise<void> => {
  if (!isPrivateNetwork()) {
    await needPackages(PACKAGES);
    const scratch = await makeDataDirectory();
    process.exitCode = await runInPrivateNetwork(scratch.path);
    await scratch.remove();
    return;
  }
  title('interop: verdicts of independent programs, in a network without a way out');
  const data = await makeDataDirectory();
  const work = await makeDataDirectory();
  const installation = await startInstallation(data.path, { INBOXKIT_DNS_PORT: '53' });
  const domain = freshName();
  const [sender, recipient] = await twoMailboxes(installation, domain);
  const people = { sender: sender!, recipient: recipient!, domain };
  const message = await judgeSubmission(people, installation.ports);
  await judgeMail(message, people, work.path);
  await judgePythonClients(people, installation.ports);
  await judgeTwoWaySync(recipient!, work.path);
  await judgeZone(installation.api, domain, work.path);
  await installation.close();
  await data.remove();
  await work.remove();
  const wrong = wrongVerdicts();
  if (wrong > 0) throw new Error(`${wrong} verdicts are wrong`);
};

export type People = { sender: Answer; recipient: Answer; domain: string };

const twoMailboxes = async ({ api }: Installation, domain: string): Promise<Answer[]> => {
  const { order_id } = await api.post(
    '/orders',
    orderOf([{ name: domain, mailboxes: mailboxesOn(domain, 2) }]),
  );
  for (;;) {
    const order = await api.get(`/orders/${order_id}`);
    if (order.status === 'error') throw new Error(`the order failed: ${JSON.stringify(order)}`);
    if (order.status === 'done') break;
    await new Promise((wake) => setTimeout(wake, 250));
  }
  const emails = [0, 1].map((index) => `mara${index}@${domain}`);
  return Promise.all(
    emails.map((email) => api.get(`/mailboxes/show-credentials?email=${encodeURIComponent(email)}`)),
  );
};
