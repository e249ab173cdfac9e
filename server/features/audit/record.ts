// Writes entries: for the way of requests, and for what the installation does by itself.
import type { Clock } from '../../../database/clock.ts';
import { type Db, inTransaction, type Tx } from '../../../database/database.ts';
import type { AuditedRequest, AuditSink } from '../../http/audit.ts';
import { recordedWith } from '../events/index.ts';
import { blanked, uidsIn } from './blank.ts';
import type { Change, NewEntry, Outcome } from './entry.ts';
import { entryInsert } from './store.ts';

const MAX_CHANGES = 1_000;
const MAX_TARGETS = 1_000;
const MAX_USER_AGENT = 300;
/**
 * A key that is over can be tried for ever, and costs nobody anything: of each kind of refusal one a minute is written
 * by a process. Others are held by rate limits.
 */
const SAME_REFUSAL_EVERY_MS = 60_000;
const MAX_REMEMBERED = 10_000;

export const createAuditSink = ({ db, clock }: { db: Db; clock: Clock }): AuditSink => {
  const refusedAt = new Map<string, number>();

  const isRepeated = ({ actor, about, address }: AuditedRequest, code: string): boolean => {
    const nowMs = clock.now().getTime();
    const name = JSON.stringify([actor, about, address, code]);
    if (nowMs - (refusedAt.get(name) ?? Number.NEGATIVE_INFINITY) < SAME_REFUSAL_EVERY_MS) return true;
    if (refusedAt.size >= MAX_REMEMBERED) refusedAt.clear();
    refusedAt.set(name, nowMs);
    return false;
  };

  return {
    done: (tx, request, status) => record(tx, request, { outcome: 'done', status, code: null }, clock.now()),
    async refused(request, { status, code }) {
      if (status === 401 && isRepeated(request, code)) return;
      const outcome = status >= 500 ? 'failed' : 'refused';
      await inTransaction(db, (tx) => record(tx, request, { outcome, status, code }, clock.now()));
    },
  };
};

const record = async (
  tx: Tx,
  request: AuditedRequest,
  became: { outcome: Outcome; status: number; code: string | null },
  occurredAt: Date,
): Promise<void> => {
  const events = await recordedWith(tx);
  const changes: Change[] = events.slice(0, MAX_CHANGES).map((event) => ({
    event_id: event.uid,
    type: event.type,
    subject: { type: event.subjectType, id: event.subjectUid },
    data: event.data,
  }));
  const input = blanked(request.sent);
  const targets = new Set([
    ...(request.about ?? []),
    ...changes.map(({ subject }) => subject.id),
    ...uidsIn(request.sent),
  ]);
  await entryInsert(tx, {
    ...became,
    teamUid: request.teamId,
    workspaceUid: request.workspaceId,
    occurredAt,
    operation: request.operation,
    actor: request.actor,
    address: request.address,
    userAgent: request.userAgent?.slice(0, MAX_USER_AGENT).toWellFormed() ?? null,
    requestId: request.requestId,
    targets: [...targets].slice(0, MAX_TARGETS),
    input,
    changes,
    changeCount: events.length,
  });
};

/** What the installation did by itself. */
export const recordOwnDeed = (
  tx: Tx,
  deed: Pick<NewEntry, 'teamUid' | 'workspaceUid' | 'occurredAt' | 'operation'> & { input: object },
): Promise<void> =>
  entryInsert(tx, {
    ...deed,
    outcome: 'done',
    status: 200,
    code: null,
    actor: { type: 'system' },
    address: null,
    userAgent: null,
    requestId: null,
    targets: uidsIn(deed.input),
    changes: [],
    changeCount: 0,
  });
