// Purchases that wait for credits, from the API.
import { expect, test } from 'vitest';
import { activeDomain } from '../../testing/active-domain.ts';
import { pay } from '../../testing/bank.ts';
import { askUntil, expectBalanced } from '../../testing/follow.ts';
import { contact, freshName } from '../../testing/order-body.ts';
import { addTeam } from '../../testing/second-team.ts';
import { type Body, useInstallation } from '../../testing/test-installation.ts';
import { giveUpWaitingQuotes } from './index.ts';

const api = useInstallation();

const customer = async (credits = 0) => {
  const team = await addTeam(api.installation, credits);
  const as = { key: team.key, workspace: team.workspaceUid };
  const ask = {
    ...api,
    get: (path: string) => api.get(path, as),
    post: (path: string, body: unknown) => api.post(path, body, as),
  };
  const quote = async (uid: string): Promise<Body> => (await ask.get(`/quotes/${uid}`)).body.quote;
  return {
    ask,
    team,
    quote,
    register: (name: string, more: object = {}) =>
      ask.post('/domains/register', {
        domains: [{ name }],
        contact_details: contact,
        use_wallet_balance: true,
        wait_for_funds: true,
        ...more,
      }),
    until: (uid: string, status: string): Promise<Body> =>
      askUntil(
        () => quote(uid),
        (now) => now.status === status,
      ),
    wallet: async (): Promise<Body> => (await ask.get('/billing/wallet')).body,
    balanced: () => expectBalanced(ask),
    told: async () => {
      const { events } = (await ask.get('/events?types=quote.*')).body;
      return events.map((event: Body) => event.type);
    },
  };
};

/** Opens the address that an answer names, and pays there. */
const payAt = async (checkoutUrl: string): Promise<void> => {
  const page = await fetch(checkoutUrl);
  await pay(page.url);
};

test('names that wait say where to pay what is missing, reserve nothing, and are registered when it is paid', async () => {
  const { ask, register, quote, until, wallet, balanced, told } = await customer(5);
  const dry = await register(freshName(), { dry_run: true });
  expect(dry.body).toMatchObject({ dry_run: true, total_cost: 12.5, payment_type: 'wallet', waits: null });
  const { status, body } = await register(freshName());
  expect(status, JSON.stringify(body)).toBe(200);
  expect(body).toMatchObject({
    total_cost: 12.5,
    credits_remaining: 5,
    payment_type: 'wallet',
    url: null,
    domain_uids: [],
    waits: { missing_credits: 7.5 },
  });
  const { quote_uid: uid, checkout_url: url } = body.waits;
  expect(await quote(uid)).toMatchObject({
    kind: 'register_domains',
    status: 'waiting_for_funds',
    total: 12.5,
  });
  expect((await ask.get('/quotes?status=waiting_for_funds')).body.total).toBe(1);
  expect(await wallet()).toMatchObject({ credits_remaining: 5, credits_reserved: 0 });
  await payAt(url);
  const { bought } = await until(uid, 'accepted');
  expect(bought.domain_uids).toHaveLength(1);
  await askUntil(
    async () => (await ask.get(`/domains/details?uid=${bought.domain_uids[0]}`)).body.domain.status,
    (now) => now === 'active',
  );
  expect(await wallet()).toMatchObject({ credits_remaining: 0, credits_reserved: 0 });
  await balanced();
  await askUntil(told, (types) => types.length === 2);
  expect((await told()).sort()).toEqual(['quote.accepted', 'quote.waiting_for_funds']);
});

test('mailboxes, renewals and quotes wait the same way, each in its turn', async () => {
  const { ask, until, wallet, balanced, team } = await customer(12.5);
  const domain = await activeDomain(ask);
  const buy = await ask.post('/mailboxes/buy', {
    mailboxes: [
      { username: 'mara', domain_name: domain.name, first_name: 'M', last_name: 'V', platform: 'GOOGLE' },
    ],
    use_wallet_balance: true,
    wait_for_funds: true,
  });
  expect(buy.status, JSON.stringify(buy.body)).toBe(200);
  expect(buy.body).toMatchObject({ total_cost: 3.5, mailboxes: [], waits: { missing_credits: 3.5 } });
  const renew = await ask.post('/domains/renew', { uids: [domain.uid], wait_for_funds: true });
  expect(renew.status, JSON.stringify(renew.body)).toBe(200);
  expect(renew.body.waits.missing_credits).toBe(renew.body.total_cost);
  const made = await ask.post('/quotes', {
    register_domains: { domains: [{ name: freshName() }], contact_details: contact },
  });
  const quoteUid = made.body.quote.uid;
  const poor = await ask.post(`/quotes/${quoteUid}/accept`, {});
  expect([poor.status, poor.body.code]).toEqual([402, 'insufficient_funds']);
  const accepted = await ask.post(`/quotes/${quoteUid}/accept`, { wait_for_funds: true });
  expect(accepted.body).toMatchObject({
    quote: { status: 'waiting_for_funds' },
    waits: { quote_uid: quoteUid },
  });
  const total = 3.5 + renew.body.total_cost + 12.5;
  const { body } = await ask.post('/billing/wallet/add-credits', { credits: total });
  await pay(body.url);
  const bought = await until(buy.body.waits.quote_uid, 'accepted');
  await until(renew.body.waits.quote_uid, 'accepted');
  await until(quoteUid, 'accepted');
  expect(bought.bought.mailbox_uids).toHaveLength(1);
  const [charge] = await api.database.db
    .selectFrom('charge')
    .select('key_uid')
    .where('subject_uid', '=', bought.bought.mailbox_uids[0])
    .execute();
  const { uid: keyUid } = await api.database.db
    .selectFrom('api_key')
    .select('uid')
    .where('team_uid', '=', team.teamUid)
    .executeTakeFirstOrThrow();
  expect(charge!.key_uid).toBe(keyUid);
  expect((await wallet()).credits_remaining).toBe(0);
  await balanced();
});

test('a wallet that holds enough makes nothing wait, and only the wallet can be waited for', async () => {
  const { register } = await customer(13);
  const { body } = await register(freshName());
  expect(body).toMatchObject({ waits: null, credits_remaining: 0.5 });
  expect(body.domain_uids).toHaveLength(1);
  const byCard = await register(freshName(), { use_wallet_balance: false });
  expect(byCard.status).toBe(400);
  expect(JSON.stringify(byCard.body)).toContain('wait_for_funds');
});

test('what cannot be bought any more when credits arrive is cancelled with the reason, and costs nothing', async () => {
  const [one, other] = [await customer(), await customer(100)];
  const name = freshName();
  const { waits } = (await one.register(name)).body;
  expect((await other.register(name)).body.domain_uids).toHaveLength(1);
  await payAt(waits.checkout_url);
  const ended = await one.until(waits.quote_uid, 'cancelled');
  expect(ended.reason).toContain(name);
  expect((await one.wallet()).credits_remaining).toBe(12.5);
  const late = await one.ask.post(`/quotes/${waits.quote_uid}/accept`, {});
  expect([late.status, late.body.code]).toEqual([409, 'quote_cancelled']);
});

test('cancelled, it leaves the line to those behind it; nobody waits for more than a week', async () => {
  const { ask, register, quote, until, wallet } = await customer();
  const first = (await register(freshName(), { domains: [{ name: freshName() }, { name: freshName() }] }))
    .body.waits.quote_uid;
  const second = (await register(freshName())).body.waits.quote_uid;
  const { body } = await ask.post('/billing/wallet/add-credits', { credits: 12.5 });
  await pay(body.url);
  await askUntil(wallet, ({ credits_remaining }) => credits_remaining === 12.5);
  expect((await quote(second)).status).toBe('waiting_for_funds');
  const cancelled = await ask.post(`/quotes/${first}/cancel`, {});
  expect(cancelled.body.quote).toMatchObject({ status: 'cancelled', reason: 'it was cancelled' });
  await until(second, 'accepted');
  expect((await ask.post(`/quotes/${first}/cancel`, {})).status).toBe(200);
  expect((await ask.post(`/quotes/${second}/cancel`, {})).body.code).toBe('quote_accepted');

  const third = (await register(freshName())).body.waits.quote_uid;
  await giveUpWaitingQuotes(api.installation.context);
  expect((await quote(third)).status).toBe('waiting_for_funds');
  const clock = { now: () => new Date(Date.now() + 7 * 86_400_000), sleep: async () => {} };
  await giveUpWaitingQuotes({ ...api.installation.context, clock });
  expect((await quote(third)).reason).toContain('no credits arrived within a week');
});
