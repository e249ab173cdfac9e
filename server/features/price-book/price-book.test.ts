// The operator's price book, through the API.
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { contact, freshName } from '../../testing/order-body.ts';
import { addTeam, type Team } from '../../testing/second-team.ts';
import type { Body } from '../../testing/test-installation.ts';
import { useInstallationWithoutWorker } from '../../testing/workflow-world.ts';
import { changePrices, priceDifferences } from './change.ts';
import { type Prices, pricesSchema, readPrices } from './prices.ts';

const api = useInstallationWithoutWorker();
const book = async (): Promise<Body> => (await api.get('/admin/price-book')).body;
const change = (changes: Body, more: object = {}) =>
  api.call('PATCH', '/admin/price-book', { changes, note: 'of a test', ...more });
const priceOf = async (name: string) => {
  const { body } = await api.get(`/domains/available?domain=${name}`);
  return { available: body.available, price: body.registration_price, reason: body.reason };
};

describe('the price book', () => {
  let team: Team;
  beforeAll(async () => {
    team = await addTeam(api.installation);
  });

  test('begins with the prices everybody had, and is shown to operators only', async () => {
    const { version, prices } = await book();
    expect(version).toBe(1);
    expect(prices.plans.Professional).toMatchObject({ included_seats: 10, monthly: { price: 39 } });
    expect(prices.tlds.com).toEqual({ registration_price: 12.5, renewal_price: 12.5 });
    const refused = await api.get('/admin/price-book', { key: team.key });
    expect([refused.status, refused.body.code]).toEqual([403, 'operator_only']);
  });

  test('tells what would be different, and changes nothing with dry_run', async () => {
    const { status, body } = await change(
      { tlds: { io: { registration_price: 39, renewal_price: 45 } } },
      { dry_run: true },
    );
    expect([status, body.dry_run, body.version]).toEqual([200, true, 1]);
    expect(body.differences).toEqual([
      { path: 'tlds.io.registration_price', before: null, after: 39 },
      { path: 'tlds.io.renewal_price', before: null, after: 45 },
    ]);
    expect((await book()).version).toBe(1);
    expect((await priceOf('northpeak.io')).reason).toBe('unsupported_tld');
  });

  test('sells a top-level domain from the moment it is in it, and no longer once it is out', async () => {
    await change({ tlds: { io: { registration_price: 39, renewal_price: 45 } } });
    expect(await priceOf('northpeak.io')).toEqual({ available: true, price: 39, reason: null });
    await change({ tlds: { io: { registration_price: null } } });
    expect((await priceOf('northpeak.io')).reason).toBe('unsupported_tld');
    await change({ tlds: { io: null } });
    expect((await book()).prices.tlds.io).toBeUndefined();
  });

  test('charges by the version in force, and leaves earlier charges theirs', async () => {
    const buy = async () => {
      const body = {
        domains: [{ name: freshName() }],
        use_wallet_balance: true,
        contact_details: contact,
      };
      const bought = (await api.post('/domains/register', body)).body;
      const { amount_micros, price_version } = await api.database.db
        .selectFrom('charge')
        .select(['amount_micros', 'price_version'])
        .where('subject_uid', '=', bought.domain_uids[0])
        .executeTakeFirstOrThrow();
      return { credits: amount_micros / 1e6, version: price_version };
    };
    const before = await buy();
    const { version } = (await change({ tlds: { com: { registration_price: 9.99 } } })).body;
    expect(before).toEqual({ credits: 12.5, version: version - 1 });
    expect(await buy()).toEqual({ credits: 9.99, version });
  });

  test('refuses what would not hold together, names every place, and stays as it was', async () => {
    const before = await book();
    const cases: [object, string][] = [
      [{ first_plan: 'Nobody' }, 'first_plan'],
      [{ plans: { Professional: { sold: false } } }, 'first_plan'],
      [{ plans: { Starter: { included_seats: 1 } } }, 'plans.Starter.sold'],
      [{ prewarm: { mailbox_prices: [{ min_weeks: 4, price: 7 }] } }, 'prewarm.mailbox_prices'],
    ];
    for (const [changes, path] of cases) {
      const { status, body } = await change(changes);
      expect([status, body.code]).toEqual([400, 'prices_invalid']);
      expect(body.problems.map((problem: Body) => problem.path)).toContain(path);
    }
    const unknown = await change({ tlds: { 'de.': { registration_price: 1, renewal_price: 1 } } });
    expect(unknown.body.code).toBe('validation_failed');
    expect(await book()).toEqual(before);
  });

  test('keeps a plan that a team has, and can take it off sale', async () => {
    const refused = await change({ first_plan: 'Agency', plans: { Professional: null } });
    expect([refused.status, refused.body.code, refused.body.plans]).toEqual([
      409,
      'plan_in_use',
      ['Professional'],
    ]);
    await change({ first_plan: 'Agency', plans: { Professional: { sold: false } } });
    const { plans } = (await api.get('/billing/pricing-plans', { key: team.key })).body;
    expect(plans.map((plan: Body) => `${plan.name} ${plan.cycle} ${plan.price}`)).toEqual([
      'Agency monthly 99',
      'Agency yearly 972',
      'Enterprise monthly 299',
      'Enterprise yearly 3000',
    ]);
  });

  test('changed by two operators at once: one change is made, the other hears of it', async () => {
    const { version } = await book();
    const both = await Promise.all(
      [1, 2].map((price) =>
        change({ add_ons: { warmup_mailbox_month: price } }, { expected_version: version }),
      ),
    );
    expect(both.map(({ status }) => status).sort()).toEqual([200, 409]);
    expect(both.find(({ status }) => status === 409)!.body).toMatchObject({ code: 'prices_changed' });
    expect((await book()).version).toBe(version + 1);
    const { body } = await api.get('/admin/price-book/versions?limit=2');
    expect(body.versions.map((row: Body) => row.version)).toEqual([version + 1, version]);
    expect(body.total).toBe(version + 1);
  });

  test('is never edited or shortened, whoever tries', async () => {
    const { db } = api.database;
    await expect(db.updateTable('price_book').set({ note: 'x' }).execute()).rejects.toThrow(/never changed/);
    await expect(db.deleteFrom('price_book').execute()).rejects.toThrow(/never changed/);
  });
});

test('a change applied and taken back leaves no difference, and amounts are exact to the sixth decimal', async () => {
  const prices: Prices = pricesSchema.parse((await api.get('/admin/price-book?version=1')).body.prices);
  const amount = fc.integer({ min: 0, max: 1e12 }).map((micros) => micros / 1e6);
  fc.assert(
    fc.property(amount, amount, (registration_price, renewal_price) => {
      const changed = changePrices(prices, { tlds: { com: { registration_price, renewal_price } } });
      if (!changed.ok) throw new Error(JSON.stringify(changed.problems));
      const listed = readPrices(2, changed.prices).tlds.get('com')!;
      expect(listed.registrationPriceMicros! / 1e6).toBe(registration_price);
      expect(listed.renewalPriceMicros / 1e6).toBe(renewal_price);
      const back = changePrices(changed.prices, { tlds: { com: prices.tlds.com! } });
      expect(back.ok && priceDifferences(prices, back.prices)).toEqual([]);
    }),
  );
});
