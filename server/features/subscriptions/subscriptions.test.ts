// The plan of a team, through the API.
import { describe, expect, test } from 'vitest';
import { addTeam, type Team } from '../../testing/second-team.ts';
import type { Body } from '../../testing/test-installation.ts';
import { booksOf, useInstallationWithoutWorker } from '../../testing/workflow-world.ts';
import { prorate } from './proration.ts';
import type { Subscription } from './subscription.ts';

const api = useInstallationWithoutWorker();
const as = (team: Team) => ({
  get: async (path: string): Promise<Body> => (await api.get(path, { key: team.key })).body,
  post: (path: string, body: Body = {}) => api.post(path, body, { key: team.key }),
});

describe('a subscription', () => {
  test('begins on the first plan, without costing anything', async () => {
    const team = await addTeam(api.installation, 50);
    const { subscription } = await as(team).get('/billing/subscription');
    expect(subscription).toMatchObject({
      plan: 'Professional',
      cycle: 'monthly',
      status: 'active',
      included_mailboxes: 10,
      used_mailboxes: 0,
      next_payment_credits: 39,
      next_payment_at: subscription.current_period_end,
    });
    expect(await booksOf(api.installation, team.teamUid)).toEqual({ wallet: 50, reserved: 0, spent: 0 });
  });

  test('upgraded begins at once, for the rest of the period, as the dry run said line by line', async () => {
    const team = await addTeam(api.installation, 500);
    const dry = await as(team).post('/billing/subscription/change', { plan: 'agency', dry_run: true });
    expect(dry.body).toMatchObject({
      dry_run: true,
      credits_remaining: 500,
      subscription: { plan: 'Professional' },
    });
    const { status, body } = await as(team).post('/billing/subscription/change', { plan: 'agency' });
    expect(status, JSON.stringify(body)).toBe(200);
    expect(body.subscription).toMatchObject({ plan: 'Agency', included_mailboxes: 30 });
    expect(body.total_cost).toBeCloseTo(99, 1);
    expect(body.lines.map((line: Body) => line.description.slice(0, 6))).toEqual(['Agency']);
    const { wallet, spent } = await booksOf(api.installation, team.teamUid);
    expect([wallet + spent, spent]).toEqual([500, body.total_cost]);
    const again = await as(team).post('/billing/subscription/change', { plan: 'Enterprise' });
    expect(again.body.lines.map((line: Body) => Math.sign(line.credits))).toEqual([1, -1]);
    expect(again.body.total_cost).toBeCloseTo(200, 1);
    const { body: verified } = await api.get('/billing/ledger/verify', { key: team.key });
    expect(verified.balanced).toBe(true);
  });

  test('downgraded waits for the next period, and can be taken back', async () => {
    const team = await addTeam(api.installation, 500);
    const { post, get } = as(team);
    await post('/billing/subscription/change', { plan: 'Agency' });
    const before = (await get('/billing/wallet')).credits_remaining;
    const { body } = await post('/billing/subscription/change', { plan: 'Professional' });
    expect(body).toMatchObject({
      total_cost: 0,
      lines: [],
      effective_at: body.subscription.current_period_end,
    });
    expect(body.subscription).toMatchObject({
      plan: 'Agency',
      next_plan: 'Professional',
      next_payment_credits: 39,
    });
    expect((await get('/billing/wallet')).credits_remaining).toBe(before);
    const back = await post('/billing/subscription/change', { plan: 'Agency' });
    expect(back.body.subscription).toMatchObject({ plan: 'Agency', next_plan: 'Agency' });
    const unchanged = await post('/billing/subscription/change', { plan: 'Agency' });
    expect([unchanged.status, unchanged.body.code]).toEqual([409, 'plan_unchanged']);
  });

  test('refuses a plan that is not there, and one that cannot be paid, and stays as it was', async () => {
    const team = await addTeam(api.installation, 5);
    const { post, get } = as(team);
    const before = await get('/billing/subscription');
    const unknown = await post('/billing/subscription/change', { plan: 'Platinum' });
    expect([unknown.status, unknown.body.plans]).toEqual([404, ['Professional', 'Agency', 'Enterprise']]);
    for (const dry_run of [true, false]) {
      const poor = await post('/billing/subscription/change', {
        plan: 'Enterprise',
        cycle: 'yearly',
        dry_run,
      });
      expect([poor.status, poor.body.code, poor.body.missing_credits]).toEqual([
        402,
        'insufficient_funds',
        2995,
      ]);
    }
    expect(await get('/billing/subscription')).toEqual(before);
  });

  test('cancelled goes on to the end of the period, and goes on after it when that is withdrawn', async () => {
    const team = await addTeam(api.installation, 5);
    const { post } = as(team);
    const { body } = await post('/billing/subscription/cancel');
    expect(body.subscription).toMatchObject({
      status: 'active',
      cancel_at_period_end: true,
      next_plan: null,
    });
    const back = await post('/billing/subscription/uncancel');
    expect(back.body.subscription).toMatchObject({ cancel_at_period_end: false, next_plan: 'Professional' });
  });

  test('asked to change twenty times at once changes once', async () => {
    const team = await addTeam(api.installation, 1000);
    const replies = await Promise.all(
      Array.from({ length: 20 }, () => as(team).post('/billing/subscription/change', { plan: 'Agency' })),
    );
    expect(replies.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(new Set(replies.map(({ body }) => body.code))).toEqual(new Set([undefined, 'plan_unchanged']));
  });
});

test('a change of plan never costs less than nothing, nor more than the new plan for the time that is left', () => {
  const plan = (name: string, month: number, year: number) => ({
    name,
    includedSeats: 1,
    sold: true,
    priceMicros: { monthly: month, yearly: year },
    extraSeatMicros: { monthly: 1, yearly: 1 },
  });
  const subscription = {
    plan: 'Old',
    cycle: 'yearly',
    status: 'active',
    periodStart: new Date('2026-01-01T00:00:00.000Z'),
    periodEnd: new Date('2027-01-01T00:00:00.000Z'),
    anchor: new Date('2026-01-01T00:00:00.000Z'),
    anchorMonths: 12,
    periodMicros: 372_000_000,
  } as Subscription;
  const half = new Date('2026-07-02T12:00:00.000Z');
  const sum = (lines: { amountMicros: number }[]) =>
    lines.reduce((total, { amountMicros }) => total + amountMicros, 0);
  const up = prorate(subscription, plan('New', 99_000_000, 972_000_000), 'yearly', half);
  expect(sum(up.lines)).toBe((972_000_000 - 372_000_000) / 2);
  const shorter = prorate(subscription, plan('New', 99_000_000, 972_000_000), 'monthly', half);
  expect(sum(shorter.lines)).toBe(0);
  expect(shorter.endsAt.toISOString()).toBe('2026-08-02T12:00:00.000Z');
});
