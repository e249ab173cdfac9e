// A wallet that tops itself up, seen from the API.
import { describe, expect, test } from 'vitest';
import { pay, press } from '../../testing/bank.ts';
import { askUntil, expectBalanced } from '../../testing/follow.ts';
import { contact, freshName } from '../../testing/order-body.ts';
import { addTeam } from '../../testing/second-team.ts';
import { type Body, useInstallation } from '../../testing/test-installation.ts';

const api = useInstallation();

const customer = async (card: 'pays' | 'declined' | 'needs_customer' | null) => {
  const team = await addTeam(api.installation, 0);
  const as = { key: team.key, workspace: team.workspaceUid };
  const ask = { ...api, get: (path: string) => api.get(path, as) };
  const wallet = async (): Promise<Body> => (await api.get('/billing/wallet', as)).body;
  if (card) {
    const { body } = await api.post('/billing/wallet/add-credits', { credits: 30 }, as);
    await pay(body.url, card);
    await askUntil(wallet, (now) => now.credits_remaining === 30);
  }
  return {
    as,
    wallet,
    teamUid: team.teamUid,
    set: (body: object) => api.post('/billing/wallet/auto-topup', { auto_topup_enabled: true, ...body }, as),
    /** Takes 12.5 credits out of the wallet. */
    spend: async () => {
      const order = { domains: [{ name: freshName(), mailboxes: [] }], contact_details: contact };
      return (await api.post('/orders', order, as)).status;
    },
    topUps: async (): Promise<Body[]> =>
      (await api.get('/billing/payments', as)).body.payments.filter(({ kind }: Body) => kind === 'top_up'),
    events: async (type: string): Promise<Body[]> => {
      const rows = await api.installation.storage.db
        .selectFrom('event')
        .select('data')
        .where('team_uid', '=', team.teamUid)
        .where('type', '=', type)
        .orderBy('seq')
        .execute();
      return rows.map(({ data }) => data);
    },
    balanced: () => expectBalanced(ask),
  };
};

const rule = { auto_topup_mode: 'threshold', auto_topup_trigger_drops_below: 20, auto_topup_add_credits: 25 };

describe('a wallet that tops itself up', () => {
  test('cannot be had without a stored payment method, and the answer says where to store one', async () => {
    const { set, as, wallet } = await customer(null);
    const { status, body } = await set(rule);
    expect([status, body.code]).toEqual([400, 'no_payment_method']);
    expect(body.message).toContain('/v1/api/billing/manage');
    const portal = (await api.get('/billing/manage', as)).body.url;
    await press(portal, 'store', { card: 'pays' });
    expect((await set(rule)).body).toMatchObject({ auto_topup_enabled: true, ...rule });
    await askUntil(wallet, (now) => now.credits_remaining === 25);
  });

  test('needs to know when and how much, keeps what is not sent, and can be switched off', async () => {
    const { set, wallet } = await customer('pays');
    expect((await set({})).body.code).toBe('incomplete_top_up');
    await set({ ...rule, auto_topup_monthly_cap: 100 });
    expect((await set({ auto_topup_add_credits: 40 })).body).toMatchObject({
      auto_topup_trigger_drops_below: 20,
      auto_topup_add_credits: 40,
      auto_topup_monthly_cap: 100,
    });
    await set({ auto_topup_enabled: false });
    expect(await wallet()).toMatchObject({ auto_topup_enabled: false, auto_topup_trigger_drops_below: 20 });
  });

  test('is charged once when purchases take it below the mark, however many come at once', async () => {
    const { set, spend, wallet, topUps, events, balanced } = await customer('pays');
    await set(rule);
    await Promise.all([spend(), spend()]);
    await askUntil(wallet, (now) => now.credits_remaining === 30);
    expect(await topUps()).toMatchObject([{ status: 'succeeded', amount: 25, credits: 25 }]);
    expect(await events('wallet.top_up_succeeded')).toMatchObject([{ credits: 25 }]);
    expect(await events('wallet.low_balance')).toMatchObject([{ low_balance_threshold: 20 }]);
    await balanced();
  });

  for (const [card, reason] of [
    ['declined', 'card_declined'],
    ['needs_customer', 'authentication_required'],
  ] as const) {
    test(`is told when the charge ends with ${reason}, and does not try again at once`, async () => {
      const { set, spend, topUps, events, wallet } = await customer(card);
      await set(rule);
      await spend();
      const [told] = await askUntil(
        () => events('wallet.top_up_failed'),
        (all) => all.length > 0,
      );
      expect(told).toMatchObject({ reason, failures_in_a_row: 1 });
      expect(Date.parse(told.next_attempt_at) - Date.now()).toBeGreaterThan(50 * 60_000);
      await spend();
      expect(await topUps()).toMatchObject([{ status: 'failed', reason, credits: 0 }]);
      expect((await wallet()).credits_remaining).toBe(5);
    });
  }

  test('stops at its monthly cap and tells so', async () => {
    const { set, spend, topUps, events, wallet } = await customer('pays');
    await set({ ...rule, auto_topup_monthly_cap: 29 });
    await spend();
    await askUntil(wallet, (now) => now.credits_remaining === 42.5);
    for (let times = 0; times < 2; times += 1) await spend();
    const [told] = await askUntil(
      () => events('wallet.top_up_capped'),
      (all) => all.length > 0,
    );
    expect(told).toMatchObject({ monthly_cap: 29, topped_up_this_month: 25 });
    expect(await topUps()).toHaveLength(1);
  });
});

test('the team is told of a low balance at the threshold it chose', async () => {
  const { as, spend, events } = await customer('pays');
  await api.post('/billing/wallet/low-balance', { low_balance_threshold: 10 }, as);
  await spend();
  expect(await events('wallet.low_balance')).toEqual([]);
  await spend();
  expect(await events('wallet.low_balance')).toMatchObject([
    { credits_remaining: 5, low_balance_threshold: 10 },
  ]);
});
