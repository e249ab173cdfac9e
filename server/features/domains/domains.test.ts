// Domains through HTTP: searched, bought, listed.
import { describe, expect, test } from 'vitest';
import { askUntil, expectBalanced, walletOf } from '../../testing/follow.ts';
import { contact, freshName } from '../../testing/order-body.ts';
import { type Body, useInstallation } from '../../testing/test-installation.ts';

const api = useInstallation();

const register = (names: string[], more: object = {}) =>
  api.post('/domains/register', {
    domains: names.map((name) => ({ name, registration_years: 1 })),
    use_wallet_balance: true,
    contact_details: contact,
    ...more,
  });
const listed = async (body: object = {}) => (await api.post('/domains/list', body)).body;
const statusOf = async (name: string): Promise<string> =>
  (await listed({ keyword: name, limit: 1 })).domains[0]?.status;
const registered = async (names: string[]) => {
  const reply = await register(names);
  expect(reply.status, JSON.stringify(reply.body)).toBe(200);
  for (const name of names)
    await askUntil(
      () => statusOf(name),
      (status) => status === 'active',
    );
  return reply.body;
};

describe('domains/search', () => {
  test('offers names around the keyword with their prices, the plain name first', async () => {
    const keyword = freshName().replace('.com', '');
    const { body } = await api.post('/domains/search', { keyword, tlds: ['com', '.net'], num: 20 });
    expect(body.domains[0]).toMatchObject({
      name: `${keyword}.com`,
      available: true,
      price: 12.5,
      tld: '.com',
    });
    expect(body.domains.map((row: Body) => row.name)).toContain(`get${keyword}.net`);
    expect(body.domains).toHaveLength(20);
    expect(body.total).toBeGreaterThan(20);
  });

  test('leaves taken names out unless they are asked for', async () => {
    const without = await api.post('/domains/search', { keyword: 'google', tlds: ['com'] });
    expect(without.body.domains.map((row: Body) => row.name)).not.toContain('google.com');
    const all = await api.post('/domains/search', {
      keyword: 'google',
      tlds: ['com'],
      show_unavailable: true,
    });
    expect(all.body.domains[0]).toMatchObject({ name: 'google.com', available: false });
  });

  test('pages of one search never repeat a name', async () => {
    const keyword = freshName().replace('.com', '');
    const pages = await Promise.all(
      [1, 2, 3].map((page) => api.post('/domains/search', { keyword, page, num: 10 })),
    );
    const names = pages.flatMap((reply) => reply.body.domains.map((row: Body) => row.name));
    expect(new Set(names).size).toBe(names.length);
  });

  test('names the top-level domains that are not sold, and the ones that are', async () => {
    const { status, body } = await api.post('/domains/search', { keyword: 'northpeak', tlds: ['com', 'io'] });
    expect([status, body.code]).toEqual([400, 'tld_not_sold']);
    expect(body.supported_tlds.sort()).toEqual(['com', 'net', 'org', 'shop']);
  });
});

describe('domains/available', () => {
  test('says yes with the price for a free name, and no for a taken and for an own one', async () => {
    const name = freshName();
    expect((await api.get(`/domains/available?domain=${name}`)).body).toMatchObject({
      message: 'Domain is available for registration',
      available: true,
      registration_price: 12.5,
    });
    expect((await api.get('/domains/available?domain=microsoft.com')).body).toMatchObject({
      available: false,
      reason: 'taken',
    });
    await registered([name]);
    expect((await api.get(`/domains/availability/${name.toUpperCase()}`)).body.available).toBe(false);
  });
});

describe('domains/register', () => {
  test('buys from the wallet and ends with an active domain whose records are listed', async () => {
    const name = freshName();
    const before = await walletOf(api);
    const body = await registered([name]);
    expect(body).toMatchObject({ domains_count: 1, total_cost: 12.5, payment_type: 'wallet' });
    expect(await walletOf(api)).toBe(before - 12.5);
    const { body: dns } = await api.get(`/dns/list?domain=${name.toUpperCase()}`);
    expect(dns.dns_record).toMatchObject({ uid: body.domain_uids[0], domain: name });
    const byPurpose = Object.groupBy(dns.dns_record.records as Body[], (record) => record.purpose);
    expect(byPurpose.mx![0]).toMatchObject({ host: '@', type: 'MX', priority: 10, status: 'active' });
    expect(byPurpose.spf![0].value).toMatch(/^v=spf1 .*~all$/);
    expect(byPurpose.dkim).toHaveLength(2);
    expect((await api.get(`/dns/list?uid=${body.domain_uids[0]}`)).body.dns_record.domain).toBe(name);
    const [row] = (await listed({ keyword: name })).domains;
    expect(row).toMatchObject({
      status: 'active',
      connection_type: 'purchased',
      dns_propagation_status: 'propagated',
      nameserver_match_status: 'matched',
      nameservers: ['ns1.inboxkit.localhost', 'ns2.inboxkit.localhost'],
    });
    expect(row.renewal_date > new Date().toISOString()).toBe(true);
  });

  test('puts the DMARC address into the zone', async () => {
    const name = freshName();
    await register([name], { dmarc_email: 'dmarc@northpeak.example' });
    await askUntil(
      () => statusOf(name),
      (status) => status === 'active',
    );
    const { body } = await api.get(`/dns/list?domain=${name}`);
    const dmarc = body.dns_record.records.find((record: Body) => record.purpose === 'dmarc');
    expect(dmarc.value).toContain('rua=mailto:dmarc@northpeak.example');
  });

  test('refuses the whole request when one name cannot be had, and names it', async () => {
    const name = freshName();
    const before = await walletOf(api);
    const { status, body } = await register([name, 'amazon.com']);
    expect([status, body.code]).toEqual([409, 'domain_not_available']);
    expect(body.domains).toEqual([{ domain: 'amazon.com', reason: 'taken' }]);
    expect(await walletOf(api)).toBe(before);
    expect((await api.get(`/domains/available?domain=${name}`)).body.available).toBe(true);
  });

  test('refuses a name the team owns already', async () => {
    const name = freshName();
    await registered([name]);
    const { status, body } = await register([name]);
    expect([status, body.code]).toEqual([409, 'domain_already_owned']);
    expect(body.message).toContain('already owned by your team');
  });

  test('credits a registration back that the registry refuses', async () => {
    const name = freshName('-fails-registration');
    const before = await walletOf(api);
    expect((await register([name])).status).toBe(200);
    const [row] = await askUntil(
      async () => (await listed({ keyword: name })).domains,
      (rows) => rows[0]?.status === 'cancelled',
    );
    expect(row.status_reason).toBeTruthy();
    expect(await walletOf(api)).toBe(before);
    const { body } = await api.get('/billing/wallet/logs?limit=2');
    expect(body.logs.map((log: Body) => [log.type, log.credits])).toEqual([
      ['credit', 12.5],
      ['debit', 12.5],
    ]);
    await expectBalanced(api);
  });
});

describe('domains/list', () => {
  test('an empty workspace answers an empty first page', async () => {
    const { body } = await api.post('/workspaces/create', { name: 'Nothing here' });
    const reply = await api.post('/domains/list', {}, { workspace: body.uid });
    expect(reply.body).toMatchObject({ domains: [], total: 0, pages: 0, current_page: 1, limit: 10 });
  });

  test('counts per status, filters by it, finds parts of names and puts the exact one first', async () => {
    const stem = freshName().replace('.com', '');
    const names = [`${stem}.com`, `get${stem}.com`, `${stem}hq.com`];
    await registered(names);
    const found = await listed({ keyword: `${stem}.com`, limit: 1 });
    expect(found.domains[0].name).toBe(`${stem}.com`);
    const all = await listed({ keyword: stem.toUpperCase() });
    expect(all.total).toBe(3);
    const active = await listed({ status: ['active'] });
    expect(active.total).toBe(active.status_counts.active);
    expect((await listed({ status: ['deleted'] })).domains).toEqual([]);
    expect((await listed({ keyword: '%' })).total).toBe(0);
  });

  test('sorts by a field both ways, page by page, and takes no cursor then', async () => {
    const stem = freshName().replace('.com', '');
    const names = [`b${stem}.com`, `c${stem}.com`, `a${stem}.com`];
    await registered(names);
    const read = async (sort: string): Promise<string[]> => {
      const pages = await Promise.all([1, 2].map((page) => listed({ keyword: stem, limit: 2, page, sort })));
      return pages.flatMap(({ domains }) => domains.map((row: Body) => row.name));
    };
    expect(await read('name')).toEqual([names[2], names[0], names[1]]);
    expect(await read('-name')).toEqual([names[1], names[0], names[2]]);
    // Ordered at once: where what is sorted by is equal, both ways are newest first.
    expect(await read('status')).toEqual(await read('-status'));
    expect((await listed({ limit: 1, sort: 'name' })).next_cursor).toBeNull();
    const { next_cursor } = await listed({ limit: 1 });
    const both = await api.post('/domains/list', { sort: 'name', cursor: next_cursor });
    expect([both.status, both.body.problems[0].path]).toEqual([400, 'cursor']);
    const unknown = await api.post('/domains/list', { sort: 'colour' });
    expect([unknown.status, unknown.body.problems[0].path]).toEqual([400, 'sort']);
  });

  test('read by cursor gives every domain once, also while new ones are added', async () => {
    const seen: string[] = [];
    let cursor: string | null = null;
    const { total } = await listed();
    do {
      const page: Body = await listed({ limit: 2, ...(cursor && { cursor }) });
      seen.push(...page.domains.map((row: Body) => row.uid));
      cursor = page.next_cursor;
      if (seen.length === 2) await registered([freshName()]);
    } while (cursor);
    expect(new Set(seen).size).toBe(seen.length);
    expect(seen).toHaveLength(total);
  });
});

test('dns/list of a domain the workspace does not have is a 404', async () => {
  for (const query of [
    'domain=not-mine.com',
    'uid=6f1c2b3a-0000-4000-8000-000000000000',
    'domain=%F0%9F%92%A9',
  ]) {
    const { status, body } = await api.get(`/dns/list?${query}`);
    expect([status, body.code, body.message]).toEqual([
      404,
      'dns_records_not_found',
      'Domain or DNS records not found',
    ]);
  }
});
