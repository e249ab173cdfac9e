// Cloudflare's wire (API v4): one HTTP call at a time, and the one place where its statuses and error codes become
// our closed set of failures.
import {
  conflict,
  notFound,
  outcomeUnknown,
  type ProviderFailure,
  rateLimited,
  rejected,
  transient,
  unauthorized,
} from '../contracts/failure.ts';

/** A token, or the older pair of global key and e-mail address. */
export type CloudflareCredential = { apiToken: string } | { email: string; globalApiKey: string };

export type ApiSettings = {
  /** `https://api.cloudflare.com/client/v4`, without a slash at the end. */
  baseUrl: string;
  timeoutMs?: number;
};

export type Api = {
  /** For calls that change nothing: a lost answer is `transient`, because asking again is harmless. */
  read<Result>(path: string): Promise<Result>;
  /** Every page of a list. */
  readAll<Item>(path: string, perPage: number): Promise<Item[]>;
  /** For calls that change something: a lost answer is `outcomeUnknown`. */
  write<Result>(method: 'POST' | 'PUT' | 'PATCH' | 'DELETE', path: string, body: unknown): Promise<Result>;
};

type Complaint = { code?: number; message?: string; error_chain?: Complaint[] };
type Envelope<Result> = {
  success?: boolean;
  result?: Result;
  errors?: Complaint[];
  result_info?: { total_pages?: number };
};

/** Errors of a connection that was never made, so that nothing can have happened at the other end. */
const notSent = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'UND_ERR_CONNECT_TIMEOUT']);

/** No list is longer than this many pages; more would be a server that never says the last. */
const MOST_PAGES = 1_000;

export const createApi = (
  { baseUrl, timeoutMs = 30_000 }: ApiSettings,
  credential: CloudflareCredential,
): Api => {
  const call = async <Result>(
    method: string,
    path: string,
    body: unknown,
    lost: typeof transient,
  ): Promise<Envelope<Result>> => {
    let response: Response;
    let text: string;
    try {
      response = await fetch(baseUrl + path, {
        method,
        headers: { ...authorization(credential), 'content-type': 'application/json' },
        ...(body !== undefined && { body: JSON.stringify(body) }),
        signal: AbortSignal.timeout(timeoutMs),
        redirect: 'error',
      });
      text = await response.text();
    } catch (error) {
      const code = (error as { cause?: { code?: string } }).cause?.code;
      const detail = `${method} ${path}: ${error} (${code})`;
      throw code !== undefined && notSent.has(code)
        ? transient('Cloudflare could not be reached.', detail)
        : lost('Cloudflare did not answer.', detail);
    }
    const envelope = readEnvelope<Result>(text);
    if (response.ok && envelope?.success === true) return envelope;
    throw failureOf(response, envelope, text, lost);
  };

  return {
    read: async <Result>(path: string) => (await call<Result>('GET', path, undefined, transient)).result!,
    readAll: async <Item>(path: string, perPage: number) => {
      const items: Item[] = [];
      for (let page = 1; page <= MOST_PAGES; page += 1) {
        const query = `${path.includes('?') ? '&' : '?'}page=${page}&per_page=${perPage}`;
        const { result, result_info: info } = await call<Item[]>('GET', path + query, undefined, transient);
        items.push(...(result ?? []));
        if (!result?.length || page >= (info?.total_pages ?? 1)) return items;
      }
      throw rejected('Cloudflare answers a list without an end.', 'endless_list');
    },
    write: async <Result>(method: string, path: string, body: unknown) =>
      (await call<Result>(method, path, body, outcomeUnknown)).result!,
  };
};

const authorization = (credential: CloudflareCredential): Record<string, string> =>
  'apiToken' in credential
    ? { authorization: `Bearer ${credential.apiToken}` }
    : { 'x-auth-email': credential.email, 'x-auth-key': credential.globalApiKey };

/** Proxies in front of an API answer in HTML when they fail. */
const readEnvelope = <Result>(text: string): Envelope<Result> | null => {
  try {
    return JSON.parse(text) as Envelope<Result>;
  } catch {
    return null;
  }
};

/** Codes of credentials that are none: wrong form of a header, unknown key, unknown token. */
const noCredential = new Set([6003, 6102, 6103, 6111, 9103, 9106, 9107, 1000, 1001]);
/** Codes of a good credential that lacks a right; 9109 is also said of a token that does not exist. */
const noRight = new Set([9109, 10000, 10001]);
/** Another record stands where this one should: an address beside a CNAME, or the very same record. */
const recordConflict = new Set([81053, 81054, 81056, 81057, 81058]);
const noSuchThing = new Set([7000, 7003, 1049, 81044]);

const failureOf = (
  response: Response,
  envelope: Envelope<unknown> | null,
  text: string,
  lost: typeof transient,
): ProviderFailure => {
  const complaints = (envelope?.errors ?? []).flatMap((one) => [one, ...(one.error_chain ?? [])]);
  const [first] = complaints;
  const said = complaints.map(({ message }) => message).filter((message) => message);
  const message =
    said.length > 0 ? `Cloudflare says: ${said.join(' ')}` : `Cloudflare answered ${response.status}.`;
  const has = (codes: ReadonlySet<number>) =>
    complaints.some(({ code }) => code !== undefined && codes.has(code));

  if (response.status === 429) return rateLimited(message, retryAfterMs(response));
  if (response.status >= 500) return lost(message, text.slice(0, 500));
  if (has(noCredential)) return unauthorized(message, 'invalid_credential');
  if (response.status === 401 || response.status === 403 || has(noRight)) {
    const invalid = /invalid (access|api) token/i.test(message);
    return unauthorized(message, invalid ? 'invalid_credential' : 'missing_right');
  }
  if (has(recordConflict)) return conflict(message, 'record_conflict');
  if (response.status === 404 || has(noSuchThing)) return notFound(message);
  return rejected(
    message,
    first?.code === undefined ? undefined : `cloudflare_${first.code}`,
    text.slice(0, 500),
  );
};

const DEFAULT_WAIT_S = 60;

const retryAfterMs = (response: Response): number => {
  const seconds = Number(response.headers.get('retry-after') ?? Number.NaN);
  return (Number.isFinite(seconds) && seconds > 0 ? seconds : DEFAULT_WAIT_S) * 1000;
};
