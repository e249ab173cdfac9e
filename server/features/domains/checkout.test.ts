// Domains that are paid for by checkout, through the API and the built-in bank's page.
import { describe, expect, test } from 'vitest';
import { pay, press } from '../../testing/bank.ts';
import { askUntil, expectBalanced } from '../../testing/follow.ts';
import { contact, freshName } from '../../testing/order-body.ts';
import { addTeam } from '../../testing/second-team.ts';
import { type Body, useInstallation } from '../../testing/test-installation.ts';

const api = useInstallation();

const customer = async (credits = 0) => {
  const team = await addTeam(api.installation, credits);
  const as = { key: team.key, workspace: team.workspaceUid };
  const ask = { ...api, get: (path: string) => api.get(path, as) };
  const domain = async (uid: string): Promise<Body> =>
    (await api.get(`/domains/details?uid=${uid}`, as)).body.domain;
  return {
    as,
    register: (names: string[], more: object = {}) =>
      api.post(
        '/domains/register',
        { domains: names.map((name) => ({ name })), contact_details: contact, ...more },
        as,
      ),
    status: async (uid: string): Promise<string> => (await domain(uid)).status,
    until: (uid: string, status: string): Promise<Body> =>
      askUntil(
        () => domain(uid),
        (now) => now.status === status,
      ),
    wallet: async (): Promise<number> => (await api.get('/billing/wallet', as)).body.credits_remaining,
    balanced: () => expectBalanced(ask),
  };
};

describe('domains/register without the wallet', () => {
  test('answers a checkout, holds the names, charges nothing, and registers them when it is paid', async () => {
    const { register, status, until, wallet, balanced } = await customer(100);
    const names = [freshName(), freshName()];
    const { status: code, body } = await register(names);
    expect(code).toBe(200);
    expect(body).toMatchObject({
      message: 'Payment session created successfully',
      payment_type: 'checkout',
      domains_count: 2,
      total_cost: 25,
      credits_remaining: 100,
    });
    expect(body.session_id).toBeTruthy();
    for (const uid of body.domain_uids) expect(await status(uid)).toBe('cart');
    const stranger = await customer(100);
    expect((await stranger.register([names[0]!], { use_wallet_balance: true })).body.code).toBe(
      'domain_not_available',
    );
    await pay(body.url);
    for (const uid of body.domain_uids) await until(uid, 'active');
    expect(await wallet()).toBe(100);
    await balanced();
  });

  test('is what a wallet that is too low answers too, and a wallet that holds enough pays by itself', async () => {
    const { register } = await customer(13);
    const [one, two, three] = [freshName(), freshName(), freshName()];
    const short = await register([one, two], { use_wallet_balance: true });
    expect(short.body).toMatchObject({ payment_type: 'checkout', credits_remaining: 13, total_cost: 25 });
    const enough = await register([three], { use_wallet_balance: true });
    expect(enough.body).toMatchObject({ payment_type: 'wallet', credits_remaining: 0.5, url: null });
    expect((await register([freshName()], { dry_run: true, use_wallet_balance: true })).body).toMatchObject({
      message: expect.stringContaining('the wallet holds too little'),
      payment_type: 'checkout',
      domain_uids: [],
      url: null,
    });
  });

  test('counts under the spend cap of the key that asked, which refuses no checkout that was opened before', async () => {
    const { as, register, until } = await customer();
    const cap = { scope: 'key', credits: 20 };
    expect((await api.call('PUT', '/billing/spend-caps', cap, as)).status).toBe(200);
    const [one, two] = [await register([freshName()]), await register([freshName()])];
    const spent = async (): Promise<number> =>
      (await api.get('/billing/spend-caps', as)).body.spend_caps[0].spent_credits;
    await pay(one.body.url);
    await until(one.body.domain_uids[0], 'active');
    expect(await spent()).toBe(12.5);
    for (const more of [{}, { dry_run: true }]) {
      expect((await register([freshName()], more)).body.code).toBe('spend_cap_exceeded');
    }
    // Nobody's money is kept: what a person has paid is bought.
    await pay(two.body.url);
    await until(two.body.domain_uids[0], 'active');
    expect(await spent()).toBe(25);
  });

  test('lets the names go when the checkout is called off or its time is over', async () => {
    const { register, until, wallet } = await customer();
    const name = freshName();
    const { body } = await register([name]);
    await press(body.url, 'cancel');
    const row = await until(body.domain_uids[0], 'payment_failed');
    expect(row.status_reason).toBe('it was not paid in time');
    const again = await register([name]);
    expect(again.body.payment_type).toBe('checkout');
    expect(await wallet()).toBe(0);
  });

  test('leaves the money in the wallet when a name was taken meanwhile', async () => {
    const { register, until, wallet, balanced } = await customer();
    const { body } = await register([freshName('-taken-late')]);
    await pay(body.url);
    await until(body.domain_uids[0], 'cancelled');
    expect(await wallet()).toBe(12.5);
    await balanced();
  });

  test('registers once, however often the same request is sent and the button is pressed', async () => {
    const { as, until, wallet, balanced } = await customer();
    const sent = { domains: [{ name: freshName() }], contact_details: contact };
    const headers = { 'Idempotency-Key': freshName() };
    const replies = await Promise.all(
      Array.from({ length: 4 }, () => api.post('/domains/register', sent, { ...as, headers })),
    );
    expect(new Set(replies.map(({ body }) => body.url)).size).toBe(1);
    const { body } = replies[0]!;
    await Promise.all(Array.from({ length: 4 }, () => pay(body.url)));
    await until(body.domain_uids[0], 'active');
    expect(await wallet()).toBe(0);
    await balanced();
  });
});

describe('a purchase without funds', () => {
  test('answers 402 with what is missing and where to pay it, and goes through when that was paid', async () => {
    const { as, wallet } = await customer(2);
    const order = { domains: [{ name: freshName(), mailboxes: [] }], contact_details: contact };
    const refused = await api.post('/orders', order, as);
    expect([refused.status, refused.body.code]).toEqual([402, 'insufficient_funds']);
    expect(refused.body).toMatchObject({ required_credits: 12.5, missing_credits: 10.5 });
    const [first, second] = await Promise.all([
      fetch(refused.body.checkout_url),
      fetch(refused.body.checkout_url),
    ]);
    expect(first.url).toBe(second.url);
    expect(await first.text()).toContain('$10.50');
    await pay(first.url);
    await askUntil(wallet, (credits) => credits === 12.5);
    expect(await (await fetch(refused.body.checkout_url)).text()).toContain('paid already');
    expect((await api.post('/orders', order, as)).status).toBe(201);
  });

  test('has an address to pay at that cannot be made up', async () => {
    const { as } = await customer();
    const order = { domains: [{ name: freshName(), mailboxes: [] }], contact_details: contact };
    const { checkout_url: url } = (await api.post('/orders', order, as)).body;
    expect((await fetch(`${url.slice(0, -3)}AAA`)).status).toBe(404);
    expect((await fetch(url, { method: 'POST' })).status).toBe(405);
  });
});
