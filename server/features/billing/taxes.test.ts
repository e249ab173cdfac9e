// Taxes, through the API: from the quote to the invoice, with the books between them.
import { describe, expect, test } from 'vitest';
import { contact, freshName, mailboxesOn } from '../../testing/order-body.ts';
import { addTeam, type Team } from '../../testing/second-team.ts';
import type { Body } from '../../testing/test-installation.ts';
import { useInstallationWithoutWorker } from '../../testing/workflow-world.ts';
import { issueInvoices } from '../invoices/index.ts';
import { captureCharges, giveBackCharges } from './charges.ts';
import { rateFor, taxed, taxOn } from './tax.ts';

const api = useInstallationWithoutWorker();
const of = (team: Team) => ({ key: team.key, workspace: team.workspaceUid });

const setRates = async (tax: Body): Promise<void> => {
  const { status, body } = await api.call('PATCH', '/admin/price-book', { changes: { tax }, note: 'Taxes' });
  expect(status, JSON.stringify(body)).toBe(200);
};
const inCountry = async (country: string | null, credits = 1000): Promise<Team> => {
  const team = await addTeam(api.installation, credits);
  const buyer = { name: 'Northpeak', ...(country && { country }) };
  const { status, body } = await api.call('PUT', '/billing/invoice-buyer', buyer, { key: team.key });
  expect([status, body.buyer.country]).toEqual([200, country]);
  return team;
};
const order = (names: string[], mailboxes: number) => ({
  domains: names.map((name) => ({ name, mailboxes: mailboxesOn(name, mailboxes) })),
  contact_details: contact,
});
const verified = async (team: Team): Promise<Body> => {
  const { body } = await api.get('/billing/ledger/verify', { key: team.key });
  expect(body.balanced, JSON.stringify(body)).toBe(true);
  return body;
};

describe('without taxes in the price book', () => {
  test('nothing is taxed, wherever a team is', async () => {
    const team = await inCountry('IE');
    const { body } = await api.post('/orders', { ...order([freshName()], 0), dry_run: true }, of(team));
    expect(body).toMatchObject({ subtotal: 12.5, taxes: [], total_cost: 12.5 });
    const { body: made } = await api.post('/quotes', { order: order([freshName()], 0) }, of(team));
    expect(made.quote).toMatchObject({ tax: 0, taxes: [], subtotal: 12.5, total: 12.5 });
  });
});

describe('with taxes', () => {
  const rates = { name: 'VAT', default_percent: 0, countries: { IE: 23, DE: 19 } };

  test('a bill, the quote of it and the money set aside say the same, by the country of the team', async () => {
    await setRates(rates);
    const [irish, elsewhere] = [await inCountry('IE'), await inCountry(null)];
    const name = freshName();
    const wanted = order([name], 12);
    const dry = await api.post('/orders', { ...wanted, dry_run: true }, of(irish));
    // One domain and, beyond ten included seats, two mailboxes: 12.5 + 7.
    expect(dry.body).toMatchObject({
      subtotal: 19.5,
      taxes: [{ description: 'VAT 23 %', credits: 4.485 }],
      total_cost: 23.985,
    });
    expect(dry.body.lines).toHaveLength(13);
    const { quote } = (await api.post('/quotes', { order: wanted }, of(irish))).body;
    expect(quote).toMatchObject({ subtotal: 19.5, tax: 4.485, total: 23.985, taxes: dry.body.taxes });
    const accepted = await api.post(`/quotes/${quote.uid}/accept`, {}, of(irish));
    expect(accepted.status, JSON.stringify(accepted.body)).toBe(200);
    expect(accepted.body.credits_remaining).toBe(1000 - 23.985);
    expect((await verified(irish)).accounts).toMatchObject({ reserved: 23.985, tax: 0 });
    const free = await api.post('/orders', { ...order([freshName()], 0), dry_run: true }, of(elsewhere));
    expect(free.body).toMatchObject({ taxes: [], total_cost: 12.5 });
  });

  test('a tax is captured and given back with what it is for', async () => {
    const team = await inCountry('DE');
    const [kept, lost] = [freshName(), freshName()];
    const { body } = await api.post(
      '/domains/register',
      {
        domains: [{ name: kept }, { name: lost }],
        contact_details: contact,
        use_wallet_balance: true,
      },
      of(team),
    );
    expect(body).toMatchObject({ subtotal: 25, taxes: [{ description: 'VAT 19 %', credits: 4.75 }] });
    const now = new Date();
    await api.database.db.transaction().execute(async (tx) => {
      for (const uid of body.domain_uids) await captureCharges(tx, { type: 'domain', uid }, now);
    });
    expect((await verified(team)).accounts).toMatchObject({ reserved: 0, revenue: 25, tax: 4.75 });
    await api.database.db
      .transaction()
      .execute((tx) => giveBackCharges(tx, { type: 'domain', uid: body.domain_uids[1] }, 'a test', now));
    expect((await verified(team)).accounts).toMatchObject({ revenue: 12.5, tax: 2.375, wallet: 985.125 });
  });

  test('a wallet that holds the price and not the tax is too low, and says what is missing', async () => {
    const team = await inCountry('IE', 12.5);
    const { status, body } = await api.post('/orders', order([freshName()], 0), of(team));
    expect([status, body.code, body.missing_credits]).toEqual([402, 'insufficient_funds', 2.875]);
    const waits = await api.post('/orders', { ...order([freshName()], 0), wait_for_funds: true }, of(team));
    expect(waits.body).toMatchObject({ status: 'waiting_for_funds', total_cost: 15.375 });
  });

  test('a checkout asks for the tax, too', async () => {
    const team = await inCountry('IE', 0);
    const { body } = await api.post(
      '/domains/register',
      { domains: [{ name: freshName() }], contact_details: contact },
      of(team),
    );
    const { body: paid } = await api.get(`/billing/payments/${body.payment_uid}`, { key: team.key });
    expect(paid.payment).toMatchObject({ amount: 15.38, lines: [{ amount: 12.5 }, { amount: 2.88 }] });
  });

  test('plans and what will be renewed are said with it', async () => {
    const team = await inCountry('IE');
    const wanted = { plan: 'Agency', dry_run: true };
    const { body: dry } = await api.post('/billing/subscription/change', wanted, { key: team.key });
    expect(dry.subtotal).toBeCloseTo(99, 1);
    expect(dry.total_cost).toBeCloseTo(99 * 1.23, 1);
    expect(dry.taxes).toMatchObject([{ description: 'VAT 23 %' }]);
    const changed = await api.post('/billing/subscription/change', { plan: 'Agency' }, { key: team.key });
    expect(changed.body.total_cost + changed.body.credits_remaining).toBeCloseTo(1000, 6);
    expect(changed.body.subscription.next_payment_credits).toBe(121.77);
    const until = new Date(Date.now() + 40 * 86_400_000).toISOString();
    const { body: upcoming } = await api.get(`/billing/upcoming?until=${until}`, { key: team.key });
    expect(upcoming.charges[0]).toMatchObject({ credits: 121.77, tax: 22.77 });
    await verified(team);
  });

  test('an operator gives a team a rate of its own, and the invoice says each rate and why', async () => {
    const team = await inCountry('IE', 5000);
    const tax = (body: object, key?: string) =>
      api.call('PUT', `/admin/teams/${team.teamUid}/tax`, body, key === undefined ? {} : { key });
    expect((await tax({ percent: 0 }, team.key)).body.code).toBe('operator_only');
    await api.post('/billing/subscription/change', { plan: 'Agency' }, { key: team.key });
    const note = 'Reverse charge: the recipient pays the VAT';
    expect((await tax({ percent: 0, note })).body.tax).toMatchObject({ country: 'IE', percent: 0, note });
    const { body: enterprise } = await api.post(
      '/billing/subscription/change',
      { plan: 'Enterprise' },
      { key: team.key },
    );
    expect(enterprise.taxes).toEqual([]);
    await tax({ percent: 23.5, note });
    await api.post(
      '/billing/subscription/change',
      { plan: 'Enterprise', cycle: 'yearly' },
      { key: team.key },
    );
    const { tax: said } = (await api.get(`/admin/teams/${team.teamUid}/tax`)).body;
    expect(said).toMatchObject({ own_percent: 23.5, percent: 23.5, name: 'VAT' });
    const unknown = await api.get(`/admin/teams/${team.workspaceUid}/tax`);
    expect([unknown.status, unknown.body.code]).toEqual([404, 'team_not_found']);

    const clock = { now: () => new Date(Date.now() + 40 * 86_400_000), sleep: async () => {} };
    await issueInvoices({ ...api.installation.context, clock });
    const [invoice] = (await api.get('/billing/invoices', { key: team.key })).body.invoices;
    expect(invoice.taxes.map((line: Body) => line.description)).toEqual(['VAT 23 %', 'VAT 23.5 %']);
    expect(invoice.tax).toBeCloseTo(invoice.taxes[0].credits + invoice.taxes[1].credits, 6);
    expect(invoice.subtotal + invoice.tax).toBeCloseTo(invoice.total, 6);
    const page = await fetch(
      `${api.installation.baseUrl}/v1/api/billing/invoices/${invoice.uid}?format=html`,
      {
        headers: { authorization: `Bearer ${team.key}` },
      },
    );
    const html = await page.text();
    for (const text of ['VAT 23 %', 'VAT 23.5 %', note]) expect(html).toContain(text);
    const { accounts } = await verified(team);
    expect(accounts.tax).toBe(invoice.tax);
    expect(accounts.revenue).toBe(invoice.subtotal);
  });
});

describe('a rate', () => {
  const prices = { name: 'VAT', default_percent: 10, countries: { IE: 23, AE: 0 } };
  const team = { country: null, percent: null, note: null };

  test('is the own one of the team, or that of its country, or the default', () => {
    expect(rateFor(prices, { ...team, country: 'IE', percent: 5 })?.percent).toBe(5);
    expect(rateFor(prices, { ...team, country: 'IE' })?.percent).toBe(23);
    expect(rateFor(prices, { ...team, country: 'FR' })?.percent).toBe(10);
    expect(rateFor(prices, team)?.percent).toBe(10);
    expect(rateFor(prices, { ...team, country: 'AE' })).toBeNull();
    expect(rateFor(null, { ...team, percent: 5 })).toBeNull();
  });

  test('is put on each line that costs something, to the nearest millionth of a credit', () => {
    const rate = { name: 'VAT', percent: 7.7 };
    expect(taxOn(rate, 12_500_000)).toBe(962_500);
    expect(taxOn(rate, 7)).toBe(1);
    const line = { purpose: 'registration', description: 'a.com', paidWith: 'wallet' } as const;
    const lines = [
      { ...line, subject: { type: 'domain', uid: 'a' }, amountMicros: 100 },
      { ...line, subject: { type: 'domain', uid: 'b' }, amountMicros: 0 },
    ] as const;
    expect(taxed(rate, lines).slice(2)).toEqual([
      {
        subject: { type: 'domain', uid: 'a' },
        purpose: 'tax',
        description: 'VAT 7.7 %',
        amountMicros: 8,
        paidWith: 'wallet',
      },
    ]);
  });
});
