// `npm run bench -- mail`: accepted messages a second beside Postfix, IMAP sessions a second beside Dovecot, and what
// 2,000 idle connections cost.
import { chmod, mkdir, readFile } from 'node:fs/promises';
import { freePort } from '../../planes/web/testing/free-port.ts';
import { freshName, mailboxesOn, orderOf } from '../../server/testing/order-body.ts';
import { makeDataDirectory } from '../data-directory.ts';
import { needPackages } from '../debian.ts';
import { type Installation, startInstallation, withDatabase } from '../installation.ts';
import { inLanes } from '../lanes.ts';
import { figure, megabytes, part, times, title } from '../report.ts';
import { cpuMsOf, familyCpuMsOf, rssBytesOf, untilIdle } from '../usage.ts';
import { DOVECOT_PACKAGES, startDovecot } from './dovecot.ts';
import { fillInboxes, openIdle, pushMs, SESSION, sessionsPerS } from './imap-load.ts';
import { POSTFIX_PACKAGES, startPostfix } from './postfix.ts';
import { acceptedPerS, type SmtpAccount, type SmtpLoad } from './smtp-load.ts';

const DOMAINS = 10;
const MAILBOXES_EACH = 5;
const CONNECTIONS = 50;
const MESSAGE_BYTES = 10_000;
const MESSAGES = 1_500;
const ROUNDS = 3;
const IMAP_CLIENTS = 10;
const IMAP_S = 5;
const INBOX_MESSAGES = 20;
const IDLE = 2_000;

export const benchMail = async (): Promise<void> => {
  await needPackages({ ...POSTFIX_PACKAGES, ...DOVECOT_PACKAGES });
  title(
    `mail: ${DOMAINS * MAILBOXES_EACH} mailboxes on ${DOMAINS} domains; best of ${ROUNDS} rounds in turns`,
  );
  const data = await makeDataDirectory();
  // The daemons of the peers run as users of their own and have to get to their directories.
  await chmod(data.path, 0o755);
  const at = async (name: string) => {
    await mkdir(`${data.path}/${name}`);
    return `${data.path}/${name}`;
  };
  const dataDir = await at('installation');
  const installation = await startInstallation(dataDir);
  const accounts = await makeMailboxes(installation);
  const { databaseUrl, ports } = installation;
  const tls = { cert: `${dataDir}/tls/cert.pem`, key: `${dataDir}/tls/key.pem` };
  const ca = await readFile(tls.cert, 'utf8');
  const authPort = await freePort();
  const dovecotPort = await freePort();
  const dovecot = await startDovecot({
    databaseUrl,
    directory: await at('dovecot'),
    imapsPort: dovecotPort,
    authPort,
    tls,
  });
  const postfixPorts = { smtp: await freePort(), submissions: await freePort() };
  const postfix = await startPostfix(
    { databaseUrl, directory: await at('postfix'), ports: postfixPorts, tls },
    authPort,
  );
  await untilIdle(installation.pid);

  const load = { connections: CONNECTIONS, messages: MESSAGES, sizeBytes: MESSAGE_BYTES };
  const account = (index: number) => accounts[index % accounts.length]!;
  const submission = {
    ...load,
    ca,
    sender: account,
    recipient: (index: number) => `b${index}@elsewhere.example`,
  };
  await compareSmtp(
    'submission over TLS, signed in; signed with DKIM is what is sent, by neither here',
    installation.pid,
    postfix.pid,
    [
      { ...submission, port: ports.submissions },
      { ...submission, port: postfixPorts.submissions },
    ],
  );
  // The others keep their INBOX for the IMAP sessions.
  const receivers = accounts.slice(0, -IMAP_CLIENTS);
  const inbound = {
    ...load,
    sender: () => ({ email: 'a@example.org' }),
    recipient: (index: number) => receivers[index % receivers.length]!.email,
  };
  await compareSmtp(
    'inbound; ours judges SPF, DKIM and DMARC and stores in the mailbox, Postfix queues and discards',
    installation.pid,
    postfix.pid,
    [
      { ...inbound, port: ports.smtp },
      { ...inbound, port: postfixPorts.smtp },
    ],
  );
  await postfix.stop();

  const imap = { ca, port: ports.imaps };
  const readers = accounts.slice(-IMAP_CLIENTS);
  await fillInboxes(imap, readers, INBOX_MESSAGES, MESSAGE_BYTES);
  await fillInboxes({ ca, port: dovecotPort }, readers, INBOX_MESSAGES, MESSAGE_BYTES);
  part(`IMAP sessions of ${IMAP_CLIENTS} clients: ${SESSION}; ${INBOX_MESSAGES} messages of 10 kB`);
  const extent = { clients: IMAP_CLIENTS, durationS: IMAP_S, messages: INBOX_MESSAGES };
  const rounds: [own: number, peer: number][] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    rounds.push([
      await sessionsPerS(imap, readers, extent),
      await sessionsPerS({ ca, port: dovecotPort }, readers, extent),
    ]);
  }
  reportRatio('sessions a second', 'Dovecot', rounds);
  await dovecot.stop();
  await reportIdle(installation, imap, accounts);
  await installation.close();
  await data.remove();
};

const reportRatio = (what: string, peer: string, rounds: [own: number, peer: number][]): void => {
  const [own, other] = [0, 1].map((side) => Math.max(...rounds.map((round) => round[side]!))) as [
    number,
    number,
  ];
  const listed = (side: number) => `of ${rounds.map((round) => round[side]!.toFixed(0)).join(', ')}`;
  figure(`${what}, InboxKit`, own.toFixed(0), listed(0));
  figure(`${what}, ${peer}`, other.toFixed(0), listed(1));
  figure(`InboxKit ÷ ${peer}`, times(own / other));
};

const compareSmtp = async (
  what: string,
  pid: number,
  peerPid: number,
  [own, peer]: [SmtpLoad, SmtpLoad],
): Promise<void> => {
  part(`Accepted messages of 10 kB over ${CONNECTIONS} connections, on the disk before the 250: ${what}`);
  const rounds: [number, number][] = [];
  const cpu: [number, number][] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const before = [await cpuMsOf(pid), await familyCpuMsOf(peerPid)];
    rounds.push([await acceptedPerS(own), await acceptedPerS(peer)]);
    const after = [await cpuMsOf(pid), await familyCpuMsOf(peerPid)];
    cpu.push([0, 1].map((side) => ((after[side] ?? 0) - (before[side] ?? 0)) / MESSAGES) as [number, number]);
    await untilIdle(pid);
  }
  reportRatio('messages a second', 'Postfix', rounds);
  figure(
    'processor time a message, InboxKit',
    `${Math.min(...cpu.map(([ms]) => ms)).toFixed(2)} ms`,
    'without PostgreSQL',
  );
};

const makeMailboxes = async (installation: Installation): Promise<SmtpAccount[]> => {
  const { api, databaseUrl } = installation;
  const names = Array.from({ length: DOMAINS }, () => freshName());
  const body = orderOf(names.map((name) => ({ name, mailboxes: mailboxesOn(name, MAILBOXES_EACH) })));
  const { order_id } = await api.post('/orders', body);
  for (let status = ''; status !== 'done'; { status } = await api.get(`/orders/${order_id}`)) {
    if (status === 'error') throw new Error('the order of the mailboxes failed');
    await new Promise((wake) => setTimeout(wake, 500));
  }
  // A benchmark sends what nobody may send in a day.
  await withDatabase(databaseUrl, (client) =>
    client.query('update published.mailbox set daily_send_limit = 10000000'),
  );
  const accounts: SmtpAccount[] = [];
  const emails = names.flatMap((name) => mailboxesOn(name, MAILBOXES_EACH).map(({ email }) => email));
  await inLanes(
    emails.map((email) => async () => {
      const { app_password } = await api.get(
        `/mailboxes/show-credentials?email=${encodeURIComponent(email)}`,
      );
      accounts.push({ email, secret: app_password });
    }),
    5,
  );
  return accounts;
};

const reportIdle = async (
  { pid }: Installation,
  imap: { ca: string; port: number },
  accounts: SmtpAccount[],
): Promise<void> => {
  part(`${IDLE} IMAP connections over TLS that idle in the INBOX of ${accounts.length} mailboxes`);
  await untilIdle(pid);
  const before = await rssBytesOf(pid);
  const idling = await openIdle(imap, accounts, IDLE);
  await untilIdle(pid);
  const after = await rssBytesOf(pid);
  if (before !== null && after !== null) {
    figure(
      'memory',
      megabytes(after),
      `${(((after - before) / IDLE / 1024) | 0).toFixed(0)} kB a connection`,
    );
  }
  const pushes: number[] = [];
  for (const [index, account] of accounts.slice(0, 10).entries()) {
    const there = idling.filter((_, place) => place % accounts.length === index);
    pushes.push(await pushMs(imap, account, there));
  }
  figure(
    'push to all that idle in one INBOX',
    `${Math.max(...pushes).toFixed(0)} ms`,
    'from the APPEND; slowest of 10 mailboxes',
  );
  for (const client of idling) client.close();
};
