// Stripe's wire, by its own SDK, and the one place where its errors become our closed set of failures.
import Stripe from 'stripe';
import {
  notFound,
  outcomeUnknown,
  type ProviderFailure,
  rateLimited,
  rejected,
  transient,
  unauthorized,
} from '../contracts/failure.ts';

export type StripeSettings = {
  secretKey: string;
  webhookSecret: string;
  /** Stripe's own address, or that of something that stands in for it. */
  baseUrl: string;
  timeoutMs?: number;
};

/** The version whose shapes this folder reads; every request names it, whatever the account's own default is. */
export const API_VERSION = '2026-10-28.endive';

export const createClient = ({ secretKey, baseUrl, timeoutMs = 30_000 }: StripeSettings): Stripe => {
  const { protocol, hostname, port } = new URL(baseUrl);
  const isPlain = protocol === 'http:';
  return new Stripe(secretKey, {
    apiVersion: API_VERSION,
    protocol: isPlain ? 'http' : 'https',
    host: hostname,
    port: port || (isPlain ? '80' : '443'),
    timeout: timeoutMs,
    // Whether a request is repeated is decided above, after asking what became of it. The Node client repeats a
    // connection that was closed even at 0 (stripe-node 23.1.0, 2026-10); the one on fetch does not.
    maxNetworkRetries: 0,
    httpClient: Stripe.createFetchHttpClient(),
    telemetry: false,
  });
};

/** For calls that change nothing: a lost answer is `transient`, because asking again is harmless. */
export const reading = <T>(call: Promise<T>): Promise<T> => call.catch(failWith(transient));

/** For calls that change something: a lost answer is `outcomeUnknown`. */
export const writing = <T>(call: Promise<T>): Promise<T> => call.catch(failWith(outcomeUnknown));

type Lost = (message: string, detail?: string) => ProviderFailure;

/** Errors of a connection that was never made, so that nothing can have happened at the other end. */
const notSent = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'UND_ERR_CONNECT_TIMEOUT']);
const RATE_LIMIT_MS = 2_000;

const failWith =
  (lost: Lost) =>
  (error: unknown): never => {
    if (!(error instanceof Stripe.errors.StripeError)) throw error;
    throw failureOf(error, lost);
  };

const failureOf = (error: InstanceType<typeof Stripe.errors.StripeError>, lost: Lost): ProviderFailure => {
  const { message, code, statusCode, requestId } = error;
  const detail = `${error.type} ${statusCode ?? ''} ${code ?? ''} ${requestId ?? ''}: ${message}`;
  if (error instanceof Stripe.errors.StripeConnectionError) {
    const cause = error.detail as { code?: string; cause?: { code?: string } } | undefined;
    const why = cause?.cause?.code ?? cause?.code;
    return why && notSent.has(why)
      ? transient('Stripe could not be reached.', detail)
      : lost('Stripe did not answer.', detail);
  }
  // Another request holds the object, or the same one is under way; this one did nothing (docs: error codes).
  if (code === 'lock_timeout' || code === 'idempotency_key_in_use') return transient(message, detail);
  if (error instanceof Stripe.errors.StripeRateLimitError) {
    const seconds = Number(error.headers?.['retry-after']);
    return rateLimited('Stripe asks for fewer requests.', seconds > 0 ? seconds * 1000 : RATE_LIMIT_MS);
  }
  if (error instanceof Stripe.errors.StripeCardError) return rejected(message, code ?? 'card_error', detail);
  switch (statusCode) {
    case 401:
    case 403:
      return unauthorized('Stripe refuses the key of this installation.');
    case 404:
      return notFound(message);
    case 400:
    case 402:
    case 409:
      return rejected(message, code ?? 'refused', detail);
    default:
      // An answer that was begun and not finished, or 5xx: whether Stripe acted is not known (docs: advanced errors).
      return lost('Stripe could not say what became of the request.', detail);
  }
};
