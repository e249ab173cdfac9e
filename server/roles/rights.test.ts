// Who may call what: every endpoint with every role and every set of scopes, through the pipeline. Handlers are not run:
// the decision comes before them.
import { describe, expect, test } from 'vitest';
import { useTestDatabase } from '../../database/testing.ts';
import { newId } from '../../database/uuid.ts';
import type { FeatureContext } from '../features/context.ts';
import { createApi } from '../http/app.ts';
import type { Caller } from '../http/caller.ts';
import type { Endpoint } from '../http/endpoint.ts';
import { internalError } from '../http/errors.ts';
import { API_PREFIX } from '../http/openapi.ts';
import { defaultRateLimits, type RateLimits } from '../http/rate-limit.ts';
import { type Right, rights } from '../http/rights.ts';
import { type Role, roleRights, roles } from '../http/roles.ts';
import { csrfTokenOf, sessionCookieOf } from '../http/session-cookie.ts';
import { allEndpoints } from './contract.ts';

const database = useTestDatabase();
const publicUrl = 'http://localhost';
const cookie = sessionCookieOf(publicUrl);
const workspaceUid = newId();
const callers = new Map<string, Caller>();

const key = (change: Partial<Caller>): string => {
  const token = newId();
  const caller = {
    teamId: newId(),
    keyId: token,
    person: null,
    operator: false,
    rights,
    workspaceUids: null,
  };
  callers.set(token, { ...caller, ...change });
  return token;
};

const person = (role: Role, change: Partial<Caller> = {}): string => {
  const workspaceUids = roleRights[role].membersOnly ? [workspaceUid] : null;
  const signedIn = { uid: newId(), sessionUid: newId(), role, closedWorkspaceUids: [] };
  return key({ person: signedIn, rights: roleRights[role].rights, workspaceUids, ...change });
};

/** The same endpoints, which say that they were reached and do nothing. */
const reached = internalError('reached');
const doors = allEndpoints.map(
  (endpoint): Endpoint<FeatureContext> => ({
    ...endpoint,
    handle: () => Promise.reject(reached),
  }),
);
const plenty = { calls: 1_000_000, windowMs: 60_000 };
const rateLimits = Object.fromEntries(
  Object.keys(defaultRateLimits).map((name) => [name, plenty]),
) as RateLimits;

const createDoors = () =>
  createApi<FeatureContext>({
    endpoints: doors,
    context: {} as FeatureContext,
    db: database.db,
    clock: { now: () => new Date(), sleep: async () => {} },
    secrets: { seal: (text) => text, open: (text) => text },
    log: { info() {}, warn() {}, error() {} },
    info: { title: 'Doors', version: '1' },
    rateLimits,
    authenticate: async (token) => ({ ok: true, caller: callers.get(token)! }),
    sessions: {
      publicUrl: () => publicUrl,
      authenticate: async (token) => callers.get(token) ?? null,
    },
    findWorkspace: async (_team, uid) => ({ uid, name: 'W' }),
  });

let made: ReturnType<typeof createDoors> | undefined;
const openDoors = () => {
  made ??= createDoors();
  return made;
};

type Verdict = { open: boolean; code?: string; needs?: string };

const knockAt =
  (app: ReturnType<typeof openDoors>) => async (endpoint: Endpoint<FeatureContext>, token: string) => {
    const headers: Record<string, string> = { 'x-workspace-id': workspaceUid };
    if (callers.get(token)!.person) {
      Object.assign(headers, { cookie: `${cookie.name}=${token}`, 'x-csrf-token': csrfTokenOf(token) });
    } else headers.authorization = `Bearer ${token}`;
    const { method, path } = endpoint;
    const filled = API_PREFIX + path.replaceAll(/\{[^}]+\}/g, newId());
    const reply = await app.request(filled, { method, headers, ...(method !== 'GET' && { body: '{}' }) });
    const { code, needs } = (await reply.json()) as { code?: string; needs?: string };
    if (reply.status === 403) return { open: false, code, needs } as Verdict;
    // Past the decision, whatever comes then: the input is not a good one.
    expect([400, 500], `${endpoint.operation} ${code}`).toContain(reply.status);
    return { open: true } as Verdict;
  };

/** Written down a second time, so that a slip of the pen in the table opens no door. */
const general: Record<Role, readonly Right[]> = {
  owner: ['read', 'write', 'purchase', 'secrets', 'admin'],
  admin: ['read', 'write', 'purchase', 'secrets', 'admin'],
  operator: ['read', 'write', 'purchase', 'secrets'],
  finance: ['read'],
  viewer: ['read'],
  client: ['read'],
};
const aboutMoney: Record<Role, readonly Right[]> = {
  ...general,
  operator: ['read'],
  finance: ['read', 'write', 'purchase', 'admin'],
  client: [],
};

describe('every endpoint', () => {
  test.each(roles)(
    'with the role %s opens by its right alone, and else names what is needed',
    async (role) => {
      const knock = knockAt(openDoors());
      const token = person(role);
      for (const endpoint of doors) {
        const { operation, scope, right, keepsToWorkspaces } = endpoint;
        const verdict = await knock(endpoint, token);
        if (scope === 'operator') {
          expect(verdict, operation).toMatchObject({ open: false, code: 'operator_only' });
          continue;
        }
        const money = /^(billing|payments|subscriptions|invoices)\./.test(operation);
        const held = right === null || (money ? aboutMoney : general)[role].includes(right);
        const open = right === null || (held && (role !== 'client' || keepsToWorkspaces));
        const refused = { open: false, code: 'insufficient_role', needs: right };
        expect(verdict, operation).toEqual(open ? { open: true } : refused);
      }
    },
  );

  test('with the session of whoever runs the installation opens what is for operators', async () => {
    const knock = knockAt(openDoors());
    const token = person('viewer', { operator: true });
    for (const endpoint of doors.filter(({ scope }) => scope === 'operator')) {
      expect(await knock(endpoint, token), endpoint.operation).toEqual({ open: true });
    }
  });

  const scopeSets: readonly (readonly Right[])[] = [
    ...rights.map((right) => [right]),
    ...rights.map((right) => rights.filter((other) => other !== right)),
    [],
    rights,
  ];
  test.each(scopeSets.map((scopes) => [scopes.join(' '), scopes] as const))(
    'with a key of the scopes "%s" opens by its right alone',
    async (_name, scopes) => {
      const knock = knockAt(openDoors());
      const whole = key({ rights: scopes });
      const limited = key({ rights: scopes, workspaceUids: [workspaceUid] });
      const ofDomains = key({ rights: scopes, workspaceUids: [workspaceUid], domainUids: [newId()] });
      for (const endpoint of doors.filter(({ scope }) => scope !== 'operator')) {
        const { operation, scope, right, keepsToWorkspaces, keepsToDomains } = endpoint;
        const verdicts = [await knock(endpoint, whole), await knock(endpoint, limited)];
        if (scope === 'person') {
          for (const verdict of verdicts) expect(verdict.code, operation).toBe('person_only');
          continue;
        }
        const held = right === null || scopes.includes(right);
        const expected = [held, held && (right === null || keepsToWorkspaces)];
        expect(
          verdicts.map(({ open }) => open),
          operation,
        ).toEqual(expected);
        // What is named there is looked at only when nothing is wrong with the request.
        const { open, code } = await knock(endpoint, ofDomains);
        const mayTry = held && (right === null || keepsToDomains !== null);
        expect(open || code === 'domain_outside_key', operation).toBe(mayTry);
        if (!held) expect(verdicts[0], operation).toMatchObject({ code: 'insufficient_scope', needs: right });
      }
    },
  );
});

// The places where two roles that are alike part.
test.each<[string, readonly Role[]]>([
  ['orders.place', ['owner', 'admin', 'operator']],
  ['domains.renew', ['owner', 'admin', 'operator']],
  ['payments.add-credits', ['owner', 'admin', 'finance']],
  ['billing.set-spend-cap', ['owner', 'admin', 'finance']],
  ['billing.wallet', ['owner', 'admin', 'operator', 'finance', 'viewer']],
  ['invoices.set-buyer', ['owner', 'admin', 'finance']],
  ['subscriptions.change', ['owner', 'admin', 'finance']],
  ['mailboxes.show-credentials', ['owner', 'admin', 'operator']],
  ['mailboxes.list', roles],
  ['mailboxes.update', ['owner', 'admin', 'operator']],
  ['webhooks.create', ['owner', 'admin', 'operator']],
  ['workspaces.list', roles],
  ['workspaces.create', ['owner', 'admin']],
  ['api-keys.create', ['owner', 'admin']],
  ['accounts.get', ['owner', 'admin', 'operator', 'finance', 'viewer']],
])('%s is for %j', async (operation, allowed) => {
  const knock = knockAt(openDoors());
  const endpoint = doors.find((door) => door.operation === operation)!;
  const open = [];
  for (const role of roles) if ((await knock(endpoint, person(role))).open) open.push(role);
  expect(open).toEqual(allowed);
});
