// Signing keys changed through HTTP, while mail is under way.
import { Resolver } from 'node:dns/promises';
import { ImapFlow } from 'imapflow';
import { authenticate } from 'mailauth';
import { createTransport } from 'nodemailer';
import { beforeAll, expect, test } from 'vitest';
import { onTheWire } from '../../testing/active-domain.ts';
import { askUntil, orderEnded } from '../../testing/follow.ts';
import { freshName, mailboxesOn, orderOf } from '../../testing/order-body.ts';
import { type Body, useInstallation } from '../../testing/test-installation.ts';

const { promise: released, resolve: release } = Promise.withResolvers<void>();

const api = useInstallation(
  {},
  {
    workflow: {
      // The week of overlap, in less than a second.
      timeScale: 1e-6,
      faults: {
        beforeStep: ({ workflow, step }) =>
          workflow === 'dns.rotate-dkim' && step === 'retireKeys' ? released : undefined,
      },
    },
  },
);

let uid: string;
let name: string;
let mailbox: Body;
beforeAll(async () => {
  name = freshName();
  const order = await api.post('/orders', orderOf([{ name, mailboxes: mailboxesOn(name, 1) }]));
  const done = await orderEnded(api, order.body.order_id);
  ({ uid } = done.domains[0]);
  const credentials = await api.get(`/mailboxes/show-credentials?uid=${done.domains[0].mailboxes[0].uid}`);
  mailbox = credentials.body.mailbox ?? credentials.body;
});

/** Sends a mail to the sender, and reads what arrived. */
const sendAndRead = async (subject: string): Promise<Buffer> => {
  const { email, app_password: pass, smtp, imap, certificate } = mailbox;
  const transport = createTransport({
    host: smtp.connect_to ?? smtp.host,
    port: smtp.port,
    secure: true,
    auth: { user: email, pass },
    tls: { servername: smtp.host, ca: certificate },
  });
  await transport.sendMail({ from: email, to: email, subject, text: 'Signed.' });
  transport.close();
  const client = new ImapFlow({
    host: imap.connect_to ?? imap.host,
    port: imap.port,
    secure: true,
    servername: imap.host,
    auth: { user: email, pass },
    tls: { ca: certificate },
    logger: false,
  });
  await client.connect();
  try {
    await client.mailboxOpen('INBOX');
    const [found] = (await askUntil(
      async () => (await client.search({ subject }, { uid: true })) || [],
      (uids) => uids.length > 0,
    )) as number[];
    const message = await client.fetchOne(String(found), { source: true }, { uid: true });
    return (message as { source: Buffer }).source;
  } finally {
    await client.logout();
  }
};

/** What a receiver finds of the sender's signatures now, as `selector result`. */
const signatures = async (message: Buffer): Promise<string[]> => {
  const dns = new Resolver();
  dns.setServers([`127.0.0.1:${api.installation.ports.dns}`]);
  const resolver = (host: string, type: string) => dns.resolve(host, type as 'TXT');
  const { dkim } = await authenticate(message, { resolver: resolver as never, disableArc: true } as never);
  const results = (dkim as unknown as { results: { selector: string; status: { result: string } }[] })
    .results;
  return results.map(({ selector, status }) => `${selector} ${status.result}`).toSorted();
};

const rotation = async (): Promise<Body> =>
  (await api.get(`/dns/list?uid=${uid}`)).body.dns_record.dkim_rotation;
const health = async (): Promise<Body> => (await api.post('/dns/verify', { uid })).body.results[0];
const selectorsSeen = ({ records }: Body) =>
  records.find(({ label }: Body) => label === 'DKIM').checks.map(({ host }: Body) => host.split('.')[0]);

test('mail signed before, during and after a change of keys can be checked, until the old keys are retired', async () => {
  const before = await sendAndRead('before');
  expect(await signatures(before)).toEqual(['ik1 pass', 'ik2 pass']);

  const started = await api.post('/dns/dkim/rotate', { uid });
  expect(started.status).toBe(202);
  expect(started.body).toMatchObject({ uid, domain: name, dkim_rotation: { stage: 'making_keys' } });
  const overlapping = await askUntil(rotation, (state) => state?.stage === 'overlapping');
  expect(overlapping.selectors).toEqual(['ik3', 'ik4']);

  const during = await sendAndRead('during');
  expect(await signatures(during)).toEqual(['ik3 pass', 'ik4 pass']);
  expect(await signatures(before)).toEqual(['ik1 pass', 'ik2 pass']);
  const midway = await health();
  expect(midway).toMatchObject({ overall_health: 'healthy', needs_repair: false });
  expect(selectorsSeen(midway)).toEqual(['ik1', 'ik2', 'ik3', 'ik4']);
  const twice = await api.post('/dns/dkim/rotate', { domain: name });
  expect([twice.status, twice.body.code]).toEqual([409, 'dkim_rotation_in_progress']);
  expect((await api.post('/dns/repair', { uid })).body.results[0].status).toBe('healthy');

  release();
  await askUntil(rotation, (state) => state === null);
  await askUntil(
    () => onTheWire(api, `ik1._domainkey.${name}`, 'TXT'),
    (seen) => seen.length === 0,
  );
  const after = await sendAndRead('after');
  expect(await signatures(after)).toEqual(['ik3 pass', 'ik4 pass']);
  expect(await signatures(during)).toEqual(['ik3 pass', 'ik4 pass']);
  expect(await signatures(before)).not.toContain('ik1 pass');
  const end = await askUntil(health, ({ overall_health }) => overall_health === 'healthy');
  expect(selectorsSeen(end)).toEqual(['ik3', 'ik4']);
});

test('a version from before the change brings everything back but the old keys', async () => {
  const { versions } = (await api.get(`/dns/versions?uid=${uid}&limit=500`)).body;
  expect(versions.map(({ reason }: Body) => reason)).toEqual([
    'old signing keys are retired',
    'new signing keys are published',
    'the records that the program keeps up',
  ]);
  await api.post('/dns/add', { uid, records: [{ host: 'app', type: 'A', value: '192.0.2.1' }] });
  const restored = await api.post('/dns/restore', { uid, version: 1 });
  const hosts = restored.body.dns_record.records.map(({ host }: Body) => host);
  expect(hosts).not.toContain('app');
  expect(hosts.filter((host: string) => host.endsWith('._domainkey'))).toEqual([
    'ik3._domainkey',
    'ik4._domainkey',
  ]);
  await askUntil(health, ({ overall_health }) => overall_health === 'healthy');
});

test('a domain that signs no mail has no keys to change', async () => {
  const { db } = api.installation.context;
  await db.updateTable('dns_zone').set({ managed: '[]' }).where('domain_uid', '=', uid).execute();
  const { status, body } = await api.post('/dns/dkim/rotate', { uid });
  expect([status, body.code]).toEqual([409, 'no_mail_keys']);
});
