// An entry of the audit record: who did what, from where, and what it changed.
import type { AuditActor } from '../../http/audit.ts';

/** `refused`: nothing was done, and the caller was told why. `failed`: nothing was done, and it was not meant to be so. */
export const outcomes = ['done', 'refused', 'failed'] as const;
export type Outcome = (typeof outcomes)[number];

/** An event that was written with the entry. */
export type Change = {
  event_id: string;
  type: string;
  subject: { type: string; id: string };
  data: Record<string, unknown>;
};

export type NewEntry = {
  teamUid: string;
  workspaceUid: string | null;
  occurredAt: Date;
  operation: string;
  outcome: Outcome;
  /** Of the HTTP answer; 200 for what was no request. */
  status: number;
  code: string | null;
  actor: AuditActor;
  address: string | null;
  userAgent: string | null;
  requestId: string | null;
  /** What it is about: the uids in the request, and the subjects of what it changed. */
  targets: string[];
  input: unknown;
  changes: Change[];
  /** All of them; a few requests change more than is kept here. */
  changeCount: number;
};

export type Entry = NewEntry & { uid: string; seq: number };

/** The entry as it is chained, listed and exported. No field is ever taken out: the hashes of old entries hold it. */
export const entryRecord = (entry: Entry) => ({
  id: entry.uid,
  timestamp: entry.occurredAt.toISOString(),
  team_id: entry.teamUid,
  workspace_id: entry.workspaceUid,
  actor: actorRecord(entry.actor),
  operation: entry.operation,
  outcome: entry.outcome,
  status: entry.status,
  code: entry.code,
  address: entry.address,
  user_agent: entry.userAgent,
  request_id: entry.requestId,
  targets: entry.targets,
  input: entry.input,
  changes: entry.changes,
  change_count: entry.changeCount,
});

export type PlacedEntry = Entry & { position: number; previous: string; hash: string };

/** The same with its place in the chain. */
export const chainedRecord = (entry: PlacedEntry) => ({
  ...entryRecord(entry),
  position: entry.position,
  previous: entry.previous,
  hash: entry.hash,
});

const actorRecord = (actor: AuditActor) => ({
  type: actor.type,
  id: 'id' in actor ? actor.id : null,
  session_id: actor.type === 'person' ? actor.sessionId : null,
});
