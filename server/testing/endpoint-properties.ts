// What must be true of every endpoint, whatever it does: refusals come in the agreed order and form, other people's
// things do not exist, a repeated write happens once, answers are what the contract says.
import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import { newId } from '../../database/uuid.ts';
import { fileProblems, responseProblems } from '../http/check-response.ts';
import type { Endpoint } from '../http/endpoint.ts';
import { API_PREFIX } from '../http/openapi.ts';
import { fittingValue, misfittingValue } from './sample-value.ts';

type Session = { cookie: string; csrfToken: string };

/** The running application and what is in it. Its rate limits must leave room for some hundred calls. */
export type PropertyFixtures = {
  /** `app.request`, or `fetch` with the base URL in front. */
  request(path: string, init: RequestInit): Response | Promise<Response>;
  key: string;
  /** Of a person of the team, for operations that are about whoever is signed in; asked for before each of them. */
  session(): Promise<Session>;
  workspaceUid: string;
  /** Somebody else. */
  otherTeam: { key: string; workspaceUid: string };
  /** Uids of things (domains, mailboxes, orders, …) that exist in the other team's workspace. */
  foreignUids: readonly string[];
  /**
   * Input for operations whose examples and schemas do not lead to an accepted request. What is needed by one
   * operation only is made by a function, which the others then do not wait for.
   */
  inputs?: Readonly<Record<string, PropertyInput | (() => Promise<PropertyInput>)>>;
};

export type PropertyInput = { params?: object; query?: object; body?: unknown };

export const propertyNames = [
  'without a key it answers 401, on every path',
  'with a key that is none it answers 401',
  'with a workspace that is not the team’s it answers Invalid workspace',
  'with the key of somebody who does not run the installation it answers 403',
  'with a key and no session it answers 403',
  'with a session and not its token it answers 403',
  'a thing of another workspace is as unknown as one that never was',
  'a field of the wrong type is a 400 that names it',
  'an unknown field is a 400 that names it',
  'a body that is not JSON is a 400',
  'the same idempotency key gets the same answer',
  'its answer is what it declares',
] as const;

export type PropertyName = (typeof propertyNames)[number];

/** A property that an endpoint is known to lack. The list may only shrink: one that holds again is a failure. */
export type PropertyException = { operation: string; property: PropertyName; because: string };

export type Property = { title: string; check(): Promise<void> };

/** Every property of every endpoint, for a test runner: `for (const p of …) test(p.title, p.check)`. */
export const endpointProperties = (
  endpoints: readonly Endpoint[],
  fixtures: () => PropertyFixtures | Promise<PropertyFixtures>,
  exceptions: readonly PropertyException[] = [],
): Property[] => {
  const unknown = exceptions.find(
    ({ operation }) => !endpoints.some((endpoint) => endpoint.operation === operation),
  );
  if (unknown) throw new TypeError(`an exception is made for ${unknown.operation}, which does not exist`);
  return endpoints.flatMap((endpoint) =>
    propertyNames
      .filter((name) => applies[name]?.(endpoint) ?? true)
      .map((name) => {
        const exception = exceptions.find(
          ({ operation, property }) => operation === endpoint.operation && property === name,
        );
        const check = async () => checks[name](await probeOf(endpoint, await fixtures()));
        if (!exception) return { title: `${endpoint.operation}: ${name}`, check };
        return {
          title: `${endpoint.operation}: does not yet hold, because ${exception.because}: ${name}`,
          check: async () => {
            const holds = await check().then(
              () => true,
              () => false,
            );
            if (holds) throw new Error('the property holds; take the exception off the list');
          },
        };
      }),
  );
};

type Reply = {
  status: number;
  headers: Headers;
  json: Record<string, unknown>;
  /** The media type of an answer that is not JSON. */
  file?: string;
};

type Changes = {
  route?: { method: string; path: string };
  headers?: Record<string, string | undefined>;
  params?: Record<string, unknown>;
  query?: Record<string, unknown>;
  /** Sent as it is when it is text. */
  body?: unknown;
};

/** One endpoint under test: knows an input it should accept, and sends it with changes. */
class Probe {
  readonly endpoint: Endpoint;
  readonly fixtures: PropertyFixtures;
  readonly params: Record<string, unknown>;
  readonly query: Record<string, unknown>;
  readonly body: unknown;
  /** For operations of a person. */
  readonly session: Session | undefined;

  constructor(
    endpoint: Endpoint,
    fixtures: PropertyFixtures,
    session: Session | undefined,
    given: PropertyInput,
  ) {
    this.endpoint = endpoint;
    this.session = session;
    this.fixtures = fixtures;
    this.params = { ...((given.params ?? fittingValue(endpoint.params)) as object) };
    this.query = { ...((given.query ?? fittingValue(endpoint.query)) as object) };
    this.body = given.body ?? endpoint.examples.body ?? fittingValue(endpoint.body);
  }

  async send(changes: Changes = {}): Promise<Reply> {
    const { method, path } = changes.route ?? this.endpoint;
    const body = 'body' in changes ? changes.body : this.body;
    const input: Record<string, unknown> = { ...this.params, ...changes.params };
    const query: Record<string, unknown> = { ...this.query, ...changes.query };
    const filled = path.replace(/\{([^}]+)\}/g, (_braces, name: string) => {
      const value = input[name] ?? query[name] ?? (body as Record<string, unknown>)[name];
      if (path !== this.endpoint.path) delete query[name];
      return encodeURIComponent(String(value ?? newId()));
    });
    const search = new URLSearchParams();
    for (const [name, value] of Object.entries(query)) search.set(name, String(value));
    const headers = new Headers();
    const { session } = this;
    const given = {
      ...(session
        ? { cookie: session.cookie, 'x-csrf-token': session.csrfToken }
        : { authorization: `Bearer ${this.fixtures.key}` }),
      'x-workspace-id': this.fixtures.workspaceUid,
      'content-type': 'application/json',
      ...changes.headers,
    };
    for (const [name, value] of Object.entries(given)) if (value !== undefined) headers.set(name, value);
    const response = await this.fixtures.request(
      `${API_PREFIX}${filled}${search.size > 0 ? `?${search}` : ''}`,
      {
        method,
        headers,
        ...(method === 'GET' ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      },
    );
    const { status, headers: answered } = response;
    const contentType = answered.get('content-type')?.split(';')[0] ?? '';
    if (contentType !== 'application/json') {
      // One that is written for as long as somebody listens has no end to wait for.
      await response.body?.cancel();
      return { status, headers: answered, json: {}, file: contentType };
    }
    return { status, headers: answered, json: (await response.json()) as Record<string, unknown> };
  }

  /** The accepted request with one field of a part replaced. */
  sendWith(part: 'params' | 'query' | 'body', field: string, value: unknown): Promise<Reply> {
    const whole = this[part] as Record<string, unknown>;
    return this.send({ [part]: { ...whole, [field]: value } });
  }

  /** The fields of a part with their schemas. */
  fields(part: 'params' | 'query' | 'body'): [string, z.ZodType][] {
    const schema = this.endpoint[part];
    return schema instanceof z.ZodObject ? Object.entries(schema.shape as Record<string, z.ZodType>) : [];
  }
}

const probeOf = async (endpoint: Endpoint, fixtures: PropertyFixtures): Promise<Probe> => {
  const session = endpoint.scope === 'person' ? await fixtures.session() : undefined;
  const given = fixtures.inputs?.[endpoint.operation] ?? {};
  return new Probe(endpoint, fixtures, session, typeof given === 'function' ? await given() : given);
};

const expectReply = (reply: Reply, status: number, expected: Record<string, unknown>, when: string): void => {
  const found = Object.fromEntries(Object.keys(expected).map((key) => [key, reply.json[key]]));
  if (reply.status === status && isDeepStrictEqual(found, expected)) return;
  throw new Error(
    `${when}: expected ${status} ${JSON.stringify(expected)}, got ${reply.status} ${JSON.stringify(reply.json)}`,
  );
};

/** Expects validation_failed with a problem whose path is `field` or inside of it. */
const expectProblem = (reply: Reply, field: string, when: string): void => {
  expectReply(reply, 400, { error: true, code: 'validation_failed' }, when);
  const problems = reply.json.problems as { path: string; message: string }[];
  const named = problems.some(
    ({ path, message }) => path.split(/[.[]/)[0] === field && message.includes(field),
  );
  if (!named) throw new Error(`${when}: no problem names ${field}: ${JSON.stringify(problems)}`);
};

const inside = (schema: z.ZodType): z.ZodType =>
  schema instanceof z.ZodOptional ? (schema.unwrap() as z.ZodType) : schema;

/** Takes a uid and nothing else, or is called one. What OAuth calls `client_id` (RFC 6749 §2.2) is no thing of ours. */
const isUid = (field: string, schema: z.ZodType): boolean =>
  field !== 'client_id' &&
  inside(schema).safeParse(newId()).success &&
  (/(^|_)u?id$/.test(field) ||
    !['not a uid', 'no-uid', 'no uid, and as long as one of those is'].some(
      (text) => inside(schema).safeParse(text).success,
    ));

const isUidList = (field: string, schema: z.ZodType): boolean => {
  const list = inside(schema);
  return list instanceof z.ZodArray && isUid(field.replace(/s$/, ''), list.element as z.ZodType);
};

const checks: Record<PropertyName, (probe: Probe) => Promise<void>> = {
  'without a key it answers 401, on every path': async (probe) => {
    for (const route of [probe.endpoint, ...probe.endpoint.aliases]) {
      const reply = await probe.send({ route, headers: { authorization: undefined, cookie: undefined } });
      const expected = { code: 401, message: 'No authorization token was found' };
      expectReply(reply, 401, expected, `${route.method} ${route.path}`);
    }
  },

  'with a key that is none it answers 401': async (probe) => {
    const reply = await probe.send({ headers: { authorization: 'Bearer nonsense' } });
    expectReply(reply, 401, { code: 401, message: 'jwt malformed' }, 'a key that is none');
  },

  'with a workspace that is not the team’s it answers Invalid workspace': async (probe) => {
    const { otherTeam } = probe.fixtures;
    for (const uid of [undefined, '', 'not-a-uuid', newId(), otherTeam.workspaceUid]) {
      const reply = await probe.send({ headers: { 'x-workspace-id': uid } });
      expectReply(reply, 400, { code: 400, message: 'Invalid workspace' }, `X-Workspace-Id: ${uid}`);
    }
  },

  'a thing of another workspace is as unknown as one that never was': async (probe) => {
    for (const part of ['params', 'query', 'body'] as const) {
      for (const [field, schema] of probe.fields(part)) {
        const required = !schema.safeParse(undefined).success;
        if (isUid(field, schema)) await expectUnknown(probe, part, field, (uid) => uid, required);
        else if (isUidList(field, schema)) await expectUnknown(probe, part, field, (uid) => [uid], false);
      }
    }
  },

  'a field of the wrong type is a 400 that names it': async (probe) => {
    for (const [field, schema] of probe.fields('body')) {
      const value = misfittingValue(schema);
      if (value === undefined) continue;
      expectProblem(await probe.sendWith('body', field, value), field, `${field} = ${JSON.stringify(value)}`);
    }
    for (const body of [[], 'true', '5', '"text"', 'null']) {
      const reply = await probe.send({ body });
      expectReply(reply, 400, { error: true, code: 'validation_failed' }, `the body ${JSON.stringify(body)}`);
    }
  },

  'an unknown field is a 400 that names it': async (probe) => {
    const parts = probe.endpoint.method === 'GET' ? (['query'] as const) : (['query', 'body'] as const);
    for (const part of parts) {
      expectProblem(await probe.sendWith(part, 'unheard_of', 'x'), 'unheard_of', `in the ${part}`);
    }
  },

  'a body that is not JSON is a 400': async (probe) => {
    for (const body of ['{', '{"a":1,}', 'a=1&b=2', '{"a":1}{"b":2}']) {
      const reply = await probe.send({ body });
      expectReply(reply, 400, { error: true, code: 'malformed_json' }, `the body ${body}`);
    }
  },

  'the same idempotency key gets the same answer': async (probe) => {
    const headers = { 'idempotency-key': `property-${newId()}` };
    const first = await probe.send({ headers });
    refuseInvalid(first);
    const second = await probe.send({ headers });
    expectReply(second, first.status, first.json, 'the second answer');
    const replayed = second.headers.get('idempotency-replayed') === 'true';
    if (first.json.error === false && !replayed)
      throw new Error('the second answer is not marked as replayed');
  },

  'with the key of somebody who does not run the installation it answers 403': async (probe) => {
    const headers = { authorization: `Bearer ${probe.fixtures.otherTeam.key}` };
    const reply = await probe.send({ headers });
    expectReply(reply, 403, { error: true, code: 'operator_only' }, 'the key of a team');
  },

  'with a key and no session it answers 403': async (probe) => {
    const headers = { authorization: `Bearer ${probe.fixtures.key}`, cookie: undefined };
    expectReply(await probe.send({ headers }), 403, { error: true, code: 'person_only' }, 'a key');
  },

  'with a session and not its token it answers 403': async (probe) => {
    const { cookie } = probe.session!;
    for (const token of [undefined, 'x']) {
      const headers = { authorization: undefined, cookie, 'x-csrf-token': token };
      const expected = { error: true, code: 'csrf_token_invalid' };
      expectReply(await probe.send({ headers }), 403, expected, `X-CSRF-Token: ${token}`);
    }
  },

  'its answer is what it declares': async (probe) => {
    const reply = await probe.send();
    refuseInvalid(reply);
    const problems = reply.file
      ? fileProblems(probe.endpoint, reply.file)
      : responseProblems(probe.endpoint, reply.status, reply.json);
    if (problems.length > 0) throw new Error(`${problems.join('; ')}: ${JSON.stringify(reply.json)}`);
  },
};

const applies: Partial<Record<PropertyName, (endpoint: Endpoint) => boolean>> = {
  'without a key it answers 401, on every path': ({ scope }) => scope !== 'public',
  'with a key that is none it answers 401': ({ scope }) => scope !== 'public',
  'with a key and no session it answers 403': ({ scope }) => scope === 'person',
  'with a session and not its token it answers 403': ({ scope, method }) =>
    scope === 'person' && method !== 'GET',
  'with the key of somebody who does not run the installation it answers 403': ({ scope }) =>
    scope === 'operator',
  'with a workspace that is not the team’s it answers Invalid workspace': ({ scope }) =>
    scope === 'workspace',
  'a field of the wrong type is a 400 that names it': ({ method }) => method !== 'GET',
  'a body that is not JSON is a 400': ({ method }) => method !== 'GET',
  'the same idempotency key gets the same answer': ({ writes }) => writes,
};

/** The properties about answers say nothing when the request does not get past validation. */
const refuseInvalid = ({ json }: Reply): void => {
  if (json.code === 'validation_failed') {
    throw new Error(`give the endpoint an example that it accepts: ${JSON.stringify(json.problems)}`);
  }
};

/** Whoever asks for a thing that is not theirs learns nothing, not even that it exists. */
const expectUnknown = async (
  probe: Probe,
  part: 'params' | 'query' | 'body',
  field: string,
  wrap: (uid: string) => unknown,
  mustBeFound: boolean,
): Promise<void> => {
  const { foreignUids, otherTeam } = probe.fixtures;
  const nobodys = newId();
  const unknown = await probe.sendWith(part, field, wrap(nobodys));
  refuseInvalid(unknown);
  if (mustBeFound) expectReply(unknown, 404, { error: true }, `${field} of nothing`);
  for (const uid of [otherTeam.workspaceUid, ...foreignUids]) {
    const foreign = await probe.sendWith(part, field, wrap(uid));
    const expected = JSON.parse(JSON.stringify(unknown.json).replaceAll(nobodys, uid));
    expectReply(foreign, unknown.status, expected, `${field} of another team`);
    if (foreign.status >= 500) throw new Error(`${field} of another team: ${JSON.stringify(foreign.json)}`);
  }
};
