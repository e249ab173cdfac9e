// Quotes, through the API.
import { describe, expect, test } from 'vitest';
import { contact, freshName, mailboxesOn, orderOf } from '../../testing/order-body.ts';
import { addTeam, type Team } from '../../testing/second-team.ts';
import type { Body } from '../../testing/test-installation.ts';
import { booksOf, useInstallationWithoutWorker } from '../../testing/workflow-world.ts';

const api = useInstallationWithoutWorker();
const of = (team: Team) => ({ key: team.key, workspace: team.workspaceUid });
const post = (team: Team, path: string, body: Body = {}) => api.post(path, body, of(team));
const quote = async (team: Team, body: Body): Promise<Body> => {
  const reply = await post(team, '/quotes', body);
  expect(reply.status, JSON.stringify(reply.body)).toBe(201);
  return reply.body.quote;
};
const register = (...names: string[]) => ({
  register_domains: { domains: names.map((name) => ({ name })), contact_details: contact },
});
const priceOfCom = (registration_price: number) =>
  api.call('PATCH', '/admin/price-book', {
    changes: { tlds: { com: { registration_price } } },
    note: 'of a test',
  });

describe('a quote', () => {
  test('says line by line what the purchase costs, holds it, and buys nothing, also without a credit', async () => {
    const team = await addTeam(api.installation, 0);
    const name = freshName();
    const made = await quote(team, { order: orderOf([{ name, mailboxes: mailboxesOn(name, 11) }]) });
    expect(made).toMatchObject({ kind: 'order', status: 'open', currency: 'credits', tax: 0, total: 16 });
    expect(made.lines.map((line: Body) => line.credits)).toEqual([12.5, ...Array(10).fill(0), 3.5]);
    const poor = await post(team, `/quotes/${made.uid}/accept`);
    expect([poor.status, poor.body.code, poor.body.missing_credits]).toEqual([402, 'insufficient_funds', 16]);
    const { body } = await api.get(`/quotes/${made.uid}`, of(team));
    expect(body.quote).toEqual(made);
    expect((await api.get('/quotes?status=open', of(team))).body.quotes).toEqual([made]);
  });

  test('is bought at its price though the price book changed, and each thing keeps the version it was priced from', async () => {
    const team = await addTeam(api.installation, 100);
    const name = freshName();
    const made = await quote(team, register(name));
    await priceOfCom(20);
    try {
      const accepted = await post(team, `/quotes/${made.uid}/accept`);
      expect(accepted.status, JSON.stringify(accepted.body)).toBe(200);
      expect(accepted.body).toMatchObject({
        credits_remaining: 87.5,
        quote: { status: 'accepted', total: 12.5 },
      });
      const charge = await api.database.db
        .selectFrom('charge')
        .select(['price_version', 'amount_micros'])
        .where('subject_uid', '=', accepted.body.quote.bought.domain_uids[0])
        .executeTakeFirstOrThrow();
      expect(charge).toEqual({ price_version: made.price_version, amount_micros: 12_500_000 });
      expect((await quote(team, register(freshName()))).total).toBe(20);
    } finally {
      await priceOfCom(12.5);
    }
  });

  test('accepted by thirty at once is bought once, and the others are told what came of it', async () => {
    const team = await addTeam(api.installation, 100);
    const made = await quote(team, register(freshName()));
    const replies = await Promise.all(
      Array.from({ length: 30 }, () => post(team, `/quotes/${made.uid}/accept`)),
    );
    const won = replies.filter(({ status }) => status === 200);
    expect(won).toHaveLength(1);
    const uids = won[0]!.body.quote.bought.domain_uids;
    for (const { status, body } of replies.filter((reply) => reply.status !== 200)) {
      // Whoever looks at the name first finds it owned; whoever looks at the quote first finds it accepted.
      expect([409]).toContain(status);
      expect(['quote_accepted', 'domain_already_owned']).toContain(body.code);
      if (body.code === 'quote_accepted') expect(body.bought.domain_uids).toEqual(uids);
    }
    expect(await booksOf(api.installation, team.teamUid)).toEqual({ wallet: 87.5, reserved: 12.5, spent: 0 });
  });

  test('whose name somebody else took is refused with the name, and nothing is charged', async () => {
    const [team, other] = [await addTeam(api.installation, 100), await addTeam(api.installation, 100)];
    const name = freshName();
    const made = await quote(team, register(name));
    await post(other, '/domains/register', {
      ...register(name).register_domains,
      use_wallet_balance: true,
    });
    const { status, body } = await post(team, `/quotes/${made.uid}/accept`);
    expect([status, body.code, body.domains[0].domain]).toEqual([409, 'domain_not_available', name]);
    expect((await booksOf(api.installation, team.teamUid)).wallet).toBe(100);
  });

  test('whose included seats were filled meanwhile is refused with the lines that changed', async () => {
    const team = await addTeam(api.installation, 100);
    const [name, other] = [freshName(), freshName()];
    const made = await quote(team, { order: orderOf([{ name, mailboxes: mailboxesOn(name, 1) }]) });
    await post(team, '/orders', orderOf([{ name: other, mailboxes: mailboxesOn(other, 10) }]));
    const { status, body } = await post(team, '/orders', { quote_uid: made.uid });
    expect([status, body.code]).toEqual([409, 'quote_outdated']);
    expect(body.changes.map(({ credits }: Body) => credits)).toEqual([3.5]);
    expect((await booksOf(api.installation, team.teamUid)).wallet).toBe(87.5);
  });

  test('of an order can be placed as an order, once', async () => {
    const team = await addTeam(api.installation, 100);
    const name = freshName();
    const made = await quote(team, { order: orderOf([{ name, mailboxes: mailboxesOn(name, 2) }]) });
    const placed = await post(team, '/orders', { quote_uid: made.uid });
    expect([placed.status, placed.body.total_cost]).toEqual([201, 12.5]);
    const { body } = await api.get(`/quotes/${made.uid}`, of(team));
    expect(body.quote.bought.order_id).toBe(placed.body.order_id);
    const wrong = await quote(team, register(freshName()));
    expect((await post(team, '/orders', { quote_uid: wrong.uid })).body.code).toBe('quote_not_found');
  });

  test('that expired is not bought', async () => {
    const team = await addTeam(api.installation, 100);
    const made = await quote(team, { ...register(freshName()), expires_in_hours: 1 });
    await api.database.db
      .updateTable('quote')
      .set({ created_at: new Date(0), expires_at: new Date(1) })
      .where('uid', '=', made.uid)
      .execute();
    const { status, body } = await post(team, `/quotes/${made.uid}/accept`);
    expect([status, body.code, body.expired_at]).toEqual([409, 'quote_expired', '1970-01-01T00:00:00.001Z']);
    expect((await api.get('/quotes?status=expired', of(team))).body.total).toBe(1);
  });

  test('names exactly one purchase', async () => {
    const team = await addTeam(api.installation, 0);
    for (const body of [{}, { ...register(freshName()), order: orderOf([]) }]) {
      const reply = await post(team, '/quotes', body);
      expect([reply.status, reply.body.code]).toEqual([400, 'validation_failed']);
    }
  });
});
