// Limits of a workspace: how many domains and mailboxes it may hold, however they would come in.
import { beforeAll, describe, expect, test } from 'vitest';
import { activeDomain } from '../../testing/active-domain.ts';
import { activeMailboxes } from '../../testing/active-mailbox.ts';
import { askUntil, expectBalanced, walletOf } from '../../testing/follow.ts';
import { contact, freshName, mailboxesOn, orderOf } from '../../testing/order-body.ts';
import type { Body } from '../../testing/test-installation.ts';
import { useInstallation } from '../../testing/test-installation.ts';

const api = useInstallation();
const setLimits = async (limits: object): Promise<Body> => {
  const { status, body } = await api.call('PUT', '/workspaces/update', { uid: api.workspaceUid, limits });
  expect(status, JSON.stringify(body)).toBe(200);
  return body.workspace;
};
const held = async (): Promise<{ domains: number; mailboxes: number }> =>
  (await api.get(`/workspaces/details?uid=${api.workspaceUid}`)).body.workspace;
const wish = (username: string) => ({
  username,
  domain_name: domain.name,
  first_name: 'Mara',
  last_name: 'Voss',
  platform: 'GOOGLE',
});
let domain: { uid: string; name: string };
let box: { uid: string };

beforeAll(async () => {
  domain = await activeDomain(api);
  box = (await activeMailboxes(api, domain.name, ['mara']))[0]!;
}, 60_000);

describe('limits', () => {
  test('are null at first, are set one by one, shown, told, and taken away with null', async () => {
    expect((await api.get('/workspaces/list')).body.workspaces[0].limits).toEqual({
      max_domains: null,
      max_mailboxes: null,
    });
    expect((await setLimits({ max_domains: 5 })).limits).toEqual({ max_domains: 5, max_mailboxes: null });
    expect((await setLimits({ max_mailboxes: 7 })).limits).toEqual({ max_domains: 5, max_mailboxes: 7 });
    expect((await setLimits({ max_domains: null, max_mailboxes: null })).limits.max_domains).toBeNull();
    const told = await api.database.db
      .selectFrom('event')
      .select('data')
      .where('subject_uid', '=', api.workspaceUid)
      .where('type', '=', 'workspace.updated')
      .orderBy('seq')
      .execute();
    expect(told[1]!.data).toMatchObject({
      changed: ['limits'],
      limits: { max_domains: 5, max_mailboxes: 7 },
      previous_limits: { max_domains: 5, max_mailboxes: null },
    });
    const refused = await api.call('PUT', '/workspaces/update', {
      uid: api.workspaceUid,
      limits: { max_domains: -1, max_apples: 3 },
    });
    expect(refused.body.problems.map(({ path }: Body) => path)).toEqual(
      expect.arrayContaining(['limits.max_domains', 'limits.max_apples']),
    );
  });

  test('on mailboxes refuse whatever would pass them, in dry runs too, and nothing is charged', async () => {
    const { domains, mailboxes } = await held();
    await setLimits({ max_mailboxes: mailboxes + 1, max_domains: null });
    const before = await walletOf(api);
    const csv = `email,name\na@${domain.name},A B\nb@${domain.name},A B\n`;
    const two = { mailboxes: [wish('a'), wish('b')] };
    const order = orderOf(
      [1, 2].map(() => freshName()).map((name) => ({ name, mailboxes: mailboxesOn(name, 1) })),
    );
    for (const dry_run of [true, false]) {
      for (const reply of [
        await api.post('/mailboxes/buy', { ...two, dry_run }),
        await api.post('/mailboxes/import', { csv, platform: 'GOOGLE', dry_run }),
        await api.post('/orders', { ...order, dry_run }),
      ]) {
        expect([reply.status, reply.body.code], JSON.stringify(reply.body)).toEqual([
          403,
          'workspace_limit_reached',
        ]);
        expect(reply.body).toMatchObject({
          limit: 'max_mailboxes',
          maximum: mailboxes + 1,
          current: mailboxes,
          requested: 2,
        });
      }
    }
    expect((await api.post('/quotes', { buy_mailboxes: two })).body.code).toBe('workspace_limit_reached');
    expect(await walletOf(api)).toBe(before);
    expect(await held()).toMatchObject({ domains, mailboxes });
    expect((await api.post('/mailboxes/buy', { mailboxes: [wish('one')] })).status).toBe(200);
    await expectBalanced(api);
  });

  test('of two purchases at once that fit alone and not together, one is refused', async () => {
    const { mailboxes } = await held();
    await setLimits({ max_mailboxes: mailboxes + 1 });
    const replies = await Promise.all(
      ['left', 'right'].map((username) => api.post('/mailboxes/buy', { mailboxes: [wish(username)] })),
    );
    expect(replies.map(({ body }) => body.code ?? 'bought').sort()).toEqual([
      'bought',
      'workspace_limit_reached',
    ]);
  });

  test('keep a mailbox that ended from coming back into a workspace that is full', async () => {
    await api.post('/mailboxes/cancel', { uids: [box.uid], when: 'now', confirm_domain_teardown: false });
    const status = (await api.post('/mailboxes/status', { uids: [box.uid] })).body.mailboxes[0].status;
    if (status !== 'cancelled') {
      const last = await api.post('/mailboxes/cancel', {
        uids: [box.uid],
        when: 'now',
        confirm_domain_teardown: true,
      });
      expect(last.status, JSON.stringify(last.body)).toBe(200);
    }
    const { mailboxes } = await held();
    await setLimits({ max_mailboxes: mailboxes });
    const refused = await api.post('/mailboxes/reactivate', { uids: [box.uid] });
    expect([refused.status, refused.body.code]).toEqual([403, 'workspace_limit_reached']);
    await setLimits({ max_mailboxes: null });
  });

  test('on domains count bought and connected ones, and one that is full names itself in each row', async () => {
    const { domains } = await held();
    await setLimits({ max_domains: domains + 1 });
    const before = await walletOf(api);
    const names = [freshName(), freshName()];
    const wishes = {
      domains: names.map((name) => ({ name })),
      contact_details: contact,
      use_wallet_balance: true,
    };
    for (const reply of [
      await api.post('/domains/register', { ...wishes, dry_run: true }),
      await api.post('/domains/register', wishes),
      await api.post('/quotes', { register_domains: { domains: wishes.domains, contact_details: contact } }),
      await api.post('/orders', orderOf(names.map((name) => ({ name, mailboxes: [] })))),
    ]) {
      expect([reply.status, reply.body.code, reply.body.limit], JSON.stringify(reply.body)).toEqual([
        403,
        'workspace_limit_reached',
        'max_domains',
      ]);
    }
    expect(await walletOf(api)).toBe(before);
    const connected = await api.post('/domains/nameservers', { domains: names });
    expect(connected.body.result.map(({ error }: Body) => error?.code ?? 'connected')).toEqual([
      'connected',
      'workspace_limit_reached',
    ]);
    await askUntil(held, ({ domains: now }) => now === domains + 1);
    const again = await api.post('/domains/nameservers', { domains: [names[1]] });
    expect([again.status, again.body.code]).toEqual([403, 'workspace_limit_reached']);
  });
});
