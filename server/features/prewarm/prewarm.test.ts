// Prewarmed domains from the operator's stock to a customer's workspace, through the API.
import { beforeAll, describe, expect, test } from 'vitest';
import { activeDomains } from '../../testing/active-domain.ts';
import { activeMailboxes } from '../../testing/active-mailbox.ts';
import { pay } from '../../testing/bank.ts';
import { askUntil, expectBalanced } from '../../testing/follow.ts';
import { addTeam } from '../../testing/second-team.ts';
import { type Body, useInstallation } from '../../testing/test-installation.ts';

const api = useInstallation();
const WEEK_MS = 7 * 24 * 3_600_000;
const weeksAgo = (weeks: number): string => new Date(Date.now() - weeks * WEEK_MS - 60_000).toISOString();

type Domain = { uid: string; name: string };
let domains: Domain[];
const mailboxUids = new Map<string, string[]>();

const customer = async (credits = 100) => {
  const team = await addTeam(api.installation, credits);
  const as = { key: team.key, workspace: team.workspaceUid };
  const status = async (uid: string): Promise<Body> =>
    (await api.get(`/prewarm/order-status?order_uid=${uid}`, as)).body.data;
  return {
    team,
    post: (path: string, body: object) => api.post(path, body, as),
    buy: (body: object) => api.post('/prewarm/buy-domain', body, as),
    status,
    until: (uid: string, wanted: string) =>
      askUntil(
        () => status(uid),
        (order) => order.status === wanted,
      ),
    credits: async (): Promise<number> => (await api.get('/billing/wallet', as)).body.credits_remaining,
    balanced: () => expectBalanced({ ...api, get: (path: string) => api.get(path, as) }),
  };
};

const putUp = (domain: Domain, more: object = {}) =>
  api.post('/admin/prewarm/stock', {
    domain_uid: domain.uid,
    warmed_since: weeksAgo(6),
    score: 90,
    ...more,
  });

beforeAll(async () => {
  domains = await activeDomains(api, 3);
  for (const { uid, name } of domains) {
    const boxes = await activeMailboxes(api, name, ['anna', 'ben']);
    mailboxUids.set(
      uid,
      boxes.map((box) => box.uid),
    );
  }
});

describe('stock', () => {
  test('is found by what it is, priced by its age or by its own price, and gone when it is withdrawn', async () => {
    const [one, two, three] = domains as [Domain, Domain, Domain];
    for (const [domain, more] of [
      [one, {}],
      [two, { warmed_since: weeksAgo(20), score: 70, mailbox_price: 4, domain_price: 10 }],
      [three, { warmed_since: weeksAgo(1), score: 50 }],
    ] as const) {
      expect((await putUp(domain, more)).status).toBe(200);
    }
    expect((await putUp(one)).body).toMatchObject({ code: 'prewarm_unfit' });
    const { post } = await customer();
    const search = async (body: object): Promise<Body[]> =>
      (await post('/prewarm/search-domains', body)).body.data.domains;
    const names = async (body: object) => (await search(body)).map(({ domain_name }) => domain_name);
    expect(await names({})).toEqual([two.name, one.name, three.name]);
    expect(await names({ sort: 'price' })).toEqual([two.name, three.name, one.name]);
    expect(await names({ sort: 'score', order: 'asc' })).toEqual([three.name, two.name, one.name]);
    expect(await names({ min_weeks: 6, max_weeks: 19 })).toEqual([one.name]);
    expect(await names({ keyword: three.name.slice(0, -4), platform: 'google' })).toEqual([three.name]);
    expect(await names({ min_score: 91 })).toEqual([]);
    const [dearest] = await search({ keyword: two.name });
    expect(dearest).toMatchObject({ warmed_weeks: 20, price_per_mailbox: 4, total_price: 18 });
    const { data } = (await post('/prewarm/search-mailboxes', { limit: 3, page: 2 })).body;
    expect([data.mailboxes.length, data.total, data.pages]).toEqual([3, 6, 2]);
    const listed = (await api.get('/admin/prewarm/stock')).body.stock;
    const stock = listed.find((row: Body) => row.domain_name === three.name);
    expect((await api.post(`/admin/prewarm/stock/${stock.uid}/withdraw`, {})).body.stock.status).toBe(
      'withdrawn',
    );
    expect(await names({})).toEqual([two.name, one.name]);
    expect((await api.call('PATCH', `/admin/prewarm/stock/${stock.uid}`, { score: 1 })).body.code).toBe(
      'prewarm_stock_not_for_sale',
    );
  });
});

describe('buying', () => {
  test('of two at once one gets the domain, with new mailboxes, and the other pays nothing', async () => {
    const [one] = domains as [Domain];
    const buyers = [await customer(), await customer()];
    const names = ['mara', 'noor'].map((username) => ({
      username,
      first_name: username,
      last_name: 'Voss',
    }));
    const wish = { domains: [{ domain_name: one.name, mailboxes: names }] };
    const dry = await buyers[0]!.buy({ ...wish, dry_run: true });
    expect(dry.body.data).toMatchObject({ order_uid: null, total_mailboxes: 2 });
    const price: number = dry.body.total_cost;
    const few = { domains: [{ domain_name: one.name, mailboxes: names.slice(1) }] };
    expect((await buyers[0]!.buy(few)).body).toMatchObject({ code: 'prewarm_mailbox_count', expected: 2 });
    const answers = await Promise.all(buyers.map(({ buy }) => buy(wish)));
    expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 409]);
    const won = answers.findIndex(({ status }) => status === 200);
    const [buyer, other] = [buyers[won]!, buyers[1 - won]!];
    expect(answers[1 - won]!.body.code).toBe('prewarm_not_available');
    expect(await other.credits()).toBe(100);
    const order = await buyer.until(answers[won]!.body.data.order_uid, 'completed');
    expect(await buyer.credits()).toBe(100 - price);
    await buyer.balanced();
    expect(order.domains[0].mailboxes.map(({ email }: Body) => email)).toEqual([
      `mara@${one.name}`,
      `noor@${one.name}`,
    ]);
    // Theirs, and the operator's no longer: not the domain, and at the host not one mailbox of before.
    expect((await buyer.post('/domains/list', {})).body.domains).toMatchObject([
      { uid: one.uid, name: one.name, status: 'active' },
    ]);
    expect((await api.get(`/domains/details?uid=${one.uid}`)).status).toBe(404);
    const { db } = api.installation.storage;
    const hosted = await db
      .selectFrom('published.mailbox')
      .select(['id', 'workspace_id'])
      .where('domain', '=', one.name)
      .execute();
    const made: string[] = order.domains[0].mailboxes.map(({ uid }: Body) => uid);
    expect(hosted.map(({ id }) => id).toSorted()).toEqual(made.toSorted());
    expect(new Set(hosted.map(({ workspace_id }) => workspace_id))).toEqual(
      new Set([buyer.team.workspaceUid]),
    );
    const before = mailboxUids.get(one.uid)!;
    expect(made.filter((uid) => before.includes(uid))).toEqual([]);
    expect((await other.post('/prewarm/search-domains', { keyword: one.name })).body.data.total).toBe(0);
    expect((await api.get(`/prewarm/order-status?order_uid=${order.uid}`)).body.code).toBe(
      'prewarm_order_not_found',
    );
  });

  test('with a wallet that is too low is a checkout that holds the domain until it is paid', async () => {
    const [, two] = domains as [Domain, Domain];
    const buyer = await customer(1);
    const { body } = await buyer.buy({ domains: [{ domain_name: two.name }], keep_warming: true });
    expect(body).toMatchObject({ payment_type: 'checkout', data: { status: 'awaiting_payment' } });
    const other = await customer();
    expect((await other.buy({ domains: [{ domain_name: two.name }] })).body.code).toBe(
      'prewarm_not_available',
    );
    await pay(body.url);
    const order = await buyer.until(body.data.order_uid, 'completed');
    expect(order.domains[0].mailboxes.map(({ email }: Body) => email)).toEqual([
      `anna@${two.name}`,
      `ben@${two.name}`,
    ]);
    // The wallet was too low for the months of warm-up beside it: that is told, and nothing else is lost.
    const { body: told } = await api.get('/events?limit=100', {
      key: buyer.team.key,
      workspace: buyer.team.workspaceUid,
    });
    expect(told.events.map(({ type }: Body) => type)).toContain('prewarm_order.not_kept_warm');
    await buyer.balanced();
  });

  test('a domain that is no longer as it was put up is credited back, once', async () => {
    const [, , three] = domains as [Domain, Domain, Domain];
    expect((await putUp(three)).status).toBe(200);
    await api.post('/mailboxes/suspend', { uids: [mailboxUids.get(three.uid)![0]] });
    const buyer = await customer();
    const { body } = await buyer.buy({ domains: [{ domain_name: three.name }] });
    const order = await buyer.until(body.data.order_uid, 'failed');
    expect(order.domains[0].reason).toContain('not those that were for sale');
    expect(await buyer.credits()).toBe(100);
    await buyer.balanced();
    const { stock } = (await api.get('/admin/prewarm/stock?status=withdrawn')).body;
    expect(stock[0]).toMatchObject({ domain_name: three.name, status_reason: order.domains[0].reason });
  });
});
