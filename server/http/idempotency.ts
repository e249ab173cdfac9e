// Makes writes safe to repeat: a request sent twice under one `Idempotency-Key` happens once and is answered twice
// (draft-ietf-httpapi-idempotency-key-header-07).
//
// How it stays true:
// - Whoever claims the row first executes. A claim is a lease: when the process dies, the row can be claimed again
//   once the lease has run out.
// - The answer is written by the transaction that makes the effect, on condition that the claim is still held. So
//   there is never an effect without its answer, nor two effects when a lease ran out under a slow request: the
//   transaction of the one that lost it rolls back.
// - A request that fails has had no effect (everything it wrote rolled back), so it gives the key free instead of
//   keeping the failure: after topping up the wallet, the same request under the same key goes through.
// - Answers are sealed: what a write answers can be a secret (a new key, a password), and it lies here for a day.
import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ExpressionBuilder } from 'kysely';
import type { Clock } from '../../database/clock.ts';
import type { Db, Schema, Tx } from '../../database/database.ts';
import type { SecretBox } from '../../database/secret-box.ts';
import { newId } from '../../database/uuid.ts';
import { idempotencyInProgress, idempotencyKeyReused } from './errors.ts';
import { withinMs } from './within-ms.ts';

/** One use of a key. Two uses with equal `teamId`, `scope`, `operation` and `key` are meant to be one request. */
export type IdempotentRequest = {
  teamId: string;
  /** The uid of the workspace, or '' for operations of the team. */
  scope: string;
  operation: string;
  key: string;
  /** From `hashRequest`: tells whether they are. */
  hash: Buffer;
};

/** An answer as it goes over the wire. */
export type StoredAnswer = { status: number; body: string };

/** What the one that executes is given: stores its answer in `tx`, or throws when the claim is lost. */
export type StoreAnswer = (tx: Tx, answer: StoredAnswer) => Promise<void>;

export type IdempotencyOptions = {
  db: Db;
  clock: Clock;
  secrets: SecretBox;
  /** How long a claim lasts when its holder is never heard of again. */
  leaseMs?: number;
  /** How long a request waits for another with the same key. Real time: a caller is holding the line. */
  waitMs?: number;
};

/** How long an answer is kept. */
const KEPT_MS = 24 * 60 * 60 * 1000;

const DEFAULT_LEASE_MS = 60_000;
const DEFAULT_WAIT_MS = 20_000;

export type Idempotency = {
  /**
   * Answers `request` with what `execute` answers, or has answered before. `execute` resolves only after it has
   * stored its answer; when it rejects without having stored one, the key is free again.
   *
   * @throws {ApiError} idempotency_key_reused, idempotency_in_progress, or whatever `execute` throws
   */
  run(
    request: IdempotentRequest,
    execute: (store: StoreAnswer) => Promise<StoredAnswer>,
  ): Promise<{ answer: StoredAnswer; replayed: boolean }>;
};

type Row = { status: number | null; answer_sealed: string | null; request_hash: Buffer; claim_id: string };

export const createIdempotency = (options: IdempotencyOptions): Idempotency => {
  const { db, clock, secrets, leaseMs = DEFAULT_LEASE_MS, waitMs = DEFAULT_WAIT_MS } = options;
  // Requests of this process wait for each other here: fifty of them polling would hold the connections that the
  // one they wait for needs.
  const running = new Map<string, { hash: Buffer; answer: Promise<StoredAnswer> }>();

  const open = (row: Row): StoredAnswer | undefined =>
    row.status === null || row.answer_sealed === null
      ? undefined
      : { status: row.status, body: secrets.open(row.answer_sealed, sealContext(row.claim_id)) };

  const executeClaimed = async (
    request: IdempotentRequest,
    claimId: string,
    execute: (store: StoreAnswer) => Promise<StoredAnswer>,
  ): Promise<StoredAnswer> => {
    const store: StoreAnswer = async (tx, answer) => {
      const stored = await tx
        .updateTable('idempotency_key')
        .set({
          status: answer.status,
          answer_sealed: secrets.seal(answer.body, sealContext(claimId)),
          held_until: new Date(clock.now().getTime() + KEPT_MS),
        })
        .where(sameRequest(request))
        .where('claim_id', '=', claimId)
        .executeTakeFirst();
      if (stored.numUpdatedRows === 0n) throw inProgress();
    };
    try {
      return await execute(store);
    } catch (error) {
      // A commit whose confirmation got lost may have happened all the same: then the answer is there, and it is
      // the answer. Only a claim without one is given up.
      const row = await releaseClaim(db, request, claimId).catch(() => undefined);
      const answer = row && open(row);
      if (answer) return answer;
      throw error;
    }
  };

  const runAlone = async (
    request: IdempotentRequest,
    execute: (store: StoreAnswer) => Promise<StoredAnswer>,
  ): Promise<{ answer: StoredAnswer; replayed: boolean }> => {
    const giveUpAt = performance.now() + waitMs;
    for (let pauseMs = 25; ; pauseMs = Math.min(pauseMs * 2, 500)) {
      const claimId = newId();
      if (await takeClaim(db, clock, request, claimId, leaseMs)) {
        return { answer: await executeClaimed(request, claimId, execute), replayed: false };
      }
      const row = await findUse(db, request);
      if (row) {
        refuseOther(request.hash, row.request_hash);
        const answer = open(row);
        if (answer) return { answer, replayed: true };
      }
      if (performance.now() + pauseMs > giveUpAt) throw inProgress();
      await sleep(pauseMs);
    }
  };

  return {
    async run(request, execute) {
      const name = JSON.stringify([request.teamId, request.scope, request.operation, request.key]);
      const other = running.get(name);
      if (other) {
        refuseOther(request.hash, other.hash);
        return { answer: await withinMs(waitMs, other.answer, inProgress), replayed: true };
      }
      const result = runAlone(request, execute);
      const answer = result.then((done) => done.answer);
      running.set(name, { hash: request.hash, answer });
      // Nobody may be waiting for it; the failure is the caller's of `result`.
      answer.catch(() => {});
      try {
        return await result;
      } finally {
        running.delete(name);
      }
    },
  };
};

const inProgress = () =>
  idempotencyInProgress(
    'A request with this Idempotency-Key is still in progress',
    {},
    { 'Retry-After': '5' },
  );

const refuseOther = (hash: Buffer, known: Buffer): void => {
  if (!hash.equals(known)) {
    throw idempotencyKeyReused('This Idempotency-Key was used for a request with another body');
  }
};

const sealContext = (claimId: string): string => `idempotency_key:${claimId}`;

const sameRequest = (request: IdempotentRequest) => (eb: ExpressionBuilder<Schema, 'idempotency_key'>) =>
  eb.and({
    team_id: request.teamId,
    scope: request.scope,
    operation: request.operation,
    key: request.key,
  });

/** Takes the key if nobody holds it. @returns whether it is ours */
const takeClaim = async (
  db: Db,
  clock: Clock,
  request: IdempotentRequest,
  claimId: string,
  leaseMs: number,
): Promise<boolean> => {
  const now = clock.now();
  const claimed = await db
    .insertInto('idempotency_key')
    .values({
      team_id: request.teamId,
      scope: request.scope,
      operation: request.operation,
      key: request.key,
      request_hash: request.hash,
      claim_id: claimId,
      held_until: new Date(now.getTime() + leaseMs),
    })
    .onConflict((conflict) =>
      conflict
        .columns(['team_id', 'scope', 'operation', 'key'])
        .doUpdateSet((eb) => ({
          request_hash: eb.ref('excluded.request_hash'),
          claim_id: eb.ref('excluded.claim_id'),
          held_until: eb.ref('excluded.held_until'),
          status: null,
          answer_sealed: null,
        }))
        .where('idempotency_key.held_until', '<=', now),
    )
    .returning('claim_id')
    .executeTakeFirst();
  return claimed !== undefined;
};

const findUse = (db: Db, request: IdempotentRequest): Promise<Row | undefined> =>
  db
    .selectFrom('idempotency_key')
    .select(['status', 'answer_sealed', 'request_hash', 'claim_id'])
    .where(sameRequest(request))
    .executeTakeFirst();

/** Gives up a claim without answer. @returns the row when it has one after all */
const releaseClaim = async (
  db: Db,
  request: IdempotentRequest,
  claimId: string,
): Promise<Row | undefined> => {
  const released = await db
    .deleteFrom('idempotency_key')
    .where(sameRequest(request))
    .where('claim_id', '=', claimId)
    .where('status', 'is', null)
    .executeTakeFirst();
  if (released.numDeletedRows > 0n) return undefined;
  const row = await findUse(db, request);
  return row?.claim_id === claimId ? row : undefined;
};

/**
 * SHA-256 over the canonical form of a request. Members of objects are sorted, so that a client which builds its
 * body in another order repeats the same request; nothing else is forgiven.
 */
export const hashRequest = (sent: unknown): Buffer =>
  createHash('sha256').update(canonicalJson(sent)).digest();

const canonicalJson = (value: unknown): string =>
  JSON.stringify(value, (_key, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );

/** Removes answers whose day is over, and claims whose holder never came back. @returns how many */
export const sweepIdempotencyKeys = async (db: Db, clock: Clock): Promise<number> => {
  const result = await db
    .deleteFrom('idempotency_key')
    .where('held_until', '<=', clock.now())
    .executeTakeFirst();
  return Number(result.numDeletedRows);
};
