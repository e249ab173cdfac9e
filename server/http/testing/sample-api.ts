// A small API made of nothing but things, on which the tests of this folder run.
import { sql } from 'kysely';
import { Registry } from 'prom-client';
import { z } from 'zod';
import { type Clock, systemClock } from '../../../database/clock.ts';
import type { Db } from '../../../database/database.ts';
import { createSecretBox, generateKey, parseKeyRing } from '../../../database/secret-box.ts';
import { newId } from '../../../database/uuid.ts';
import { type ApiOptions, createApi } from '../app.ts';
import type { Caller } from '../caller.ts';
import { answerHeaders, defineEndpoint } from '../endpoint.ts';
import { defineError } from '../errors.ts';
import {
  cursorField,
  encodeCursor,
  nextCursorAnswer,
  pageAnswer,
  pageBody,
  pageFields,
  pageOffset,
} from '../paging.ts';
import { rights } from '../rights.ts';
import { type Role, roleRights } from '../roles.ts';
import { csrfTokenOf, sessionCookieOf } from '../session-cookie.ts';

export const thingNotFound = defineError({
  code: 'thing_not_found',
  status: 404,
  whatHappened: 'The workspace has no thing with this uid.',
  whatToDo: 'List the things and take a uid from there.',
});

export const thingNameTaken = defineError({
  code: 'thing_name_taken',
  status: 409,
  whatHappened: 'Another thing has this name.',
  whatToDo: 'Choose another name.',
});

/** What the handlers work with, and what tests make them do. */
export type SampleContext = {
  db: Db;
  /** Called by `things.create` before it commits, inside of its transaction, and after. */
  hooks: { beforeCommit?(): Promise<void>; inCommit?(): Promise<void>; afterCommit?(): Promise<void> };
};

type Row = { uid: string; name: string };

export const thingShape = z
  .object({ uid: z.uuid(), name: z.string(), size: z.int().nullable() })
  .meta({ id: 'Thing' });

const shown = ({ uid, name }: Row) => ({ uid, name, size: null });

const find = async (db: Db, workspaceUid: string, uid: string): Promise<Row> => {
  const found =
    await sql<Row>`select uid, name from thing where workspace = ${workspaceUid} and uid = ${uid}`.execute(
      db,
    );
  if (!found.rows[0]) throw thingNotFound('Thing not found');
  return found.rows[0];
};

export const createThing = defineEndpoint<SampleContext>()({
  operation: 'things.create',
  summary: 'Create thing',
  description: 'Makes one thing.',
  method: 'POST',
  path: '/things/create',
  aliases: [{ method: 'POST', path: '/things' }],
  scope: 'workspace',
  status: 201,
  body: z.strictObject({
    name: z.string().trim().min(1).max(40),
    size: z.int().min(1).max(100).optional(),
    parts: z.array(z.strictObject({ label: z.string() })).optional(),
  }),
  response: z.object({ thing: thingShape }),
  errors: [thingNameTaken],
  examples: { body: { name: 'lamp' } },
  async handle({ body, workspace, commit }, { hooks }) {
    await hooks.beforeCommit?.();
    const answer = await commit(async (tx) => {
      const uid = newId();
      const inserted =
        await sql`insert into thing (uid, workspace, name) values (${uid}, ${workspace.uid}, ${body.name})
        on conflict do nothing`.execute(tx);
      if (inserted.numAffectedRows === 0n) throw thingNameTaken(`Thing ${body.name} already exists`);
      await hooks.inCommit?.();
      return { message: 'Thing created', thing: shown({ uid, name: body.name }) };
    });
    await hooks.afterCommit?.();
    return answer;
  },
});

export const listThings = defineEndpoint<SampleContext>()({
  operation: 'things.list',
  summary: 'List things',
  method: 'POST',
  path: '/things/list',
  scope: 'workspace',
  writes: false,
  body: z.strictObject({ ...pageBody, cursor: cursorField(z.tuple([z.string(), z.uuid()])).optional() }),
  response: z.object({ things: z.array(thingShape), ...pageAnswer, ...nextCursorAnswer }),
  async handle({ body, workspace }, { db }) {
    const total = await sql<{
      count: number;
    }>`select count(*) from thing where workspace = ${workspace.uid}`.execute(db);
    const after = body.cursor
      ? sql`and (name, uid) > (${body.cursor[0]}, ${body.cursor[1]}::uuid)`
      : sql`offset ${pageOffset(body)}`;
    const order = sql`order by name, uid limit ${body.limit}`;
    const { rows } = body.cursor
      ? await sql<Row>`select uid, name from thing where workspace = ${workspace.uid} ${after} ${order}`.execute(
          db,
        )
      : await sql<Row>`select uid, name from thing where workspace = ${workspace.uid} ${order} ${after}`.execute(
          db,
        );
    const last = rows.length === body.limit ? rows.at(-1) : undefined;
    return {
      message: 'Things retrieved',
      things: rows.map(shown),
      ...pageFields(body, total.rows[0]!.count),
      next_cursor: last ? encodeCursor([last.name, last.uid]) : null,
    };
  },
});

export const thingDetails = defineEndpoint<SampleContext>()({
  operation: 'things.details',
  summary: 'Get thing',
  method: 'GET',
  path: '/things/details',
  aliases: [{ method: 'GET', path: '/things/{uid}' }],
  scope: 'workspace',
  query: z.strictObject({ uid: z.uuid(), copies: z.coerce.number().int().max(9).default(1) }),
  response: z.object({ thing: thingShape, copies: z.int() }),
  errors: [thingNotFound],
  async handle({ query, workspace }, { db }) {
    return {
      message: 'Thing retrieved',
      thing: shown(await find(db, workspace.uid, query.uid)),
      copies: query.copies,
    };
  },
});

export const renameThing = defineEndpoint<SampleContext>()({
  operation: 'things.rename',
  summary: 'Rename thing',
  method: 'PUT',
  path: '/things/{uid}',
  aliases: [{ method: 'POST', path: '/things/{uid}/{name}' }],
  scope: 'workspace',
  params: z.strictObject({ uid: z.uuid() }),
  body: z.strictObject({ name: z.string().min(1).meta({ example: 'desk' }) }),
  response: z.object({ thing: thingShape }),
  errors: [thingNotFound],
  handle: ({ params, body, workspace, commit }) =>
    commit(async (tx) => {
      const thing = await find(tx, workspace.uid, params.uid);
      await sql`update thing set name = ${body.name} where uid = ${thing.uid}`.execute(tx);
      return { message: 'Thing renamed', thing: shown({ ...thing, name: body.name }) };
    }),
});

export const showTeam = defineEndpoint<SampleContext>()({
  operation: 'team.show',
  summary: 'Show team',
  method: 'GET',
  path: '/team',
  scope: 'team',
  rateLimit: 'domain_search',
  response: z.object({ team: z.uuid(), key: z.string() }),
  handle: async ({ caller }) => ({ message: 'Team retrieved', team: caller.teamId, key: caller.keyId }),
});

export const showInstallation = defineEndpoint<SampleContext>()({
  operation: 'installation.show',
  summary: 'Show installation',
  method: 'GET',
  path: '/installation',
  scope: 'operator',
  response: z.object({ things: z.int() }),
  handle: async () => ({ message: 'Installation retrieved', things: 0 }),
});

/** Writes nothing itself, and answers a secret. */
export const rollSecret = defineEndpoint<SampleContext>()({
  operation: 'team.roll-secret',
  summary: 'Roll secret',
  method: 'POST',
  path: '/team/roll-secret',
  scope: 'team',
  rateLimit: 'bulk',
  response: z.object({ secret: z.string() }),
  handle: async () => ({ message: 'Secret rolled', secret: `secret-${newId()}` }),
});

/** About whoever is signed in. */
export const renameSelf = defineEndpoint<SampleContext>()({
  operation: 'self.rename',
  summary: 'Rename self',
  method: 'POST',
  path: '/self',
  scope: 'person',
  body: z.strictObject({ name: z.string().min(1).meta({ example: 'Mara' }) }),
  response: z.object({ person: z.string(), name: z.string() }),
  handle: async ({ caller, body }) => ({ message: 'Renamed', person: caller.person.uid, name: body.name }),
});

/** For anybody. */
export const knock = defineEndpoint<SampleContext>()({
  operation: 'door.knock',
  summary: 'Knock',
  method: 'POST',
  path: '/door',
  scope: 'public',
  rateLimit: 'sign_in',
  response: z.object({ open: z.boolean() }),
  handle: async ({ caller }) => ({
    message: 'Knocked',
    open: caller === null,
    [answerHeaders]: [
      ['Set-Cookie', 'one=1'],
      ['Set-Cookie', 'two=2'],
    ],
  }),
});

export const sampleEndpoints = [
  createThing,
  listThings,
  thingDetails,
  renameThing,
  showTeam,
  rollSecret,
  showInstallation,
  renameSelf,
  knock,
];

export const createThingTable = async (db: Db): Promise<void> => {
  await sql`create table thing (uid uuid primary key, workspace uuid not null, name text not null, unique (workspace, name))`.execute(
    db,
  );
};

export type Tenant = { key: string; caller: Caller; workspaceUid: string };

/** A team with one key and one workspace. The key is a word: how keys are checked is not this folder's business. */
export const makeTenant = (key: string, { operator = false } = {}): Tenant => ({
  key,
  caller: {
    teamId: newId(),
    keyId: `${key}-id-${newId()}`,
    person: null,
    operator,
    rights,
    workspaceUids: null,
  },
  workspaceUid: newId(),
});

/** Somebody of the tenant's team who is signed in; the key is the token of their session. */
export const signedIn = (
  { caller, workspaceUid }: Tenant,
  role: Role,
  { operator = false }: { operator?: boolean } = {},
): Tenant => {
  const uid = newId();
  const workspaceUids = roleRights[role].membersOnly ? [workspaceUid] : null;
  const person = { uid, sessionUid: newId(), role, closedWorkspaceUids: [] };
  const who = { keyId: uid, person, operator, rights: roleRights[role].rights, workspaceUids };
  return { key: `session-${uid}`, caller: { ...caller, ...who }, workspaceUid };
};

const PUBLIC_URL = 'http://localhost';
const cookie = sessionCookieOf(PUBLIC_URL);

export type LogLine = { level: 'info' | 'warn' | 'error'; message: string; fields: Record<string, unknown> };

/** The API over `tenants`, with everything it logs. Answers that do not match their schema are errors. */
export const createSampleApi = (
  db: Db,
  tenants: Tenant[],
  options: Partial<ApiOptions<SampleContext>> & { hooks?: SampleContext['hooks']; clock?: Clock } = {},
) => {
  const { hooks = {}, ...rest } = options;
  const logged: LogLine[] = [];
  const write = (level: LogLine['level']) => (fields: object, message: string) => {
    logged.push({ level, message, fields: { ...fields } });
  };
  const app = createApi<SampleContext>({
    endpoints: sampleEndpoints,
    context: { db, hooks },
    db,
    clock: systemClock,
    secrets: createSecretBox(parseKeyRing(generateKey())),
    log: { info: write('info'), warn: write('warn'), error: write('error') },
    authenticate: async (token) => {
      const tenant = tenants.find(({ key, caller }) => key === token && !caller.person);
      return tenant ? { ok: true, caller: tenant.caller } : { ok: false, refusal: 'jwt malformed' };
    },
    sessions: {
      publicUrl: () => PUBLIC_URL,
      authenticate: async (token) =>
        tenants.find(({ key, caller }) => key === token && caller.person)?.caller ?? null,
    },
    findWorkspace: async (teamId, uid) => {
      const tenant = tenants.find(
        ({ caller, workspaceUid }) => caller.teamId === teamId && workspaceUid === uid,
      );
      return tenant ? { uid, name: 'Test' } : null;
    },
    info: { title: 'Things', version: '1.0.0' },
    metrics: new Registry(),
    checkResponses: (mismatch) => {
      throw new Error(
        `${mismatch.operation} answers what it does not declare: ${mismatch.problems.join('; ')}`,
      );
    },
    ...rest,
  });
  return { app, logged, hooks };
};

/** What a request of the tenant carries to say whose it is. */
export const credentialsOf = ({ key, caller }: Tenant): Record<string, string> =>
  caller.person
    ? { cookie: `${cookie.name}=${key}`, 'x-csrf-token': csrfTokenOf(key) }
    : { authorization: `Bearer ${key}` };

/** Sends JSON as `tenant`. A header that is null is left out. */
export const requestAs =
  (app: { request(path: string, init: RequestInit): Response | Promise<Response> }, tenant: Tenant) =>
  async (method: string, path: string, body?: unknown, headers: Record<string, string | null> = {}) => {
    const response = await app.request(path, {
      method,
      headers: Object.entries<string | null>({
        ...credentialsOf(tenant),
        'x-workspace-id': tenant.workspaceUid,
        'content-type': 'application/json',
        ...headers,
      }).filter((header): header is [string, string] => header[1] !== null),
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    // biome-ignore lint/suspicious/noExplicitAny: tests read answers of any shape
    const json: any = text.startsWith('{') ? JSON.parse(text) : undefined;
    return { status: response.status, headers: response.headers, text, json };
  };
