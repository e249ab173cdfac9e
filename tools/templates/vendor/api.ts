// Acme's wire: one HTTP call at a time, and the one place where its statuses become our closed set of failures.
import {
  conflict,
  insufficientFunds,
  notFound,
  outcomeUnknown,
  type ProviderFailure,
  rateLimited,
  rejected,
  transient,
  unauthorized,
} from '../../../providers/contracts/failure.ts';

export type Api = {
  /** For calls that change nothing: a lost answer is `transient`, because asking again is harmless. */
  read<Answer>(method: string, path: string, body?: unknown): Promise<Answer>;
  /** For calls that change something: a lost answer is `outcomeUnknown`. */
  write<Answer>(method: string, path: string, body?: unknown, idempotencyKey?: string): Promise<Answer>;
};

export type ApiSettings = { baseUrl: string; apiKey: string; timeoutMs?: number };

/** The body of Acme's refusals. */
type Refusal = { code?: string; message?: string };

/** Errors of a connection that was never made, so that nothing can have happened at the other end. */
const notSent = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'UND_ERR_CONNECT_TIMEOUT']);

export const createApi = ({ baseUrl, apiKey, timeoutMs = 30_000 }: ApiSettings): Api => {
  const call = async (
    request: { method: string; path: string; body: unknown; idempotencyKey?: string },
    lost: (message: string, detail?: string) => ProviderFailure,
  ) => {
    let response: Response;
    let text: string;
    try {
      response = await fetch(baseUrl + request.path, {
        method: request.method,
        headers: {
          authorization: `Bearer ${apiKey}`,
          'content-type': 'application/json',
          ...(request.idempotencyKey !== undefined && { 'idempotency-key': request.idempotencyKey }),
        },
        ...(request.body !== undefined && { body: JSON.stringify(request.body) }),
        signal: AbortSignal.timeout(timeoutMs),
      });
      text = await response.text();
    } catch (error) {
      const code = (error as { cause?: { code?: string } }).cause?.code;
      const detail = `${request.method} ${request.path}: ${error} (${code})`;
      throw code !== undefined && notSent.has(code)
        ? transient('Acme could not be reached.', detail)
        : lost('Acme did not answer.', detail);
    }
    if (response.ok) return text === '' ? undefined : JSON.parse(text);
    throw failureOfStatus(response, text, lost);
  };
  return {
    read: (method, path, body) => call({ method, path, body }, transient),
    write: (method, path, body, idempotencyKey) =>
      call({ method, path, body, idempotencyKey }, outcomeUnknown),
  };
};

const failureOfStatus = (
  response: Response,
  text: string,
  lost: (message: string, detail?: string) => ProviderFailure,
): ProviderFailure => {
  const { code, message = `Acme answered ${response.status}.` } = readRefusal(text);
  switch (response.status) {
    case 401:
    case 403:
      return unauthorized(message);
    case 402:
      return insufficientFunds(message);
    case 404:
      return notFound(message);
    case 409:
      return conflict(message, code);
    case 429:
      return rateLimited(message, Number(response.headers.get('retry-after') ?? 60) * 1000);
    case 503:
      // Acme says 503 before it looks at a request.
      return transient(message);
  }
  return response.status >= 500 ? lost(message, text) : rejected(message, code, text);
};

/** Proxies in front of an API answer in HTML when they fail. */
const readRefusal = (text: string): Refusal => {
  try {
    return JSON.parse(text) as Refusal;
  } catch {
    return {};
  }
};
