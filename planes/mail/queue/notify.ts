/** What the sender of a message asked to be told about it (RFC 3461), through the queue and on to the next host. */
import { LIFETIME_MS } from './schedule.ts';

/** RFC 3461 §4.1. */
export type NotifyEvent = 'NEVER' | 'SUCCESS' | 'FAILURE' | 'DELAY';

/** Of the whole message. */
export type DsnEnvelope = { ret: 'FULL' | 'HDRS' | null; envid: string | null };

/** Of one recipient; `notify` is null when nothing was said, which means failures (§4.1). */
export type DsnRecipient = { notify: NotifyEvent[] | null; orcpt: string | null };

export const NO_DSN_ENVELOPE: DsnEnvelope = { ret: null, envid: null };
export const NO_DSN_RECIPIENT: DsnRecipient = { notify: null, orcpt: null };

// Greylisting and a restart at the other end are over by then: what is still waiting is worth a word.
const DELAY_REPORTED_AFTER_MS = 4 * 60 * 60_000;

export const wantsFailure = ({ notify }: DsnRecipient): boolean =>
  notify === null || notify.includes('FAILURE');

export const wantsSuccess = ({ notify }: DsnRecipient): boolean => notify?.includes('SUCCESS') ?? false;

/** Only those who asked hear of delays: most senders are programs that cannot do anything about it. */
export const delayIsDue = (
  { notify }: DsnRecipient,
  { acceptedAt, now, reported }: { acceptedAt: Date; now: Date; reported: boolean },
): boolean =>
  !reported &&
  (notify?.includes('DELAY') ?? false) &&
  now.getTime() - acceptedAt.getTime() >= DELAY_REPORTED_AFTER_MS;

export const retriedUntil = (acceptedAt: Date): Date => new Date(acceptedAt.getTime() + LIFETIME_MS);
