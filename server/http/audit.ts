// What the way of a request tells the record of who did what. The feature `audit` keeps it.
import type { Tx } from '../../database/database.ts';
import type { Endpoint } from './endpoint.ts';
import { type ErrorDefinition, idempotencyInProgress } from './errors.ts';

/** Whoever did something. */
export type AuditActor =
  | { type: 'api_key'; id: string }
  /** Without a session: whoever just proved, by a password or a link, that they are the one. */
  | { type: 'person'; id: string; sessionId: string | null }
  /** Somebody who proved nothing. */
  | { type: 'visitor' }
  /** The installation itself. */
  | { type: 'system' };

export type AuditedRequest = {
  requestId: string;
  operation: string;
  teamId: string;
  workspaceId: string | null;
  actor: AuditActor;
  /** Where it came from, as far as that is known. */
  address: string | null;
  userAgent: string | null;
  /** Whom it is about, where the request does not say so by a uid. */
  about?: readonly string[];
  /** As it was sent; secrets are blanked before it is kept. */
  sent: { params: unknown; query: unknown; body: unknown };
};

export type AuditSink = {
  /** Writes that it was done, in the transaction that does it. */
  done(tx: Tx, request: AuditedRequest, status: number): Promise<void>;
  /** Writes that nothing was done, and why. */
  refused(request: AuditedRequest, refusal: { status: number; code: string }): Promise<void>;
};

/** The way of one request, as far as it has come. */
export type Attempt = {
  /** Nobody yet; of a public operation whoever its handler finds out it is about (`request.concerns`). */
  by: { teamId: string; actor: AuditActor } | null;
  about?: readonly string[];
  workspaceId: string | null;
  address: string | null;
  userAgent: string | null;
  sent: AuditedRequest['sent'];
};

/** What a public operation found out about who it concerns. */
export type Concern = {
  /** In whose record it is written. */
  teamUid: string;
  /** Whose account it is about. */
  personUid: string;
  /** Whether whoever asks has proven to be that person, and the session they have of it. */
  proven: boolean;
  sessionUid?: string;
};

/** Notes in the attempt whom it concerns; may be told more than once, when more is known. */
export const noteConcern = (attempt: Attempt, { teamUid, personUid, proven, sessionUid }: Concern): void => {
  attempt.about = [personUid];
  attempt.by = {
    teamId: teamUid,
    actor: proven ? { type: 'person', id: personUid, sessionId: sessionUid ?? null } : { type: 'visitor' },
  };
};

export const auditedRequest = (
  { by, ...rest }: Attempt,
  about: { requestId: string; operation: string },
): AuditedRequest | null => by && { ...about, teamId: by.teamId, actor: by.actor, ...rest };

/** Requests that were not understood (400, 413), came too fast (429), or go on under the same key (409). */
const notWorthNoting = (refusal: ErrorDefinition): boolean =>
  [400, 413, 429].includes(refusal.status) || refusal === idempotencyInProgress.definition;

/**
 * Whether it is written down that a request was refused: whatever somebody had no right to, and of operations that write
 * everything that was understood.
 */
export const isRefusalNoted = ({ writes }: Pick<Endpoint, 'writes'>, refusal: ErrorDefinition): boolean =>
  refusal.status === 401 || refusal.status === 403 || (writes && !notWorthNoting(refusal));
