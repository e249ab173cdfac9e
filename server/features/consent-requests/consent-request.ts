// A consent request: signing in as a mailbox and agreeing to what a client asks for, and how far that has come.
import type { ConsentReason } from '../../../providers/contracts/consent-flow.ts';

export const consentStatuses = [
  'queued',
  'pending',
  'processing',
  'completed',
  'failed',
  'errored',
  'cancelled',
] as const;
export type ConsentStatus = (typeof consentStatuses)[number];

export type ConsentRequest = {
  uid: string;
  teamUid: string;
  workspaceUid: string;
  mailboxUid: string;
  mailboxEmail: string;
  clientId: string;
  consentUrl: string;
  requestData: Record<string, unknown>;
  /** Whose pages are worked. */
  vendor: string;
  clientIdRequestUid: string | null;
  status: ConsentStatus;
  statusText: string;
  statusReason: string | null;
  reasonCode: ConsentReason | null;
  attempts: number;
  createdAt: Date;
  updatedAt: Date;
  completedAt: Date | null;
};

/** `failed`: the pages said no. `errored`: we could not find out. */
export const isOver = (status: ConsentStatus): boolean =>
  status === 'completed' || status === 'failed' || status === 'errored' || status === 'cancelled';

export const statusTexts: Readonly<Record<ConsentStatus, string>> = {
  queued: 'Waiting for its turn',
  pending: 'Getting a browser',
  processing: 'Signing in',
  completed: 'Consent was given, and the client has its answer',
  failed: 'Could not finish consent',
  errored: 'Something went wrong, and trying again did not help',
  cancelled: 'Cancelled',
};

/** Tries before a request that goes wrong by itself is given up, and how long it waits before each further one. */
export const MOST_ATTEMPTS = 3;
export const RETRY_AFTER_MS: readonly number[] = [15_000, 60_000];
