// Why a certificate was not had, sorted by who has to wait: this host, or all of them.
import { AcmeProblem, AuthorityUnreachable } from './transport.ts';

/** The authority will not issue this certificate as things are. */
export class CertificateRefused extends Error {
  override readonly name = 'CertificateRefused';
  /** Whether the order can be gone on with by the next attempt. */
  readonly orderLives: boolean;

  constructor(message: string, { orderLives = false } = {}) {
    super(message);
    this.orderLives = orderLives;
  }
}

/** More was asked of the authority than it allows (RFC 8555 §6.6), for this host or for the account. */
export class AuthorityBusy extends Error {
  override readonly name = 'AuthorityBusy';
  /** When it wants to be asked again; 0 when it did not say. */
  readonly retryAfterMs: number;

  constructor(message: string, retryAfterMs: number) {
    super(message);
    this.retryAfterMs = retryAfterMs;
  }
}

/** Nothing can be had from the authority at the moment, whatever the hosts. */
export class AuthorityUnavailable extends Error {
  override readonly name = 'AuthorityUnavailable';
}

/** What an error of the conversation means for the queue; errors of another kind stay what they are. */
export const meaningOf = (error: Error): Error => {
  if (error instanceof AuthorityUnreachable) return new AuthorityUnavailable(error.message);
  if (!(error instanceof AcmeProblem)) return error;
  if (isBusy(error)) return new AuthorityBusy(error.message, error.retryAfterMs ?? 0);
  if (error.status >= 500 || ofAccount.has(error.type)) return new AuthorityUnavailable(error.message);
  return new CertificateRefused(error.message);
};

/** Errors about the account, which every host shares (RFC 8555 §6.7). */
const ofAccount = new Set(['accountDoesNotExist', 'userActionRequired', 'externalAccountRequired']);

const isBusy = ({ status, type }: AcmeProblem): boolean => status === 429 || type === 'rateLimited';

/** Whether the authority said that it does not have what it was asked about; other failures say nothing about it. */
export const isGone = (error: unknown): boolean =>
  error instanceof AcmeProblem && error.status < 500 && !isBusy(error) && !ofAccount.has(error.type);
