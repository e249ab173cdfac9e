// Test keys: what they act in, and what they cannot reach.
import { createTransport } from 'nodemailer';
import { describe, expect, test } from 'vitest';
import { askUntil } from '../../testing/follow.ts';
import { contact } from '../../testing/order-body.ts';
import { addTeam } from '../../testing/second-team.ts';
import { type Body, useInstallation } from '../../testing/test-installation.ts';
import { issueInvoices } from '../invoices/index.ts';

/** With delivery to others switched on: what keeps mail inside is the sandbox, and not the default of the installation. */
const api = useInstallation({ INBOXKIT_OUTBOUND: 'on' });

const testKeyOf = async (team: { key: string }, more: object = {}) => {
  const made = await api.post('/keys', { name: 'CI', test: true, ...more }, { key: team.key });
  expect(made.status, JSON.stringify(made.body)).toBe(201);
  const key: string = made.body.api_key;
  const [workspace] = (await api.get('/workspaces/list', { key })).body.workspaces;
  return { key, uid: made.body.key.uid, as: { key, workspace: workspace.uid }, made: made.body.key };
};
const label = () => `nova${Math.random().toString(36).slice(2, 10)}`;
const register = (as: Body, name: string, more: object = {}) =>
  api.post(
    '/domains/register',
    { domains: [{ name }], contact_details: contact, use_wallet_balance: true, ...more },
    as,
  );

describe('a test key', () => {
  test('acts in a sandbox beside its team: with other money, other workspaces, and says so everywhere', async () => {
    const team = await addTeam(api.installation, 50);
    const { key, as, made, uid } = await testKeyOf(team);
    expect(made.test).toBe(true);
    const account = await api.get('/account', { key });
    expect(account.headers.get('x-sandbox')).toBe('true');
    expect(account.body).toMatchObject({ sandbox: true, credits_remaining: 10_000 });
    const live = await api.get('/account', { key: team.key });
    expect([live.body.sandbox, live.headers.get('x-sandbox')]).toEqual([false, null]);
    const name = `${label()}.test`;
    expect((await register(as, name)).status).toBe(200);
    expect((await api.get('/billing/wallet', { key: team.key })).body.credits_remaining).toBe(50);
    expect((await api.get('/billing/wallet', { key })).body.credits_remaining).toBe(9_987.5);
    const there = await api.get('/workspaces/list', { key: team.key });
    expect(there.body.workspaces.map((row: Body) => row.uid)).toEqual([team.workspaceUid]);
    expect((await register({ key, workspace: team.workspaceUid }, `${label()}.test`)).body.message).toBe(
      'Invalid workspace',
    );
    const keys: Body[] = (await api.get('/keys', { key: team.key })).body.keys;
    expect(keys.find((row) => row.uid === uid)?.test).toBe(true);
    const second = await testKeyOf(team);
    expect(second.as.workspace).toBe(as.workspace);
    const seen: Body[] = (await api.get('/keys', { key })).body.keys;
    expect(seen.every((row) => row.test)).toBe(true);
    expect((await api.post('/keys/revoke', { uid }, { key: team.key })).status).toBe(200);
    expect((await api.get('/account', { key })).status).toBe(401);
  });

  test('has names under .test alone, which nobody else can have', async () => {
    const team = await addTeam(api.installation, 50);
    const { as } = await testKeyOf(team);
    const mine = { key: team.key, workspace: team.workspaceUid };
    for (const [who, name] of [
      [as, `${label()}.com`],
      [mine, `${label()}.test`],
    ] as const) {
      const { status, body } = await register(who, name);
      expect([status, body.domains[0].reason]).toEqual([409, 'unsupported_tld']);
    }
    const found = await api.post('/domains/search', { keyword: label() }, as);
    expect(found.body.domains.length).toBeGreaterThan(0);
    for (const { name } of found.body.domains) expect(name).toMatch(/\.test$/);
  });

  test('reaches nothing outside: no connected domains, no money, no mail to others, no invoice', async () => {
    const team = await addTeam(api.installation, 0);
    const { as, key } = await testKeyOf(team);
    const connect = await api.post('/domains/nameservers', { domains: ['northpeak.com'] }, as);
    expect([connect.status, connect.body.code]).toEqual([403, 'not_in_sandbox']);
    for (const path of ['/sequencers/add', '/sequencers/export', '/mailboxes/consent-request/initiate']) {
      expect((await api.post(path, {}, as)).body.code, path).toBe('not_in_sandbox');
    }
    expect((await api.get('/admin/price-book', { key })).body.code).toBe('operator_only');

    const name = `${label()}.test`;
    const placed = await api.post(
      '/orders',
      {
        contact_details: contact,
        domains: [
          {
            name,
            mailboxes: [{ email: `mara@${name}`, first_name: 'Mara', last_name: 'Voss', platform: 'GOOGLE' }],
          },
        ],
      },
      as,
    );
    expect(placed.status, JSON.stringify(placed.body)).toBe(201);
    await askUntil(
      async () => (await api.get(`/orders/${placed.body.order_id}`, as)).body,
      (order) => order.status === 'done',
    );
    const [mailbox] = (await api.post('/mailboxes/list', {}, as)).body.mailboxes;
    const { body: login } = await api.get(`/mailboxes/show-credentials?uid=${mailbox.uid}`, as);
    const smtp = createTransport({
      host: '127.0.0.1',
      port: api.installation.ports.submissions!,
      secure: true,
      tls: { rejectUnauthorized: false },
      auth: { user: `mara@${name}`, pass: login.app_password },
    });
    await smtp.sendMail({ from: `mara@${name}`, to: 'somebody@northpeak.invalid', subject: 'x', text: 'x' });
    smtp.close();
    const outcome = await askUntil(
      async () =>
        await api.database.db
          .selectFrom('mail.queue_recipient')
          .selectAll()
          .where('address', '=', 'somebody@northpeak.invalid')
          .executeTakeFirst(),
      (row) => row !== undefined && JSON.stringify(row).includes('.test alone'),
    );
    expect(JSON.stringify(outcome)).toContain('.test alone');

    const clock = { now: () => new Date(Date.now() + 40 * 86_400_000), sleep: async () => {} };
    await issueInvoices({ ...api.installation.context, clock });
    expect((await api.get('/billing/invoices', { key })).body.invoices).toEqual([]);
  });
});

describe('a spend cap of a key', () => {
  test('shows what is spent today, stays when the key is rotated, and cannot be got around by making another', async () => {
    const team = await addTeam(api.installation, 100);
    const made = await api.post('/keys', { name: 'Buyer' }, { key: team.key });
    const { uid } = made.body.key;
    const cap = { scope: 'key', scope_uid: uid, credits: 30 };
    expect((await api.call('PUT', '/billing/spend-caps', cap, { key: team.key })).status).toBe(200);
    const as = { key: made.body.api_key as string, workspace: team.workspaceUid };
    expect((await register(as, `${label()}.com`)).status).toBe(200);
    const { key: shown } = (await api.get(`/keys/${uid}`, { key: team.key })).body;
    expect(shown.spend_caps).toMatchObject([
      { period: 'day', limit_credits: 30, spent_credits: 12.5, remaining_credits: 17.5 },
    ]);
    const another = await api.post('/keys', { name: 'Free' }, { key: as.key });
    expect([another.status, another.body.code]).toEqual([403, 'scope_not_held']);
    const rotated = await api.post('/keys/rotate', { uid }, { key: as.key });
    expect(rotated.body.key.spend_caps).toMatchObject([{ spent_credits: 12.5 }]);
    const after = { key: rotated.body.api_key as string, workspace: team.workspaceUid };
    expect((await register(after, `${label()}.com`)).status).toBe(200);
    // Old and new count together.
    for (const who of [as, after]) {
      expect((await register(who, `${label()}.com`)).body.code).toBe('spend_cap_exceeded');
    }
    const lifted = await api.call('PUT', '/billing/spend-caps', { scope: 'key', credits: null }, after);
    expect(lifted.body.code).toBe('capped_key');
  });
});
