// Orders that wait for credits, from the API.
import { expect, test } from 'vitest';
import { pay } from '../../testing/bank.ts';
import { askUntil, expectBalanced } from '../../testing/follow.ts';
import { contact, freshName, mailboxesOn } from '../../testing/order-body.ts';
import { addTeam } from '../../testing/second-team.ts';
import { type Body, useInstallation } from '../../testing/test-installation.ts';
import { giveUpWaitingOrders } from './index.ts';

const api = useInstallation();

const customer = async (credits = 0) => {
  const team = await addTeam(api.installation, credits);
  const as = { key: team.key, workspace: team.workspaceUid };
  const ask = { ...api, get: (path: string) => api.get(path, as) };
  const order = async (uid: string): Promise<Body> => (await api.get(`/orders/${uid}`, as)).body;
  return {
    as,
    order,
    place: (names: string[], more: object = {}) =>
      api.post(
        '/orders',
        {
          domains: names.map((name) => ({ name, mailboxes: mailboxesOn(name, 1) })),
          contact_details: contact,
          wait_for_funds: true,
          ...more,
        },
        as,
      ),
    until: (uid: string, status: string): Promise<Body> =>
      askUntil(
        () => order(uid),
        (now) => now.status === status,
      ),
    buy: async (credits: number): Promise<void> => {
      const { body } = await api.post('/billing/wallet/add-credits', { credits }, as);
      await pay(body.url);
    },
    wallet: async (): Promise<Body> => (await api.get('/billing/wallet', as)).body,
    balanced: () => expectBalanced(ask),
  };
};

test('an order that waits says so and where to pay, holds its names, reserves nothing, and goes on by itself', async () => {
  const { place, until, wallet, balanced } = await customer(5);
  const name = freshName();
  const { status, body } = await place([name]);
  expect(status).toBe(201);
  expect(body).toMatchObject({ status: 'waiting_for_funds', total_cost: 12.5, credits_remaining: 5 });
  expect(body.reason).toContain('12.5 credits');
  expect(body.domains[0]).toMatchObject({ status: 'queued', domain_status: 'cart' });
  const stranger = await customer(100);
  expect((await stranger.place([name])).body.code).toBe('domain_not_available');
  expect(await wallet()).toMatchObject({ credits_remaining: 5, credits_reserved: 0 });
  const page = await fetch(body.checkout_url);
  expect(await page.text()).toContain('$7.50');
  await pay(page.url);
  await until(body.order_id, 'done');
  expect(await wallet()).toMatchObject({ credits_remaining: 0, credits_reserved: 0 });
  await balanced();
});

test('a wallet that holds enough makes no order wait, and without the wish an order is refused', async () => {
  const { place } = await customer(13);
  expect((await place([freshName()])).body).toMatchObject({ status: 'queued', checkout_url: null });
  const refused = await place([freshName()], { wait_for_funds: false });
  expect([refused.status, refused.body.code]).toEqual([402, 'insufficient_funds']);
  expect((await place([freshName()], { dry_run: true })).body).toMatchObject({
    status: 'dry_run',
    total_cost: 12.5,
  });
});

test('several orders go on in their order, as far as the credits go', async () => {
  const { place, until, order, buy, balanced } = await customer();
  const first = (await place([freshName()])).body.order_id;
  const large = (await place([freshName(), freshName()])).body.order_id;
  const small = (await place([freshName()])).body.order_id;
  await buy(30);
  await until(first, 'done');
  // 17.5 are left: too little for the next in line, and nobody is let past it.
  expect([(await order(large)).status, (await order(small)).status]).toEqual([
    'waiting_for_funds',
    'waiting_for_funds',
  ]);
  await buy(20);
  for (const uid of [large, small]) await until(uid, 'done');
  await balanced();
});

test('an order that waits can be cancelled, which frees its names, and one that has begun cannot', async () => {
  const { as, place, until, buy, wallet } = await customer();
  const name = freshName();
  const { order_id: waiting } = (await place([name])).body;
  const cancelled = await api.post(`/orders/${waiting}/cancel`, {}, as);
  expect(cancelled.body).toMatchObject({ status: 'error', credits_returned: 0 });
  expect(cancelled.body.reason).toContain('cancelled');
  expect((await api.post(`/orders/${waiting}/cancel`, {}, as)).status).toBe(409);
  const { order_id: again } = (await place([name])).body;
  await buy(12.5);
  await until(again, 'done');
  expect((await api.post(`/orders/${again}/cancel`, {}, as)).status).toBe(409);
  expect((await wallet()).credits_remaining).toBe(0);
});

test('an order that has become dearer than it was quoted is given up, and the credits stay', async () => {
  const { place, until, buy, wallet } = await customer();
  const name = freshName().replace('.com', '.org');
  const { order_id: uid } = (await place([name])).body;
  const tlds = { org: { registration_price: 40, renewal_price: 40 } };
  const changed = await api.call('PATCH', '/admin/price-book', { changes: { tlds }, note: 'Dearer' });
  expect(changed.status).toBe(200);
  await buy(50);
  expect((await until(uid, 'error')).reason).toContain('its price rose from 11.5 to 40 credits');
  expect((await wallet()).credits_remaining).toBe(50);
});

test('an order waits for a week at most', async () => {
  const { place, order } = await customer();
  const { order_id: uid } = (await place([freshName()])).body;
  await giveUpWaitingOrders(api.installation.context);
  expect((await order(uid)).status).toBe('waiting_for_funds');
  const past = new Date(Date.now() - 8 * 24 * 3_600_000);
  const { db } = api.installation.storage;
  await db.updateTable('purchase_order').set({ created_at: past }).where('uid', '=', uid).execute();
  await giveUpWaitingOrders(api.installation.context);
  expect((await order(uid)).reason).toContain('no credits arrived within a week');
});
