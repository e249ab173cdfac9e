// How many calls a key has, across keys, kinds of operation, processes and time.
import { beforeAll, describe, expect, test } from 'vitest';
import { VirtualClock } from '../../database/clock.ts';
import { useTestDatabase } from '../../database/testing.ts';
import { createRateLimiter, defaultRateLimits, sweepRateLimits } from './rate-limit.ts';
import {
  createSampleApi,
  createThingTable,
  makeTenant,
  requestAs,
  type Tenant,
} from './testing/sample-api.ts';

const database = useTestDatabase();

beforeAll(() => createThingTable(database.db));

const start = (tenants: Tenant[], clock = new VirtualClock(), rateLimits = defaultRateLimits) => ({
  clock,
  app: createSampleApi(database.db, tenants, { clock, rateLimits }).app,
});

const bulk = ['POST', '/v1/api/team/roll-secret', {}] as const;

describe('a limit', () => {
  test('is told on every answer to a known key, also when the request fails, and on no other', async () => {
    const tenant = makeTenant('key');
    const { app, clock } = start([tenant]);
    const send = requestAs(app, tenant);
    const reset = String(clock.now().getTime() / 1000 + 60);
    const shown = ({ headers }: { headers: Headers }) =>
      ['limit', 'remaining', 'reset'].map((name) => headers.get(`x-ratelimit-${name}`));
    expect(shown(await send('POST', '/v1/api/things/list', {}))).toEqual(['5000', '4999', reset]);
    expect(shown(await send('POST', '/v1/api/things/list', '{'))).toEqual(['5000', '4998', reset]);
    expect(shown(await send('GET', '/v1/api/team'))).toEqual(['50', '49', reset]);
    expect(shown(await send(...bulk))).toEqual(['10', '9', reset]);
    expect(shown(await app.request('/v1/api/team'))).toEqual([null, null, null]);
  });

  test('refuses the call after the last with the seconds to wait, and opens again after them', async () => {
    const tenant = makeTenant('key');
    const { app, clock } = start([tenant]);
    const send = requestAs(app, tenant);
    for (let call = 0; call < 10; call++) expect((await send(...bulk)).status).toBe(200);
    await clock.advance(20_500);
    const { status, json, headers } = await send(...bulk);
    expect({ status, code: json.code, wait: json.retry_after }).toEqual({
      status: 429,
      code: 'rate_limited',
      wait: 40,
    });
    expect(headers.get('retry-after')).toBe('40');
    expect(headers.get('x-ratelimit-remaining')).toBe('0');
    await clock.advance(39_499);
    expect((await send(...bulk)).status).toBe(429);
    await clock.advance(1);
    expect((await send(...bulk)).status).toBe(200);
  });

  test('is a matter of one key and one kind of operation', async () => {
    const [one, two] = [makeTenant('one'), makeTenant('two')];
    const { app } = start([one, two]);
    for (let call = 0; call < 11; call++) await requestAs(app, one)(...bulk);
    expect((await requestAs(app, one)(...bulk)).status).toBe(429);
    expect((await requestAs(app, two)(...bulk)).status).toBe(200);
    expect((await requestAs(app, one)('GET', '/v1/api/team')).status).toBe(200);
  });

  test('that is small holds over all processes, to the call', async () => {
    const tenant = makeTenant('key');
    const clock = new VirtualClock();
    const senders = [start([tenant], clock), start([tenant], clock)].map(({ app }) => requestAs(app, tenant));
    const answers = await Promise.all(Array.from({ length: 40 }, (_, index) => senders[index % 2]!(...bulk)));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(10);
    expect(answers.filter(({ status }) => status === 429)).toHaveLength(30);
  });

  test('that is large is counted by each process for itself, and refuses like a small one', async () => {
    const tenant = makeTenant('key');
    const limits = { ...defaultRateLimits, standard: { calls: 101, windowMs: 60_000 } };
    const clock = new VirtualClock();
    const [first, second] = [start([tenant], clock, limits), start([tenant], clock, limits)].map(({ app }) =>
      requestAs(app, tenant),
    );
    const statuses: number[] = [];
    for (let call = 0; call < 102; call++)
      statuses.push((await first!('POST', '/v1/api/things/list', {})).status);
    expect(statuses.lastIndexOf(200)).toBe(100);
    expect(statuses.at(-1)).toBe(429);
    expect((await second!('POST', '/v1/api/things/list', {})).status).toBe(200);
    await clock.advance(60_000);
    expect((await first!('POST', '/v1/api/things/list', {})).status).toBe(200);
  });
});

describe('the counters', () => {
  const kinds = ['standard', 'bulk'] as const;

  test.each(kinds)('a clock that is set back far does not close a key out: %s', async (kind) => {
    const limits = { ...defaultRateLimits, standard: { calls: 200, windowMs: 60_000 } };
    const ahead = new VirtualClock(new Date('2026-01-02T00:00:00Z'));
    const behind = new VirtualClock(new Date('2026-01-01T00:00:00Z'));
    let clock = ahead;
    const moving = { now: () => clock.now(), sleep: (ms: number) => clock.sleep(ms) };
    const take = createRateLimiter(database.db, moving, limits);
    for (let call = 0; call <= limits[kind].calls; call++) await take(`back ${kind}`, kind);
    expect((await take(`back ${kind}`, kind)).allowed).toBe(false);
    clock = behind;
    expect(await take(`back ${kind}`, kind)).toMatchObject({
      allowed: true,
      remaining: limits[kind].calls - 1,
    });
  });

  test('clearing out closed windows forgets none that is open', async () => {
    const clock = new VirtualClock();
    const take = createRateLimiter(database.db, clock, defaultRateLimits);
    for (let key = 0; key < 9_999; key++) await take(`key ${key}`, 'standard');
    await clock.advance(30_000);
    await take('open', 'standard');
    await clock.advance(30_000);
    await take('the one too many', 'standard');
    expect((await take('open', 'standard')).remaining).toBe(4_998);
  });

  test('the sweep removes windows that have closed and no others', async () => {
    const clock = new VirtualClock(new Date('2027-01-01T00:00:00Z'));
    const take = createRateLimiter(database.db, clock, defaultRateLimits);
    const longestMs = Math.max(...Object.values(defaultRateLimits).map(({ windowMs }) => windowMs));
    await take('old', 'bulk');
    await clock.advance(longestMs + 1);
    await take('new', 'bulk');
    await sweepRateLimits(database.db, clock, defaultRateLimits);
    const left = await database.db.selectFrom('rate_limit_window').select('key_id').execute();
    expect(left).toEqual([{ key_id: 'new' }]);
  });
});
