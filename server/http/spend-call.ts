// Uses up one call of whoever asks, and tells them how many are left.
import type { Clock } from '../../database/clock.ts';
import type { Endpoint } from './endpoint.ts';
import { rateLimited } from './errors.ts';
import type { TakeCall } from './rate-limit.ts';

/** @throws {ApiError} `rate_limited` */
export const spendCall = async (
  { takeCall, clock }: { takeCall: TakeCall; clock: Clock },
  endpoint: Pick<Endpoint, 'rateLimit'>,
  whose: string,
  headers: Headers,
): Promise<void> => {
  const { allowed, limit, remaining, resetAt } = await takeCall(whose, endpoint.rateLimit);
  headers.set('X-RateLimit-Limit', String(limit));
  headers.set('X-RateLimit-Remaining', String(remaining));
  headers.set('X-RateLimit-Reset', String(Math.ceil(resetAt.getTime() / 1000)));
  if (allowed) return;
  const retryAfterS = Math.max(1, Math.ceil((resetAt.getTime() - clock.now().getTime()) / 1000));
  throw rateLimited(
    `Rate limit exceeded: ${limit} calls. Try again in ${retryAfterS} seconds`,
    { retry_after: retryAfterS },
    { 'Retry-After': String(retryAfterS) },
  );
};
