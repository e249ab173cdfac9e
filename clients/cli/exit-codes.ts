// What the process ends with. Stable: scripts decide by it.
import { InboxKitError } from '../sdk/index.ts';

export const EXIT = {
  ok: 0,
  /** Something that should not happen. */
  failed: 1,
  /** The command or its input is wrong. */
  usage: 2,
  /** No key, a wrong one, or one without the right. */
  notAllowed: 3,
  notFound: 4,
  /** As things are it cannot be done: taken, in use, in progress. */
  refused: 5,
  /** Too few credits, or a spend cap. */
  funds: 6,
  rateLimited: 7,
  /** No answer, or none of this API; nothing has happened. */
  unavailable: 8,
  /** A write that may have happened: repeat it with the key that is printed. */
  unknown: 9,
} as const;

const byStatus: Record<number, number> = {
  0: EXIT.unavailable,
  400: EXIT.usage,
  401: EXIT.notAllowed,
  402: EXIT.funds,
  403: EXIT.notAllowed,
  404: EXIT.notFound,
  413: EXIT.usage,
  429: EXIT.rateLimited,
};

export const exitCodeOf = (error: unknown): number => {
  if (!(error instanceof InboxKitError)) return EXIT.failed;
  if (error.outcomeUnknown) return EXIT.unknown;
  if (error.code === 'spend_cap_exceeded') return EXIT.funds;
  return byStatus[error.status] ?? (error.status >= 500 ? EXIT.unavailable : EXIT.refused);
};
