// kill -9 while the notice of a paid checkout is being booked, and once more when it was booked and the bank has not
// heard of it: the payment is credited once, and what it was for is bought once.
import { type Kysely, sql } from 'kysely';
import { expect, test } from 'vitest';
import { pay } from './bank.ts';
import { askUntil } from './follow.ts';
import { callKilled, useKillable } from './killable.ts';
import { contact, freshName } from './order-body.ts';
import type { Body } from './test-installation.ts';

const program = useKillable({ INBOXKIT_FIRST_CREDITS: '0' });

const call = (path: string, body?: unknown): Promise<Body> =>
  callKilled(program.baseUrl, program.access, path, body);

/** Holds rows, so that whoever writes them next stands still until they are let go. */
const hold = async (query: (db: Kysely<never>) => Promise<unknown>) => {
  const letGo = Promise.withResolvers<void>();
  const held = Promise.withResolvers<void>();
  const done = program.database.db.transaction().execute(async (tx) => {
    await query(tx as unknown as Kysely<never>);
    held.resolve();
    await letGo.promise;
  });
  await Promise.race([held.promise, done]);
  return async () => {
    letGo.resolve();
    await done;
  };
};

const heldUp = async (table: string): Promise<number[]> => {
  const { rows } = await sql<{ pid: number }>`
    select pid from pg_stat_activity
    where datname = current_database() and wait_event_type = 'Lock' and query like ${`%${table}%`}
  `.execute(program.database.db);
  return rows.map(({ pid }) => pid);
};

/** Until a statement on the table stands still. */
const untilHeldUp = (table: string) =>
  askUntil(
    () => heldUp(table),
    (pids) => pids.length > 0,
  );

/** Kills the program, and what its database was about to do for it. */
const killHeldUp = async (table: string): Promise<void> => {
  await program.kill();
  for (const pid of await heldUp(table)) {
    await sql`select pg_terminate_backend(${pid})`.execute(program.database.db);
  }
};

test('a checkout that is paid is credited and bought once, whenever its notice is cut off by kill -9', async () => {
  const name = freshName();
  const opened = await call('/domains/register', { domains: [{ name }], contact_details: contact });
  expect(opened.payment_type, JSON.stringify(opened)).toBe('checkout');
  const { db } = program.database;
  const holdPayment = () =>
    hold((on) => sql`select uid from payment where uid = ${opened.payment_uid} for update`.execute(on));
  const holdNotice = () => hold((on) => sql`select id from bank.notice for update`.execute(on));
  const noticeOf = () => db.selectFrom('bank.notice').select(['attempts', 'received_at']).executeTakeFirst();
  const payment = () =>
    db
      .selectFrom('payment')
      .select(['status', 'credited_micros'])
      .where('uid', '=', opened.payment_uid)
      .executeTakeFirstOrThrow();

  const letFirstGo = await holdPayment();
  await pay(opened.url);
  await untilHeldUp('"payment"');
  await killHeldUp('"payment"');
  await letFirstGo();
  expect((await payment()).status).toBe('open');

  const letSecondGo = await holdPayment();
  const { attempts } = (await noticeOf())!;
  await program.start();
  await askUntil(noticeOf, (notice) => notice!.attempts > attempts);
  await untilHeldUp('"payment"');
  const letNoticeGo = await holdNotice();
  await letSecondGo();
  await untilHeldUp('"bank"."notice"');
  expect(await payment()).toEqual({ status: 'succeeded', credited_micros: 12_500_000 });
  await killHeldUp('"bank"."notice"');
  await letNoticeGo();
  expect((await noticeOf())!.received_at).toBeNull();

  await program.start();
  await askUntil(noticeOf, (notice) => notice!.received_at !== null);
  const bought = await askUntil(
    () => call(`/domains/details?domain=${name}`),
    ({ domain }) => domain?.status === 'active',
  );
  expect(bought.domain.name).toBe(name);
  const { logs } = await call('/billing/wallet/logs');
  expect(logs.map(({ type, reason, credits }: Body) => [type, reason, credits])).toEqual([
    ['debit', 'reserve', 12.5],
    ['credit', 'funding', 12.5],
  ]);
  expect(await call('/billing/wallet')).toMatchObject({
    credits_remaining: 0,
    credits_reserved: 0,
    credits_used: 12.5,
  });
  expect(await call('/billing/ledger/verify')).toMatchObject({ balanced: true });
}, 300_000);
