// A write that is sent twice under one key happens once, whatever happens in between.
import { connect, createServer, type Socket } from 'node:net';
import { sql } from 'kysely';
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { z } from 'zod';
import { VirtualClock } from '../../database/clock.ts';
import { type Db, openDatabase, type Tx } from '../../database/database.ts';
import { createSecretBox, generateKey, parseKeyRing } from '../../database/secret-box.ts';
import { useTestDatabase } from '../../database/testing.ts';
import { newId } from '../../database/uuid.ts';
import { defineEndpoint } from './endpoint.ts';
import { defineError } from './errors.ts';
import { sweepIdempotencyKeys } from './idempotency.ts';
import {
  createSampleApi,
  makeTenant,
  requestAs,
  rollSecret,
  showTeam,
  type Tenant,
} from './testing/sample-api.ts';

const database = useTestDatabase();
const secrets = createSecretBox(parseKeyRing(generateKey()));

/** What a test does at the moments of `marks.add`. */
type Moments = { before?(): Promise<void>; inside?(tx: Tx): Promise<void>; after?(): Promise<void> };

const full = defineError({ code: 'full', status: 409, whatHappened: 'Full.', whatToDo: 'Wait.' });

/** Leaves one row per execution. */
const addMark = (moments: Moments = {}) =>
  defineEndpoint<object>()({
    operation: 'marks.add',
    summary: 'Add mark',
    method: 'POST',
    path: '/marks/{place}',
    scope: 'workspace',
    status: 201,
    params: z.strictObject({ place: z.string() }),
    query: z.strictObject({ at: z.string().optional() }),
    body: z.strictObject({ note: z.string().optional(), size: z.int().optional() }),
    response: z.object({ uid: z.uuid() }),
    errors: [full],
    async handle({ body, workspace, commit }) {
      await moments.before?.();
      const answer = await commit(async (tx) => {
        const uid = newId();
        await sql`insert into mark (uid, workspace, note) values (${uid}, ${workspace.uid}, ${body.note ?? ''})`.execute(
          tx,
        );
        await moments.inside?.(tx);
        return { message: 'Marked', uid };
      });
      await moments.after?.();
      return answer;
    },
  });

type Options = NonNullable<Parameters<typeof createSampleApi>[2]> & { moments?: Moments; db?: Db };

/** One process of an installation; all of them share the database and the key ring. */
const startProcess = (tenants: Tenant[], { moments, db = database.db, ...options }: Options = {}) =>
  createSampleApi(db, tenants, { endpoints: [addMark(moments), rollSecret, showTeam], secrets, ...options });

const marksOf = async ({ workspaceUid }: Tenant): Promise<string[]> => {
  const { rows } = await sql<{ uid: string }>`select uid from mark where workspace = ${workspaceUid}`.execute(
    database.db,
  );
  return rows.map(({ uid }) => uid);
};

const withKey = (key: string) => ({ 'idempotency-key': key });

const gate = () => {
  const { promise, resolve } = Promise.withResolvers<void>();
  return { passed: promise, pass: resolve };
};

beforeAll(async () => {
  await sql`create table mark (uid uuid primary key, workspace uuid not null, note text not null)`.execute(
    database.db,
  );
});

describe('the same request again', () => {
  test('gets the same status and body, marked as replayed, and does nothing', async () => {
    const tenant = makeTenant('key');
    const send = requestAs(startProcess([tenant]).app, tenant);
    const first = await send('POST', '/v1/api/marks/wall', { note: 'a', size: 1 }, withKey('once'));
    const again = await send('POST', '/v1/api/marks/wall', { size: 1, note: 'a' }, withKey('once'));
    expect({ status: again.status, text: again.text }).toEqual({ status: 201, text: first.text });
    expect(first.headers.get('idempotency-replayed')).toBeNull();
    expect(again.headers.get('idempotency-replayed')).toBe('true');
    expect(await marksOf(tenant)).toEqual([first.json.uid]);
  });

  test('without a key it is another request', async () => {
    const tenant = makeTenant('key');
    const send = requestAs(startProcess([tenant]).app, tenant);
    await send('POST', '/v1/api/marks/wall', {});
    await send('POST', '/v1/api/marks/wall', {});
    expect(await marksOf(tenant)).toHaveLength(2);
  });

  test('fifty times at once, it is executed once and answered fifty times alike', async () => {
    const tenant = makeTenant('key');
    const { app } = startProcess([tenant]);
    const send = requestAs(app, tenant);
    const answers = await Promise.all(
      Array.from({ length: 50 }, () => send('POST', '/v1/api/marks/wall', {}, withKey('burst'))),
    );
    expect(new Set(answers.map(({ status, text }) => `${status} ${text}`)).size).toBe(1);
    expect(answers.filter(({ headers }) => headers.get('idempotency-replayed') !== 'true')).toHaveLength(1);
    expect(await marksOf(tenant)).toEqual([answers[0]!.json.uid]);
  });

  test('fifty times at once over several processes, it is executed once and answered fifty times alike', async () => {
    const tenant = makeTenant('key');
    const senders = Array.from({ length: 5 }, () => requestAs(startProcess([tenant]).app, tenant));
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, index) =>
        senders[index % senders.length]!('POST', '/v1/api/marks/wall', {}, withKey('burst')),
      ),
    );
    expect(new Set(answers.map(({ status, text }) => `${status} ${text}`)).size).toBe(1);
    expect(await marksOf(tenant)).toEqual([answers[0]!.json.uid]);
  });

  test('a write that commits nothing keeps its answer too, and keeps it sealed', async () => {
    const tenant = makeTenant('key');
    const send = requestAs(startProcess([tenant]).app, tenant);
    const first = await send('POST', '/v1/api/team/roll-secret', {}, withKey('roll'));
    expect((await send('POST', '/v1/api/team/roll-secret', {}, withKey('roll'))).text).toBe(first.text);
    const row = await database.db
      .selectFrom('idempotency_key')
      .selectAll()
      .where('team_id', '=', tenant.caller.teamId)
      .executeTakeFirstOrThrow();
    expect(JSON.stringify(row)).not.toContain(first.json.secret);
    expect(secrets.open(row.answer_sealed!, `idempotency_key:${row.claim_id}`)).toBe(first.text);
  });

  test('reads take no notice of the key', async () => {
    const tenant = makeTenant('key');
    const send = requestAs(startProcess([tenant]).app, tenant);
    await send('GET', '/v1/api/team', undefined, withKey('read'));
    const again = await send('GET', '/v1/api/team', undefined, withKey('read'));
    expect(again.headers.get('idempotency-replayed')).toBeNull();
  });
});

describe('another request under the same key', () => {
  test.each([
    ['another body', '/v1/api/marks/wall', { note: 'b' }],
    ['another path', '/v1/api/marks/door', { note: 'a' }],
    ['another query', '/v1/api/marks/wall?at=noon', { note: 'a' }],
  ])('is refused and does nothing: %s', async (_name, path, body) => {
    const tenant = makeTenant('key');
    const send = requestAs(startProcess([tenant]).app, tenant);
    await send('POST', '/v1/api/marks/wall', { note: 'a' }, withKey('once'));
    const { status, json } = await send('POST', path, body, withKey('once'));
    expect({ status, code: json.code }).toEqual({ status: 409, code: 'idempotency_key_reused' });
    expect(await marksOf(tenant)).toHaveLength(1);
  });

  test('is refused while the first is still running', async () => {
    const tenant = makeTenant('key');
    const inside = gate();
    const go = gate();
    const before = async () => {
      inside.pass();
      await go.passed;
    };
    const send = requestAs(startProcess([tenant], { moments: { before } }).app, tenant);
    const elsewhere = requestAs(startProcess([tenant]).app, tenant);
    const first = send('POST', '/v1/api/marks/wall', { note: 'a' }, withKey('once'));
    await inside.passed;
    for (const sender of [send, elsewhere]) {
      const { json } = await sender('POST', '/v1/api/marks/wall', { note: 'b' }, withKey('once'));
      expect(json.code).toBe('idempotency_key_reused');
    }
    go.pass();
    expect((await first).status).toBe(201);
  });

  test('of another workspace, team or operation is none of its business', async () => {
    const one = makeTenant('one');
    const sameTeam = { ...makeTenant('two'), caller: { ...one.caller, keyId: 'second key' } };
    const stranger = makeTenant('three');
    const tenants = [one, sameTeam, stranger];
    const { app } = startProcess(tenants);
    for (const tenant of tenants) {
      const { headers } = await requestAs(app, tenant)('POST', '/v1/api/marks/wall', {}, withKey('once'));
      expect(headers.get('idempotency-replayed')).toBeNull();
      expect(await marksOf(tenant)).toHaveLength(1);
    }
    expect((await requestAs(app, one)('POST', '/v1/api/team/roll-secret', {}, withKey('once'))).status).toBe(
      200,
    );
  });

  test('a key is 1 to 255 visible characters', async () => {
    const tenant = makeTenant('key');
    const send = requestAs(startProcess([tenant]).app, tenant);
    const status = async (key: string) => (await send('POST', '/v1/api/marks/wall', {}, withKey(key))).status;
    expect(await status('!~'.repeat(127))).toBe(201);
    expect([await status('x'.repeat(256)), await status(''), await status('a b'), await status('é')]).toEqual(
      [400, 400, 400, 400],
    );
  });
});
describe('failures', () => {
  test('a refusal has no effect and gives the key free', async () => {
    const tenant = makeTenant('key');
    let refusing = true;
    const inside = async () => {
      if (refusing) throw full('No room');
    };
    const send = requestAs(startProcess([tenant], { moments: { inside } }).app, tenant);
    const refused = await send('POST', '/v1/api/marks/wall', {}, withKey('retry'));
    expect(refused.json.code).toBe('full');
    expect(await marksOf(tenant)).toEqual([]);
    refusing = false;
    const { status, json } = await send('POST', '/v1/api/marks/wall', {}, withKey('retry'));
    expect(status).toBe(201);
    expect(await marksOf(tenant)).toEqual([json.uid]);
  });

  test('those who wait for a request that fails get its failure', async () => {
    const tenant = makeTenant('key');
    let executions = 0;
    const inside = async () => {
      executions++;
      throw full('No room');
    };
    const send = requestAs(startProcess([tenant], { moments: { inside } }).app, tenant);
    const answers = await Promise.all(
      Array.from({ length: 10 }, () => send('POST', '/v1/api/marks/wall', {}, withKey('fails'))),
    );
    expect(new Set(answers.map(({ text }) => text)).size).toBe(1);
    expect(executions).toBe(1);
  });

  test('a connection that breaks inside of the transaction leaves neither effect nor claim', async () => {
    const tenant = makeTenant('key');
    let breaking = true;
    const inside = async (tx: Tx) => {
      if (breaking) await sql`select pg_terminate_backend(pg_backend_pid())`.execute(tx);
    };
    const send = requestAs(startProcess([tenant], { moments: { inside } }).app, tenant);
    expect((await send('POST', '/v1/api/marks/wall', {}, withKey('broken'))).status).toBe(500);
    expect(await marksOf(tenant)).toEqual([]);
    breaking = false;
    expect((await send('POST', '/v1/api/marks/wall', {}, withKey('broken'))).status).toBe(201);
    expect(await marksOf(tenant)).toHaveLength(1);
  });

  test('a commit whose confirmation gets lost is answered as what it was', async () => {
    const tenant = makeTenant('key');
    const { db, hasBroken } = await openThroughProxy(database.url);
    const send = requestAs(startProcess([tenant], { db }).app, tenant);
    const first = await send('POST', '/v1/api/marks/wall', {}, withKey('lost'));
    expect({ status: first.status, broken: hasBroken() }).toEqual({ status: 201, broken: true });
    expect(await marksOf(tenant)).toEqual([first.json.uid]);
    expect((await send('POST', '/v1/api/marks/wall', {}, withKey('lost'))).text).toBe(first.text);
  });

  test('a handler that fails after its commit has its committed answer kept', async () => {
    const tenant = makeTenant('key');
    const after = () => Promise.reject(new Error('too late'));
    const send = requestAs(startProcess([tenant], { moments: { after } }).app, tenant);
    const first = await send('POST', '/v1/api/marks/wall', {}, withKey('late'));
    expect(first.status).toBe(201);
    expect((await send('POST', '/v1/api/marks/wall', {}, withKey('late'))).text).toBe(first.text);
    expect(await marksOf(tenant)).toHaveLength(1);
  });
});

describe('processes that die or hang', () => {
  /** A process that has claimed the key and then stands still until told to go on. */
  const hang = async (tenant: Tenant, clock: VirtualClock) => {
    const inside = gate();
    const go = gate();
    const before = async () => {
      inside.pass();
      await go.passed;
    };
    const hanging = requestAs(startProcess([tenant], { clock, moments: { before } }).app, tenant);
    const answer = hanging('POST', '/v1/api/marks/wall', {}, withKey('hung'));
    await inside.passed;
    return { goOn: go.pass, answer };
  };

  test('who waits too long is told to come back', async () => {
    const tenant = makeTenant('key');
    const clock = new VirtualClock();
    const idempotency = { waitMs: 60 };
    const { goOn, answer } = await hang(tenant, clock);
    const send = requestAs(startProcess([tenant], { clock, idempotency }).app, tenant);
    const [elsewhere, beside] = await Promise.all([
      send('POST', '/v1/api/marks/wall', {}, withKey('hung')),
      send('POST', '/v1/api/marks/wall', {}, withKey('hung')),
    ]);
    for (const { status, json, headers } of [elsewhere, beside]) {
      expect({ status, code: json.code }).toEqual({ status: 409, code: 'idempotency_in_progress' });
      expect(Number(headers.get('retry-after'))).toBeGreaterThan(0);
    }
    goOn();
    expect((await answer).status).toBe(201);
  });

  test('once the lease has run out another process takes over, and the first one’s late work is undone', async () => {
    const tenant = makeTenant('key');
    const clock = new VirtualClock();
    const { goOn, answer } = await hang(tenant, clock);
    await clock.advance(61_000);
    const send = requestAs(startProcess([tenant], { clock }).app, tenant);
    const taken = await send('POST', '/v1/api/marks/wall', {}, withKey('hung'));
    expect(taken.status).toBe(201);
    goOn();
    expect((await answer).json.code).toBe('idempotency_in_progress');
    expect(await marksOf(tenant)).toEqual([taken.json.uid]);
    expect((await send('POST', '/v1/api/marks/wall', {}, withKey('hung'))).text).toBe(taken.text);
  });
});

describe('time', () => {
  test('an answer is kept for a day, then the key is free', async () => {
    const tenant = makeTenant('key');
    const clock = new VirtualClock();
    const send = requestAs(startProcess([tenant], { clock }).app, tenant);
    const first = await send('POST', '/v1/api/marks/wall', {}, withKey('daily'));
    await clock.advance(24 * 3_600_000 - 1);
    expect((await send('POST', '/v1/api/marks/wall', {}, withKey('daily'))).text).toBe(first.text);
    await clock.advance(1);
    expect((await send('POST', '/v1/api/marks/wall', {}, withKey('daily'))).json.uid).not.toBe(
      first.json.uid,
    );
  });

  test('the sweep takes what is over and leaves what is not', async () => {
    const tenant = makeTenant('key');
    const clock = new VirtualClock();
    const send = requestAs(startProcess([tenant], { clock }).app, tenant);
    const mine = () =>
      database.db
        .selectFrom('idempotency_key')
        .select('key')
        .where('team_id', '=', tenant.caller.teamId)
        .execute();
    await send('POST', '/v1/api/marks/wall', {}, withKey('old'));
    await clock.advance(3_600_000);
    await send('POST', '/v1/api/marks/wall', {}, withKey('new'));
    await clock.advance(23 * 3_600_000);
    expect(await sweepIdempotencyKeys(database.db, clock)).toBeGreaterThan(0);
    expect(await mine()).toEqual([{ key: 'new' }]);
  });
});

/** A pool whose first COMMIT is executed by the server, but never confirmed: the connection breaks in between. */
const openThroughProxy = async (url: string): Promise<{ db: Db; hasBroken(): boolean }> => {
  const target = new URL(url);
  const sockets = new Set<Socket>();
  let broken = false;
  const proxy = createServer((client) => {
    const server = connect(Number(target.port), target.hostname);
    let committing = false;
    client.on('data', (data) => {
      committing ||= !broken && /\bcommit\b/i.test(data.toString('latin1'));
      server.write(data);
    });
    server.on('data', (data) => {
      if (!committing) return client.write(data);
      broken = true;
      client.destroy();
      return server.destroy();
    });
    for (const socket of [client, server]) {
      sockets.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => {
        client.destroy();
        server.destroy();
      });
    }
  });
  await new Promise<void>((listening) => proxy.listen(0, '127.0.0.1', listening));
  const address = proxy.address() as { port: number };
  const through = new URL(url);
  through.hostname = '127.0.0.1';
  through.port = String(address.port);
  const db = openDatabase(through.href);
  onTestFinished(async () => {
    await db.destroy();
    for (const socket of sockets) socket.destroy();
    await new Promise((closed) => proxy.close(closed));
  });
  return { db, hasBroken: () => broken };
};
