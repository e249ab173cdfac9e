// What an endpoint is: one plain value that says everything about an operation, from which it is mounted,
// documented and tested.
import { z } from 'zod';
import type { Tx } from '../../database/database.ts';
import type { Concern } from './audit.ts';
import type { Caller, PersonCaller } from './caller.ts';
import type { ErrorFactory } from './errors.ts';
import type { Right } from './rights.ts';

export type { Caller } from './caller.ts';

/** The workspace that `X-Workspace-Id` names, proven to belong to the caller's team. */
export type Workspace = { uid: string; name: string };

/**
 * `workspace` operations need the header `X-Workspace-Id`; `team` operations ignore it. `operator` operations are about
 * the whole installation and are for those who run it. `person` operations are about whoever is signed in and take a
 * session, not a key. `public` operations take nobody: what they need to know is in the request.
 */
export type Scope = 'workspace' | 'team' | 'operator' | 'person' | 'public';

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** Which allowance a call uses up; the figures are in the table handed to `createApi`. */
export type RateLimitClass = 'standard' | 'domain_search' | 'dns_check' | 'zone_connect' | 'bulk' | 'sign_in';

// zod infers an object without fields as Record<string, never>, to which nothing can be added.
type Input<T extends z.ZodType> = [T] extends [z.ZodObject<Record<string, never>>] ? object : z.input<T>;
type Output<T extends z.ZodType> = [T] extends [z.ZodObject<Record<string, never>>] ? object : z.output<T>;

/** Key of an answer that is complete, and has a status of its own all the same (see `usableConflict`, `nothingMade`). */
export const answerStatus = Symbol('answerStatus');

/** Key of an answer that is a file and not JSON (see `file`). */
export const answerFile = Symbol('answerFile');

/** Key of the headers an answer adds, in the order they are sent; a repeated write does not get them again. */
export const answerHeaders = Symbol('answerHeaders');

export type AnswerFile = {
  /** One of those that the endpoint declares; text types are sent as UTF-8. */
  contentType: string;
  /** The name it is saved under; without one it is shown in place. Any characters. */
  fileName?: string;
  body: string | Uint8Array | ReadableStream<Uint8Array>;
};

/** What a handler answers: the payload and the sentence that goes with it. `error: false` is added. */
export type Answer<Response extends z.ZodObject = z.ZodObject> = {
  message: string;
  [answerStatus]?: 200 | 409;
  [answerFile]?: AnswerFile;
  [answerHeaders]?: readonly (readonly [string, string])[];
} & Input<Response>;

/** What a handler is given. Everything in it has been checked. */
export type EndpointRequest<
  S extends Scope,
  Params extends z.ZodType,
  Query extends z.ZodType,
  Body extends z.ZodType,
  Response extends z.ZodObject,
> = {
  params: Output<Params>;
  query: Output<Query>;
  body: Output<Body>;
  caller: S extends 'public' ? null : S extends 'person' ? PersonCaller : Caller;
  workspace: S extends 'workspace' ? Workspace : undefined;
  /** Where the request comes from, as far as that is known. */
  address: string | null;
  /** Of this request; also on the answer as `X-Request-Id` and in the log. */
  requestId: string;
  /**
   * Of a public operation: says whom it concerns, so that it stands in the record of what was done, and its refusals too.
   * Others have their caller.
   */
  concerns(concern: Concern): void;
  /** A header that belongs to the operation and not to the plumbing; unchecked. */
  header(name: string): string | undefined;
  /**
   * Runs `fn` in one transaction and stores the answer it resolves to under the request's `Idempotency-Key` in
   * that same transaction, so that neither can exist without the other. Everything an endpoint writes goes in
   * here; whatever asks the outside comes before it. What `fn` resolves to is what the caller gets. `fn` runs
   * again on a deadlock, so it has no effect outside of the database. At most one commit per request.
   */
  commit(fn: (tx: Tx) => Promise<Answer<Response>>): Promise<Answer<Response>>;
};

export type KeepsToDomains = 'listed' | readonly [string, ...string[]];

/**
 * One more place an operation answers on. A parameter in its path that the operation itself does not have there
 * stands for the field of that name in the query or the body: `/domains/banned/{domain}` for
 * `/domains/banned?domain=`.
 */
export type Alias = { method: Method; path: string };

export type EndpointDefinition<
  Context,
  S extends Scope,
  Params extends z.ZodType,
  Query extends z.ZodType,
  Body extends z.ZodType,
  Response extends z.ZodObject,
> = {
  /** `<noun>.<verb>`: the operationId, the span, the label in metrics and logs. */
  operation: string;
  /** One line for the documentation. */
  summary: string;
  /** Markdown. */
  description?: string;
  method: Method;
  /** Below `/v1/api`, parameters in braces: `/orders/{id}`. */
  path: string;
  /** Other method and path pairs with the same behaviour, where clients are known to differ. */
  aliases?: readonly Alias[];
  scope: S;
  /** The right it needs. Default: `write` for an operation that writes, else `read`; none where nobody's is asked. */
  right?: Right;
  /**
   * Whether keys that are limited to workspaces may call it although it is the team's: its handler keeps to the
   * workspaces of the caller. Default: no.
   */
  keepsToWorkspaces?: boolean;
  /**
   * How keys that are limited to domains may call it: the fields that name what it is about, by a domain or by something
   * of one (`uids`, `requests.mailbox_uid`), all of which has to be of those domains; or `listed`, when its handler shows
   * only what is of `caller.domainUids`. Default: not at all.
   */
  keepsToDomains?: KeepsToDomains;
  /** Whether it is about something outside of this installation, which test keys do not touch. Default: no. */
  reachesOutside?: boolean;
  /** Of the successful answer. */
  status?: 200 | 201 | 202;
  /**
   * When the handler answers the whole payload with `[answerStatus]: 409`, the way the reference API says that
   * something was there already: `error` is false, and whatever was new has been done. Markdown.
   */
  usableConflict?: string;
  /** When the handler of an operation that makes something (201) answers with `[answerStatus]: 200`. Markdown. */
  nothingMade?: string;
  /** Default `standard`. */
  rateLimit?: RateLimitClass;
  /**
   * Whether the operation changes anything, and so honours `Idempotency-Key`. Default: every method but GET.
   * A list or search that is sent by POST says `false`. A public one never does: a key is some caller's.
   */
  writes?: boolean;
  /** Strict object with one entry for each parameter in the path. */
  params?: Params;
  /** Strict object. Values arrive as strings, or as arrays of strings where a name is repeated. */
  query?: Query;
  /** Strict all the way down. An absent body is read as `{}`. */
  body?: Body;
  /** The payload without `error` and `message`. No transforms: it describes JSON, times are ISO strings. */
  response: Response;
  /**
   * When the handler of a GET answers a file with `[answerFile]`: the media types it may be of, and what is in it
   * (Markdown). Refusals stay JSON.
   */
  file?: { types: readonly [string, ...string[]]; holds: string };
  /**
   * When the body may also come as a file: in a form (multipart/form-data, beside the other fields), or alone under one of
   * these media types. It becomes the text of `field`: as it is when all of them are text types, and otherwise as a data
   * address.
   */
  upload?: { field: string; types: readonly [string, ...string[]]; maxBytes: number };
  /** What the handler throws beyond the errors of the plumbing. */
  errors?: readonly ErrorFactory[];
  /** Shown in the documentation. */
  examples?: { body?: Input<Body>; response?: Answer<Response> };
  handle(
    request: EndpointRequest<S, Params, Query, Body, Response>,
    context: Context,
  ): Promise<Answer<Response>>;
};

/** An endpoint whose own types are forgotten, the way lists of endpoints hold it. */
export type Endpoint<Context = never> = {
  readonly operation: string;
  readonly summary: string;
  readonly description: string | undefined;
  readonly method: Method;
  readonly path: string;
  readonly aliases: readonly Alias[];
  readonly scope: Scope;
  /** Null for `person` and `public` operations. */
  readonly right: Right | null;
  readonly keepsToWorkspaces: boolean;
  readonly keepsToDomains: KeepsToDomains | null;
  readonly reachesOutside: boolean;
  readonly status: 200 | 201 | 202;
  readonly usableConflict: string | undefined;
  readonly nothingMade: string | undefined;
  readonly rateLimit: RateLimitClass;
  readonly writes: boolean;
  readonly params: z.ZodObject;
  readonly query: z.ZodObject;
  readonly body: z.ZodType;
  readonly response: z.ZodObject;
  readonly file: { readonly types: readonly string[]; readonly holds: string } | undefined;
  readonly upload:
    | { readonly field: string; readonly types: readonly string[]; readonly maxBytes: number }
    | undefined;
  readonly errors: readonly ErrorFactory[];
  readonly examples: { readonly body?: unknown; readonly response?: unknown };
  // A method, not a function property: parameters of methods are compared bivariantly, which lets a list hold
  // handlers of differently typed requests. The pipeline parses with the endpoint's own schemas before it calls.
  handle(request: ErasedRequest, context: Context): Promise<Answer>;
};

/** The request as the pipeline builds it. */
export type ErasedRequest = {
  params: unknown;
  query: unknown;
  body: unknown;
  caller: Caller | null;
  workspace: Workspace | undefined;
  address: string | null;
  requestId: string;
  concerns(concern: Concern): void;
  header(name: string): string | undefined;
  commit(fn: (tx: Tx) => Promise<Answer>): Promise<Answer>;
};

/** No field at all. */
const nothing = z.strictObject({});
type Nothing = typeof nothing;

/**
 * Makes an endpoint: `defineEndpoint<FeatureContext>()({ operation: 'mailboxes.buy', … })`. The first call fixes
 * the type of the context, the second infers the rest from the schemas.
 *
 * @throws {TypeError} when the definition contradicts itself (a path parameter without schema, an object that
 * would let unknown fields pass, …)
 */
export const defineEndpoint =
  <Context>() =>
  <
    S extends Scope,
    Response extends z.ZodObject,
    Params extends z.ZodObject = Nothing,
    Query extends z.ZodObject = Nothing,
    Body extends z.ZodType = Nothing,
  >(
    definition: EndpointDefinition<Context, S, Params, Query, Body, Response>,
  ): Endpoint<Context> => {
    const { scope } = definition;
    const writes = scope !== 'public' && (definition.writes ?? definition.method !== 'GET');
    const asksForRight = scope !== 'public' && scope !== 'person';
    const endpoint: Endpoint<Context> = {
      operation: definition.operation,
      summary: definition.summary,
      description: definition.description,
      method: definition.method,
      path: definition.path,
      aliases: definition.aliases ?? [],
      scope,
      right: asksForRight ? (definition.right ?? (writes ? 'write' : 'read')) : null,
      reachesOutside: definition.reachesOutside ?? false,
      keepsToDomains: definition.keepsToDomains ?? null,
      keepsToWorkspaces: scope === 'workspace' || (definition.keepsToWorkspaces ?? false),
      status: definition.status ?? 200,
      usableConflict: definition.usableConflict,
      nothingMade: definition.nothingMade,
      rateLimit: definition.rateLimit ?? 'standard',
      writes,
      params: definition.params ?? nothing,
      query: definition.query ?? nothing,
      body: definition.body ?? nothing,
      response: definition.response,
      file: definition.file,
      upload: definition.upload,
      errors: definition.errors ?? [],
      examples: definition.examples ?? {},
      handle: definition.handle as Endpoint<Context>['handle'],
    };
    const contradiction = findContradiction(endpoint);
    if (contradiction) throw new TypeError(`endpoint ${endpoint.operation}: ${contradiction}`);
    return endpoint;
  };

/** The names in braces of a path template, in order. */
export const pathParameters = (path: string): string[] =>
  [...path.matchAll(/\{([^}]+)\}/g)].map((match) => match[1]!);

/** Where a parameter of a path lands in the request: its own place, or the field it stands for (see `Alias`). */
export const parameterTarget = (
  endpoint: Pick<Endpoint, 'params' | 'query' | 'body'>,
  name: string,
): 'params' | 'query' | 'body' | undefined =>
  (['params', 'query', 'body'] as const).find((part) => {
    const schema = endpoint[part];
    return schema instanceof z.ZodObject && Object.hasOwn(schema.shape, name);
  });

const findContradiction = (endpoint: Endpoint): string | undefined => {
  if (!/^[a-z][a-z0-9-]*(\.[a-z][a-z0-9-]*)+$/.test(endpoint.operation)) {
    return 'the operation is not named <noun>.<verb> in kebab-case';
  }
  const declared = Object.keys(endpoint.params.shape);
  for (const { path } of [endpoint, ...endpoint.aliases]) {
    if (!/^(\/([a-z0-9._-]+|\{[a-z_]+\}))+$/.test(path)) {
      return `the path ${path} is not of the form /name/{parameter}`;
    }
    const missing = declared.find((name) => !pathParameters(path).includes(name));
    if (missing) return `the path ${path} has no parameter {${missing}}`;
  }
  const undeclared = pathParameters(endpoint.path).find((name) => !declared.includes(name));
  if (undeclared) return `the path parameter {${undeclared}} has no schema`;
  for (const { method, path } of endpoint.aliases) {
    if ((method === 'GET') !== (endpoint.method === 'GET'))
      return `the alias ${path} reads its input elsewhere`;
    const homeless = pathParameters(path).find((name) => !parameterTarget(endpoint, name));
    if (homeless) return `the alias parameter {${homeless}} is no field of the request`;
  }
  if (endpoint.method === 'GET' && endpoint.body !== nothing) return 'a GET has no body';
  if (endpoint.upload && parameterTarget(endpoint, endpoint.upload.field) !== 'body') {
    return 'the field of the upload is not in the body';
  }
  const { keepsToDomains } = endpoint;
  if (keepsToDomains && endpoint.scope !== 'workspace') return 'domains are of a workspace';
  const unnamed =
    Array.isArray(keepsToDomains) &&
    keepsToDomains.find((field) => !parameterTarget(endpoint, field.split('.', 1)[0]!));
  if (unnamed) return `the field ${unnamed}, which is to name domains, is no field of the request`;
  if (endpoint.file && endpoint.method !== 'GET') return 'only a GET answers a file';
  for (const part of ['params', 'query', 'body'] as const) {
    const lax = findLaxObject(endpoint[part], part);
    if (lax) return `${lax} lets unknown fields pass; use z.strictObject`;
  }
  return undefined;
};

/** The path of the first object inside of `schema` that is not strict. */
const findLaxObject = (schema: z.core.$ZodType, path: string): string | undefined => {
  const { def } = (schema as z.core.$ZodTypes)._zod;
  switch (def.type) {
    case 'object': {
      if (def.catchall?._zod.def.type !== 'never') return path;
      return first(Object.entries(def.shape), ([key, inner]) => findLaxObject(inner, `${path}.${key}`));
    }
    case 'array':
      return findLaxObject(def.element, `${path}[]`);
    case 'union':
      return first(def.options, (option) => findLaxObject(option, path));
    case 'optional':
    case 'nullable':
    case 'default':
    case 'prefault':
    case 'nonoptional':
    case 'readonly':
    case 'catch':
      return findLaxObject(def.innerType, path);
    case 'pipe':
      return findLaxObject(def.in, path) ?? findLaxObject(def.out, path);
    default:
      return undefined;
  }
};

const first = <T>(items: Iterable<T>, find: (item: T) => string | undefined): string | undefined => {
  for (const item of items) {
    const found = find(item);
    if (found) return found;
  }
  return undefined;
};
