// The properties hold for sound endpoints, and find what is wrong with unsound ones.
import { beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { useTestDatabase } from '../../database/testing.ts';
import { newId } from '../../database/uuid.ts';
import { defineEndpoint, type Endpoint } from '../http/endpoint.ts';
import { defaultRateLimits } from '../http/rate-limit.ts';
import {
  createSampleApi,
  createThing,
  createThingTable,
  credentialsOf,
  makeTenant,
  requestAs,
  rollSecret,
  type SampleContext,
  sampleEndpoints,
  showTeam,
  signedIn,
  thingDetails,
  thingNotFound,
} from '../http/testing/sample-api.ts';
import {
  endpointProperties,
  type PropertyException,
  type PropertyName,
  propertyNames,
} from './endpoint-properties.ts';

const database = useTestDatabase();
const tenant = makeTenant('key', { operator: true });
const stranger = makeTenant('other');
const owner = signedIn(tenant, 'owner');
const { cookie, 'x-csrf-token': csrfToken } = credentialsOf(owner) as Record<string, string>;
const foreignUids: string[] = [];
const plenty = { calls: 100_000, windowMs: 60_000 };
const rateLimits = {
  ...defaultRateLimits,
  zone_connect: plenty,
  bulk: plenty,
  domain_search: plenty,
  dns_check: plenty,
  sign_in: plenty,
};

beforeAll(async () => {
  await createThingTable(database.db);
  const { app } = createSampleApi(database.db, [stranger]);
  const made = await requestAs(app, stranger)('POST', '/v1/api/things', { name: 'foreign' });
  foreignUids.push(made.json.thing.uid);
});

const fixturesFor = (endpoints: readonly Endpoint<SampleContext>[]) => () => ({
  request: createSampleApi(database.db, [tenant, stranger, owner], {
    endpoints,
    rateLimits,
    checkResponses: undefined,
  }).app.request,
  key: tenant.key,
  session: async () => ({ cookie: cookie!, csrfToken: csrfToken! }),
  workspaceUid: tenant.workspaceUid,
  otherTeam: { key: stranger.key, workspaceUid: stranger.workspaceUid },
  foreignUids,
  inputs: { 'things.create': { body: { name: newId() } } },
});

describe('sound endpoints', () => {
  for (const { title, check } of endpointProperties(sampleEndpoints, fixturesFor(sampleEndpoints)))
    test(title, check);
});

describe('unsound endpoints', () => {
  const find = (
    endpoint: Endpoint<SampleContext>,
    property: PropertyName,
    exceptions: PropertyException[] = [],
  ) => {
    const all = endpointProperties([endpoint], fixturesFor([endpoint]), exceptions);
    const found = all.find(({ title }) => title.endsWith(property));
    if (!found) throw new Error(`${property} does not apply`);
    return found;
  };

  const base = {
    summary: '',
    method: 'POST' as const,
    scope: 'workspace' as const,
    response: z.object({}),
  };
  const define = defineEndpoint<SampleContext>();

  test('one that shows other people’s things is found', async () => {
    const leaking = define({
      ...base,
      operation: 'things.leak',
      path: '/things/leak',
      body: z.strictObject({ uid: z.uuid() }),
      errors: [thingNotFound],
      async handle({ body }) {
        if (foreignUids.includes(body.uid)) return { message: 'Here it is' };
        throw thingNotFound('Thing not found');
      },
    });
    const { check } = find(leaking, 'a thing of another workspace is as unknown as one that never was');
    await expect(check()).rejects.toThrow('uid of another team: expected 404');
  });

  test('one that finds what does not exist is found, also by a field that is only called a uid', async () => {
    const gullible = define({
      ...base,
      operation: 'things.gullible',
      path: '/things/gullible/{id}',
      params: z.strictObject({ id: z.string() }),
      handle: async () => ({ message: 'Found' }),
    });
    const { check } = find(gullible, 'a thing of another workspace is as unknown as one that never was');
    await expect(check()).rejects.toThrow('id of nothing: expected 404');
  });

  test('one that answers lists of other people’s things is found', async () => {
    const leaking = define({
      ...base,
      operation: 'things.leak-list',
      path: '/things/leak-list',
      writes: false,
      body: z.strictObject({ uids: z.array(z.uuid()).optional() }),
      response: z.object({ found: z.int() }),
      handle: async ({ body }) => ({
        message: 'Counted',
        found: (body.uids ?? []).filter((uid) => foreignUids.includes(uid)).length,
      }),
    });
    const { check } = find(leaking, 'a thing of another workspace is as unknown as one that never was');
    await expect(check()).rejects.toThrow('uids of another team');
  });

  test('one that takes anything for a field is not blamed, one whose example is refused is', async () => {
    const refusing = define({
      ...base,
      operation: 'things.refuse',
      path: '/things/refuse',
      body: z.strictObject({ code: z.string().regex(/^[A-Z]{9}$/), anything: z.unknown() }),
      handle: async () => ({ message: 'Fine' }),
    });
    await find(refusing, 'a field of the wrong type is a 400 that names it').check();
    for (const property of [
      'its answer is what it declares',
      'the same idempotency key gets the same answer',
    ] as const) {
      await expect(find(refusing, property).check()).rejects.toThrow(
        'give the endpoint an example that it accepts',
      );
    }
  });

  test('one that answers what it does not declare is found', async () => {
    const talkative: Endpoint<SampleContext> = {
      ...showTeam,
      handle: async () => ({ message: 'Team', team: newId(), key: 'k', secret: 'x' }),
    };
    await expect(find(talkative, 'its answer is what it declares').check()).rejects.toThrow(
      'secret is not allowed',
    );
    const undeclared = { ...thingDetails, errors: [] };
    await expect(find(undeclared, 'its answer is what it declares').check()).rejects.toThrow(
      'thing_not_found',
    );
  });

  test('one that takes no notice of the idempotency key is found', async () => {
    const property = 'the same idempotency key gets the same answer';
    const all = endpointProperties([createThing], fixturesFor([{ ...createThing, writes: false }]));
    await expect(all.find(({ title }) => title.endsWith(property))?.check()).rejects.toThrow(
      'the second answer',
    );
    const silent = endpointProperties([rollSecret], fixturesFor([{ ...rollSecret, writes: false }]));
    await expect(silent.find(({ title }) => title.endsWith(property))?.check()).rejects.toThrow(
      'the second answer',
    );
  });

  test('one that is not mounted on all its paths is found', async () => {
    const promising = { ...showTeam, aliases: [{ method: 'GET' as const, path: '/promised' }] };
    const all = endpointProperties([promising], fixturesFor([showTeam]));
    await expect(all[0]!.check()).rejects.toThrow('GET /promised: expected 401');
  });

  test('an exception turns the property round: it must fail, and one for an unknown operation is refused', async () => {
    const property = 'its answer is what it declares';
    const exception = { operation: 'team.show', property, because: 'of a test' } as const;
    await expect(find(showTeam, property, [exception]).check()).rejects.toThrow(
      'take the exception off the list',
    );
    const broken: Endpoint<SampleContext> = { ...showTeam, handle: async () => ({ message: 'x' }) };
    await find(broken, property, [exception]).check();
    const stale = { ...exception, operation: 'team.gone' };
    expect(() => endpointProperties([showTeam], fixturesFor([showTeam]), [stale])).toThrow(
      'team.gone, which does not exist',
    );
  });

  test('every property applies to some endpoint', () => {
    const titles = endpointProperties(sampleEndpoints, fixturesFor(sampleEndpoints)).map(
      ({ title }) => title,
    );
    for (const name of propertyNames) expect(titles.some((title) => title.endsWith(name))).toBe(true);
  });
});
