// One order from the request that places it to everything in it active, and what that used.
import { freshName, mailboxesOn, orderOf } from '../server/testing/order-body.ts';
import { type Installation, withDatabase } from './installation.ts';
import { type StageTime, stageTimes } from './stages.ts';
import { cpuMsOf, familyCpuMsOf } from './usage.ts';

export type PlacedOrder = {
  domains: number;
  mailboxes: number;
  /** Until the answer to `POST /orders`. */
  placedAfterMs: number;
  /** From sending the request until the order was marked as done. */
  doneAfterMs: number;
  /** Status changes the order recorded; each is a change that a person can see. */
  changes: number;
  stages: StageTime[];
  nodeCpuMs: number | null;
  postgresCpuMs: number | null;
  writingTransactions: number;
  walBytes: number;
};

/** Seldom enough that answering does not slow the order down; the end is read from the order, not from the poll. */
const POLL_MS = 250;
const PATIENCE_MS = 300_000;

export const placeOrder = async (
  installation: Installation,
  domains: number,
  mailboxesEach: number,
): Promise<PlacedOrder> => {
  const { api, pid, postgresPid, databaseUrl } = installation;
  const body = orderOf(
    Array.from({ length: domains }, () => freshName()).map((name) => ({
      name,
      mailboxes: mailboxesOn(name, mailboxesEach),
    })),
  );
  const before = await used(databaseUrl, pid, postgresPid);
  const startedAtMs = Date.now();
  const { order_id } = await api.post('/orders', body);
  const placedAfterMs = Date.now() - startedAtMs;
  const done = await follow(installation, order_id);
  const after = await used(databaseUrl, pid, postgresPid);
  const { stages, changes } = await stageTimes(databaseUrl, order_id);
  return {
    domains,
    mailboxes: domains * mailboxesEach,
    placedAfterMs,
    doneAfterMs: Date.parse(done.finished_at) - startedAtMs,
    changes,
    stages,
    nodeCpuMs: difference(after.nodeCpuMs, before.nodeCpuMs),
    postgresCpuMs: difference(after.postgresCpuMs, before.postgresCpuMs),
    writingTransactions: after.writingTransactions - before.writingTransactions,
    walBytes: after.walBytes - before.walBytes,
  };
};

const follow = async ({ api }: Installation, orderId: string) => {
  const deadlineMs = performance.now() + PATIENCE_MS;
  for (;;) {
    const order = await api.get(`/orders/${orderId}`);
    if (order.status === 'done') return order;
    if (order.status === 'error' || performance.now() > deadlineMs) {
      const reasons = order.domains.map((domain: { reason: string | null }) => domain.reason);
      throw new Error(`the order is ${order.status}: ${reasons.filter(Boolean).join('; ')}`);
    }
    await new Promise((wake) => setTimeout(wake, POLL_MS));
  }
};

const used = async (databaseUrl: string, pid: number, postgresPid: number) => {
  const nodeCpuMs = await cpuMsOf(pid);
  const postgresCpuMs = await familyCpuMsOf(postgresPid);
  // Transaction ids are given to transactions that write, so they count those exactly and at once; the
  // statistics views lag by seconds.
  const { rows } = await withDatabase(databaseUrl, (client) =>
    client.query<{ xid: string; wal: string }>(
      "select pg_current_xact_id()::text as xid, (pg_current_wal_insert_lsn() - '0/0'::pg_lsn)::text as wal",
    ),
  );
  const { xid, wal } = rows[0]!;
  return { nodeCpuMs, postgresCpuMs, writingTransactions: Number(xid), walBytes: Number(wal) };
};

const difference = (after: number | null, before: number | null): number | null =>
  after === null || before === null ? null : after - before;
