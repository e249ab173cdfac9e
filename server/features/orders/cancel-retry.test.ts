// Orders that are cancelled before everything is bought, and orders of which something failed.
import { describe, expect, test } from 'vitest';
import { pay } from '../../testing/bank.ts';
import { askUntil, orderEnded } from '../../testing/follow.ts';
import { contact, freshName, mailboxesOn, orderOf } from '../../testing/order-body.ts';
import { addTeam, type Team } from '../../testing/second-team.ts';
import { type Body, useInstallation } from '../../testing/test-installation.ts';
import { booksOf, worldOutside } from '../../testing/workflow-world.ts';

const api = useInstallation({ INBOXKIT_REGISTRY_DELAY_MS: '700' });
const of = (team: Team) => ({ key: team.key, workspace: team.workspaceUid });
const post = (team: Team, path: string, body: Body = {}) => api.post(path, body, of(team));
const ended = (team: Team, orderId: string): Promise<Body> =>
  orderEnded({ ...api, get: (path: string) => api.get(path, of(team)) }, orderId);

describe('an order', () => {
  test('cancelled before its registrar was asked buys nothing, gives everything back at once, and can be retried', async () => {
    const team = await addTeam(api.installation, 100);
    const name = freshName();
    const placed = await post(team, '/orders', orderOf([{ name, mailboxes: mailboxesOn(name, 12) }]));
    const { status, body } = await post(team, `/orders/${placed.body.order_id}/cancel`);
    expect([status, body.credits_returned, body.credits_remaining]).toEqual([200, 19.5, 100]);
    expect(new Set(body.parts.map(({ outcome }: Body) => outcome))).toEqual(new Set(['cancelled']));
    const order = await ended(team, placed.body.order_id);
    expect([order.status, order.domains[0].status]).toEqual(['error', 'error']);
    expect(await worldOutside(api.installation, name)).toEqual({ registrations: 0, mailboxes: 0 });
    expect(await booksOf(api.installation, team.teamUid)).toEqual({ wallet: 100, reserved: 0, spent: 0 });
    const again = await post(team, `/orders/${placed.body.order_id}/cancel`);
    expect([again.status, again.body.code]).toEqual([409, 'nothing_to_cancel']);

    const retried = await post(team, `/orders/${placed.body.order_id}/retry`);
    expect([retried.status, retried.body.retry_cost]).toEqual([201, 19.5]);
    expect((await ended(team, placed.body.order_id)).status).toBe('done');
    expect(await worldOutside(api.installation, name)).toEqual({ registrations: 1, mailboxes: 12 });
    expect(await booksOf(api.installation, team.teamUid)).toEqual({ wallet: 80.5, reserved: 0, spent: 19.5 });
  });

  test('of which one domain failed is retried for that one alone, once, however often it is asked', async () => {
    const team = await addTeam(api.installation, 100);
    const [good, bad] = [freshName(), freshName('-fails-registration')];
    const placed = await post(
      team,
      '/orders',
      orderOf([
        { name: good, mailboxes: mailboxesOn(good, 1) },
        { name: bad, mailboxes: mailboxesOn(bad, 1) },
      ]),
    );
    const early = await post(team, `/orders/${placed.body.order_id}/retry`);
    expect([early.status, early.body.code]).toEqual([409, 'order_not_ended']);
    const order = await ended(team, placed.body.order_id);
    expect([order.status, (await booksOf(api.installation, team.teamUid)).spent]).toEqual(['error', 12.5]);
    const dry = await post(team, `/orders/${placed.body.order_id}/retry`, { dry_run: true });
    expect([dry.status, dry.body.retry_cost, dry.body.lines.length]).toEqual([200, 12.5, 2]);
    const replies = await Promise.all(
      Array.from({ length: 8 }, () => post(team, `/orders/${placed.body.order_id}/retry`)),
    );
    expect(replies.filter(({ status }) => status === 201)).toHaveLength(1);
    const after = await ended(team, placed.body.order_id);
    expect(after.domains.map(({ status }: Body) => status)).toEqual(['completed', 'error']);
    expect(after.domains[1].uid).not.toBe(order.domains[1].uid);
    expect(await booksOf(api.installation, team.teamUid)).toEqual({ wallet: 87.5, reserved: 0, spent: 12.5 });
    expect((await api.get('/billing/ledger/verify', of(team))).body.balanced).toBe(true);
  });

  test('whose retry the wallet cannot pay is retried by itself when credits arrive, once', async () => {
    const team = await addTeam(api.installation, 12.5);
    const name = freshName();
    const placed = await post(team, '/orders', orderOf([{ name, mailboxes: mailboxesOn(name, 1) }]));
    const retry = `/orders/${placed.body.order_id}/retry`;
    await post(team, `/orders/${placed.body.order_id}/cancel`);
    await ended(team, placed.body.order_id);
    const other = freshName();
    await post(team, '/domains/register', {
      domains: [{ name: other }],
      contact_details: contact,
      use_wallet_balance: true,
    });

    expect((await post(team, retry)).body.code).toBe('insufficient_funds');
    expect((await post(team, retry, { dry_run: true })).body.code).toBe('insufficient_funds');
    const dry = await post(team, retry, { dry_run: true, wait_for_funds: true });
    expect([dry.status, dry.body.retry_cost, dry.body.waits]).toEqual([200, 12.5, null]);
    const waiting = await post(team, retry, { wait_for_funds: true });
    expect(waiting.status, JSON.stringify(waiting.body)).toBe(201);
    expect(waiting.body).toMatchObject({
      status: 'error',
      retry_cost: 12.5,
      waits: { missing_credits: 12.5 },
    });
    // A second one that waits finds the order already retried.
    const second = await post(team, retry, { wait_for_funds: true });

    await pay((await post(team, '/billing/wallet/add-credits', { credits: 50 })).body.url);
    const quoteOf = async (uid: string) => (await api.get(`/quotes/${uid}`, of(team))).body.quote;
    const bought = await askUntil(
      () => quoteOf(waiting.body.waits.quote_uid),
      ({ status }: Body) => status === 'accepted',
    );
    expect(bought).toMatchObject({ kind: 'retry_order', bought: { order_id: placed.body.order_id } });
    const given = await askUntil(
      () => quoteOf(second.body.waits.quote_uid),
      ({ status }: Body) => status === 'cancelled',
    );
    expect(given.reason).not.toBeNull();
    expect((await ended(team, placed.body.order_id)).status).toBe('done');
    expect(await worldOutside(api.installation, name)).toEqual({ registrations: 1, mailboxes: 1 });
    expect(await booksOf(api.installation, team.teamUid)).toEqual({ wallet: 37.5, reserved: 0, spent: 25 });
    expect((await api.get('/billing/ledger/verify', of(team))).body.balanced).toBe(true);
  });

  test('whose parts are all there has nothing to cancel or to retry', async () => {
    const team = await addTeam(api.installation, 100);
    const name = freshName();
    const placed = await post(team, '/orders', orderOf([{ name, mailboxes: [] }]));
    await ended(team, placed.body.order_id);
    const cancelled = await post(team, `/orders/${placed.body.order_id}/cancel`);
    expect([cancelled.body.code, cancelled.body.parts[0].outcome]).toEqual(['nothing_to_cancel', 'too_late']);
    expect((await post(team, `/orders/${placed.body.order_id}/retry`)).body.code).toBe('nothing_to_retry');
  });

  test('is found by status, time and domain', async () => {
    const team = await addTeam(api.installation, 100);
    const names = [freshName(), freshName()];
    for (const name of names) {
      const placed = await post(team, '/orders', orderOf([{ name, mailboxes: [] }]));
      await ended(team, placed.body.order_id);
    }
    const found = async (query: string) => (await api.get(`/orders?${query}`, of(team))).body.total;
    expect(await found('status=done')).toBe(2);
    expect(await found('status=error')).toBe(0);
    expect(await found(`domain=${names[0]}`)).toBe(1);
    expect(await found('from=2100-01-01T00:00:00Z')).toBe(0);
  });
});
