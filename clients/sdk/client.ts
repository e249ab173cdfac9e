// The client: one method for each operation, under its name.
import { eventsOf } from './event-stream.ts';
import type { Methods } from './generated/methods.ts';
import { operationTable } from './generated/operations.ts';
import { pagesOf, rowsOf } from './lists.ts';
import type { CallOptions, OperationId } from './method.ts';
import { operationOf, page, type Settings, send } from './send.ts';

export type InboxKitOptions = {
  /** Where the installation is: `https://inboxkit.example`. Default: in a browser, where the page came from. */
  baseUrl?: string;
  /** An API key, or what answers it anew for every attempt. Without one, the browser's session cookie is the proof. */
  apiKey?: string | (() => string | Promise<string>);
  /** For operations that work in a workspace. */
  workspaceId?: string;
  /** Instead of the global one. */
  fetch?: typeof fetch;
  /** Sent with every request. */
  headers?: Readonly<Record<string, string>>;
  /** How often a call is repeated when it was refused for now or got no answer. Default 4; 0 sends everything once. */
  retries?: number;
  /** The first wait before a repetition; it doubles with each. `Retry-After` goes before it. Default 500. */
  backoffMs?: number;
  /** A `Retry-After` beyond this is not waited for: the call rejects at once. Default 60 000. */
  longestWaitMs?: number;
  /** How long one attempt may take. Default 60 000. */
  timeoutMs?: number;
};

export type InboxKit = Methods & {
  /** The same client with some options changed: `sdk.with({ workspaceId })`. */
  with(options: InboxKitOptions): InboxKit;
};

/**
 * `const sdk = createInboxKit({ baseUrl, apiKey, workspaceId })`, then `await sdk.domains.list({ limit: 50 })`.
 *
 * @throws {TypeError} when `baseUrl` is missing outside of a browser, or is no URL
 */
export const createInboxKit = (options: InboxKitOptions = {}): InboxKit => {
  const settings = settingsOf(options);
  const groups: Record<string, Record<string, unknown>> = {};
  for (const id of Object.keys(operationTable) as OperationId[]) {
    const [group = '', verb = ''] = id.split('.').map(camelCase);
    groups[group] ??= {};
    groups[group][verb] = methodOf(settings, id);
  }
  return {
    ...(groups as unknown as Methods),
    with: (changed) => createInboxKit({ ...options, ...changed }),
  };
};

type Fields = Record<string, unknown>;

const methodOf = (settings: Settings, id: OperationId) => {
  const { reads, file } = operationOf(id);
  const rows = reads === 'stream' ? eventsOf : rowsOf;
  const sending =
    (kind: 'json' | 'response') =>
    (input: Fields = {}, options: CallOptions = {}) =>
      send(settings, id, input, options, kind);
  return Object.assign(sending(file === 'always' ? 'response' : 'json'), {
    ...(file && { file: sending('response') }),
    ...(reads && {
      each: (input: Fields = {}, options: CallOptions = {}) => rows(settings, id, input, options),
    }),
    ...(reads &&
      reads !== 'stream' && {
        pages: (input: Fields = {}, options: CallOptions = {}) => pagesOf(settings, id, input, options),
      }),
  });
};

const settingsOf = (options: InboxKitOptions): Settings => {
  const { apiKey } = options;
  const baseUrl = options.baseUrl ?? page.location?.origin;
  if (baseUrl === undefined) throw new TypeError('Outside of a browser the client needs a baseUrl');
  if (!URL.canParse(baseUrl)) throw new TypeError(`baseUrl ${baseUrl} is no URL`);
  return {
    baseUrl: baseUrl.replace(/\/+$/, ''),
    apiKey: apiKey === undefined ? null : typeof apiKey === 'string' ? () => apiKey : apiKey,
    workspaceId: options.workspaceId,
    // Called as a plain function: browsers refuse a `fetch` that is called as a method of something else.
    fetch: options.fetch ?? ((...args) => fetch(...args)),
    headers: options.headers ?? {},
    retries: options.retries ?? 4,
    backoffMs: options.backoffMs ?? 500,
    longestWaitMs: options.longestWaitMs ?? 60_000,
    timeoutMs: options.timeoutMs ?? 60_000,
  };
};

const camelCase = (name: string): string =>
  name.replace(/-([a-z0-9])/g, (_match, letter: string) => letter.toUpperCase());
