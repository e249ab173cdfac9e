// Removing domains, through HTTP: what goes, what stays, and what comes back.
import { describe, expect, test } from 'vitest';
import { inTransaction } from '../../../database/database.ts';
import { newId } from '../../../database/uuid.ts';
import { activeDomain, onTheWire } from '../../testing/active-domain.ts';
import { askUntil, expectBalanced, walletOf } from '../../testing/follow.ts';
import { contact, freshName } from '../../testing/order-body.ts';
import { type Body, useInstallation } from '../../testing/test-installation.ts';
import { setUp, setUpId } from './set-up.workflow.ts';

const api = useInstallation();

const rowOf = async (uid: string): Promise<Body> =>
  (await api.get(`/domains/details?uid=${uid}`)).body.domain;
const untilStatus = (uid: string, status: string): Promise<Body> =>
  askUntil(
    () => rowOf(uid),
    (row) => row.status === status,
  );
const remove = (body: object) => api.post('/domains/remove', body);
const buyMailbox = async (domain: { uid: string; name: string }): Promise<Body> => {
  const wish = { first_name: 'Mara', last_name: 'Voss', username: 'mara', platform: 'GOOGLE' };
  const { status, body } = await api.post('/mailboxes/buy', {
    mailboxes: [{ ...wish, domain_name: domain.name }],
  });
  expect(status, JSON.stringify(body)).toBe(200);
  return askUntil(
    async () => (await api.get(`/mailboxes/details?uid=${body.mailboxes[0].uid}`)).body.mailbox,
    (mailbox) => mailbox.status === 'active',
  );
};

describe('domains/remove', () => {
  test('takes the domain out with its DNS and its forwarding, and says where it stood', async () => {
    const domain = await activeDomain(api);
    await api.post('/domains/catch-all', { uids: [domain.uid], email: 'inbox@northpeak.example' });
    const { status, body } = await remove({ domains: [domain.name] });
    expect([status, body]).toEqual([
      200,
      {
        error: false,
        message: 'Domains scheduled for deletion',
        result: {
          updated: [],
          deleted: [{ ...domain, previous_status: 'active', new_status: 'deleted' }],
        },
      },
    ]);
    expect(['scheduled_for_deletion', 'deleted']).toContain((await rowOf(domain.uid)).status);
    await untilStatus(domain.uid, 'deleted');
    await expect.poll(() => onTheWire(api, domain.name, 'MX'), { timeout: 10_000 }).toEqual([]);
    expect((await api.get(`/dns/list?uid=${domain.uid}`)).status).toBe(404);
    const { db } = api.installation.storage;
    const left = db.selectFrom('published.mail_forward').select('kind').where('domain', '=', domain.name);
    expect(await left.execute()).toEqual([]);
    expect((await api.post('/domains/list', { status: ['deleted'], keyword: domain.name })).body.total).toBe(
      1,
    );
  });

  test('does not take mailboxes along unless it is told to', async () => {
    const domain = await activeDomain(api);
    const mailbox = await buyMailbox(domain);
    const before = await walletOf(api);
    const refused = await remove({ uids: [domain.uid] });
    expect([refused.status, refused.body.code]).toEqual([409, 'domain_has_mailboxes']);
    expect(refused.body.domains).toEqual([{ domain: domain.name, mailboxes: 1 }]);
    expect((await rowOf(domain.uid)).status).toBe('active');

    expect((await remove({ uids: [domain.uid], confirm_mailboxes: true })).status).toBe(200);
    await untilStatus(domain.uid, 'deleted');
    const { body } = await api.get(`/mailboxes/details?uid=${mailbox.uid}`);
    expect(body.mailbox.status).toBe('deleted');
    const { providers } = api.installation.context;
    expect(await providers.mailboxHost('GOOGLE').findMailbox({ id: mailbox.uid })).toBeNull();
    expect(await walletOf(api)).toBe(before);
    await expectBalanced(api);
  });

  test('a removed name can be connected again, and begins with nothing', async () => {
    const domain = await activeDomain(api);
    await api.post('/domains/forwarding', {
      uids: [domain.uid],
      forwarding_url: 'https://northpeak.example',
    });
    await remove({ uids: [domain.uid] });
    await untilStatus(domain.uid, 'deleted');
    const { status, body } = await api.post('/domains/nameservers', { domains: [domain.name] });
    expect(status).toBe(200);
    expect(body.result[0].uid).not.toBe(domain.uid);
    const again = await untilStatus(body.result[0].uid, 'active');
    expect(again).toMatchObject({
      connection_type: 'connected',
      forwarding_url: null,
      assigned_mailboxes: 0,
    });
    expect(await onTheWire(api, domain.name, 'MX')).toHaveLength(1);
  });

  test('asked again while it is under way, answers that it was asked before', async () => {
    const domain = await activeDomain(api);
    // As it stands after a host refused.
    await api.installation.storage.db
      .updateTable('domain')
      .set({ status: 'scheduled_for_deletion', status_reason: 'the host refused' })
      .where('uid', '=', domain.uid)
      .execute();
    const { body } = await remove({ uids: [domain.uid] });
    expect(body.result.updated).toEqual([
      { ...domain, previous_status: 'scheduled_for_deletion', new_status: 'deleted' },
    ]);
    await untilStatus(domain.uid, 'deleted');
  });

  test('while a name is being registered it is refused', async () => {
    const name = freshName('-slow');
    const { body } = await api.post('/domains/register', {
      domains: [{ name }],
      contact_details: contact,
      use_wallet_balance: true,
    });
    const refused = await remove({ domains: [name] });
    expect([refused.status, refused.body.code]).toEqual([409, 'domain_being_registered']);
    await untilStatus(body.domain_uids[0], 'active');
  });

  test('of several domains removes all of them or none', async () => {
    const domain = await activeDomain(api);
    const nobodys = newId();
    const { status, body } = await remove({ uids: [domain.uid, nobodys] });
    expect([status, body.code, body.domains]).toEqual([404, 'domain_not_found', [nobodys]]);
    expect((await rowOf(domain.uid)).status).toBe('active');
  });

  test('leaves nothing that could still be changed', async () => {
    const domain = await activeDomain(api);
    await remove({ uids: [domain.uid] });
    await untilStatus(domain.uid, 'deleted');
    for (const [path, more] of [
      ['/domains/remove', {}],
      ['/domains/dmarc', { policy: 'reject' }],
      ['/domains/renew', {}],
    ] as const) {
      const { status, body } = await api.post(path, { uids: [domain.uid], ...more });
      expect([path, status, body.code]).toEqual([path, 404, 'domain_not_found']);
    }
  });
});

test('a domain removed while it is being set up leaves nothing behind', async () => {
  const domain = await activeDomain(api);
  const { context, storage } = api.installation;
  await storage.db
    .updateTable('domain')
    .set({ status: 'dns_setup_pending' })
    .where('uid', '=', domain.uid)
    .execute();
  const input = { domainUid: domain.uid, platform: null };
  await inTransaction(storage.db, (tx) => context.workflows.start(tx, setUp, setUpId(domain.uid, 2), input));
  expect((await remove({ uids: [domain.uid] })).status).toBe(200);
  await untilStatus(domain.uid, 'deleted');
  await api.installation.workflows!.waitFor(setUpId(domain.uid, 2), { timeoutMs: 30_000 });
  expect((await rowOf(domain.uid)).status).toBe('deleted');
  expect(await context.providers.mailboxHost('SMTP').knownDomains([domain.name])).toEqual([]);
  expect(await context.providers.dnsHost().readZone(domain.name)).toBeNull();
});
