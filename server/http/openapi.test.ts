// The OpenAPI document: complete, consistent, and true to what the server accepts.
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { defineEndpoint, type Endpoint } from './endpoint.ts';
import { openApiDocument } from './openapi.ts';
import { sampleEndpoints } from './testing/sample-api.ts';

const info = { title: 'Things', version: '1.2.3', description: 'About things.' };
const document = openApiDocument(sampleEndpoints, info);
const operation = (method: string, path: string) => document.paths[path]?.[method] as Record<string, unknown>;

/** Every `$ref` in the document. */
const references = (value: unknown): string[] => {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) =>
    key === '$ref' ? [String(inner)] : references(inner),
  );
};

const resolve = (reference: string): unknown =>
  reference
    .replace(/^#\//, '')
    .split('/')
    .reduce<unknown>((inner, part) => (inner as Record<string, unknown> | undefined)?.[part], document);

describe('the OpenAPI document', () => {
  test('says which version it is and what it is about', () => {
    expect(document.openapi).toBe('3.1.0');
    expect(document.info).toEqual(info);
    expect(document.servers).toEqual([{ url: '/' }]);
    expect(openApiDocument([], { ...info, serverUrl: 'https://api.example' }).servers).toEqual([
      { url: 'https://api.example' },
    ]);
  });

  test('survives JSON unchanged and every reference resolves', () => {
    expect(JSON.parse(JSON.stringify(document))).toEqual(document);
    const all = references(document);
    expect(all.length).toBeGreaterThan(20);
    expect(all.filter((reference) => resolve(reference) === undefined)).toEqual([]);
    expect(all.filter((reference) => !reference.startsWith('#/components/'))).toEqual([]);
  });

  test('has every operation on every path, and each operationId once', () => {
    const ids = Object.values(document.paths).flatMap((item) =>
      Object.values(item).flatMap(({ operationId }) => (operationId ? [operationId] : [])),
    );
    expect(ids.sort()).toEqual(sampleEndpoints.map((endpoint) => endpoint.operation).sort());
    expect(operation('post', '/v1/api/things')).toMatchObject({
      'x-alias-of': 'things.create',
      description: 'Makes one thing.\n\nThe same as `POST /v1/api/things/create`.',
    });
  });

  test('every path parameter is declared where the path names it', () => {
    for (const [path, item] of Object.entries(document.paths)) {
      const named = [...path.matchAll(/\{(\w+)\}/g)].map((match) => match[1]);
      for (const { parameters } of Object.values(item)) {
        const declared = (parameters as { in?: string; name: string }[]).filter(
          (parameter) => parameter.in === 'path',
        );
        expect(declared.map(({ name }) => name)).toEqual(named);
      }
    }
  });

  test('a field that an alias has in its path is neither in its query nor in its body', () => {
    const details = operation('get', '/v1/api/things/{uid}');
    expect((details.parameters as { name: string }[]).map(({ name }) => name)).toEqual([
      'uid',
      'copies',
      undefined,
    ]);
    const rename = operation('post', '/v1/api/things/{uid}/{name}') as {
      requestBody: { required: boolean; content: { 'application/json': { schema: unknown } } };
    };
    expect(rename.requestBody.content['application/json'].schema).toEqual({
      type: 'object',
      properties: {},
      additionalProperties: false,
    });
  });

  test('operations of a workspace take its header, writes take an idempotency key, and nothing else does', () => {
    const headers = (method: string, path: string) =>
      (operation(method, path).parameters as { $ref?: string }[]).flatMap(
        ({ $ref }) => $ref?.split('/').at(-1) ?? [],
      );
    expect(headers('post', '/v1/api/things/create')).toEqual(['WorkspaceId', 'IdempotencyKey']);
    expect(headers('post', '/v1/api/things/list')).toEqual(['WorkspaceId']);
    expect(headers('post', '/v1/api/team/roll-secret')).toEqual(['IdempotencyKey']);
    expect(headers('get', '/v1/api/team')).toEqual([]);
  });

  test('requests and answers are named components, with nested names kept', () => {
    const { schemas } = document.components;
    expect(Object.keys(schemas)).toEqual([
      'DoorKnockResponse',
      'Error',
      'GatewayError',
      'InstallationShowResponse',
      'SelfRenameRequest',
      'SelfRenameResponse',
      'TeamRollSecretResponse',
      'TeamShowResponse',
      'Thing',
      'ThingsCreateRequest',
      'ThingsCreateResponse',
      'ThingsDetailsResponse',
      'ThingsListRequest',
      'ThingsListResponse',
      'ThingsRenameRequest',
      'ThingsRenameResponse',
    ]);
    expect(schemas.Thing).toEqual({
      type: 'object',
      properties: {
        uid: { type: 'string', format: 'uuid' },
        name: { type: 'string' },
        size: { type: ['integer', 'null'] },
      },
      required: ['uid', 'name', 'size'],
    });
    expect(schemas.ThingsListRequest).toMatchObject({
      properties: { page: { type: 'integer', minimum: 1, default: 1 }, cursor: { type: 'string' } },
      additionalProperties: false,
    });
    expect(schemas.ThingsListRequest).not.toHaveProperty('required');
    expect(schemas.ThingsListResponse).toMatchObject({
      properties: {
        error: { type: 'boolean', const: false },
        things: { type: 'array', items: { $ref: '#/components/schemas/Thing' } },
      },
    });
  });

  test('a body is required where an empty one would be refused', () => {
    expect(operation('post', '/v1/api/things/create')).toMatchObject({ requestBody: { required: true } });
    expect(operation('post', '/v1/api/things/list')).toMatchObject({ requestBody: { required: false } });
    expect(operation('post', '/v1/api/team/roll-secret')).not.toHaveProperty('requestBody');
  });

  test('examples are shown, and the error codes of each status', () => {
    const create = operation('post', '/v1/api/things/create') as {
      requestBody: { content: { 'application/json': { example: unknown } } };
      responses: Record<string, { 'x-error-codes'?: string[] }>;
    };
    expect(create.requestBody.content['application/json'].example).toEqual({ name: 'lamp' });
    expect(Object.keys(create.responses)).toEqual(['201', '400', '401', '403', '409', '413', '429', '500']);
    expect(create.responses['409']?.['x-error-codes']).toEqual([
      'thing_name_taken',
      'idempotency_key_reused',
      'idempotency_in_progress',
    ]);
    expect(create.responses['400']?.['x-error-codes']).toContain('invalid_workspace');
  });

  test('an operation that may come to make nothing shows both of its successes', () => {
    const weigh = defineEndpoint<object>()({
      operation: 'things.weigh',
      summary: 'Weigh thing',
      method: 'POST',
      path: '/weigh',
      scope: 'team',
      status: 201,
      nothingMade: 'Only tried.',
      response: z.object({ grams: z.int() }),
      handle: async () => ({ message: '', grams: 1 }),
    });
    const responses = openApiDocument([weigh], info).paths['/v1/api/weigh']!.post!.responses;
    const body = { 'application/json': { schema: { $ref: '#/components/schemas/ThingsWeighResponse' } } };
    expect(responses).toMatchObject({
      200: { description: 'Only tried.', content: body },
      201: { description: 'Done.', content: body },
    });
  });

  test('two different schemas under one name are refused', () => {
    const named = (response: z.ZodObject, name: string): Endpoint =>
      defineEndpoint<object>()({
        operation: `things.${name}`,
        summary: '',
        method: 'GET',
        path: `/${name}`,
        scope: 'team',
        response: z.object({ thing: response }),
        handle: async () => ({ message: '', thing: {} }),
      });
    const one = named(z.object({ a: z.string() }).meta({ id: 'Twin' }), 'one');
    // zod's own registry already refuses a second schema under the id of a living one.
    expect(() =>
      openApiDocument([one, named(z.object({ b: z.string() }).meta({ id: 'Twin' }), 'two')], info),
    ).toThrow('Twin');
  });
});
