// A conflict whose answer can be used: 409, and everything that was asked for.
import { expect, test } from 'vitest';
import { z } from 'zod';
import { useTestDatabase } from '../../database/testing.ts';
import { newId } from '../../database/uuid.ts';
import { responseProblems } from './check-response.ts';
import { answerStatus, defineEndpoint } from './endpoint.ts';
import { openApiDocument } from './openapi.ts';
import { createSampleApi, makeTenant, requestAs, type SampleContext } from './testing/sample-api.ts';

const database = useTestDatabase();
const tenant = makeTenant('key');

const take = defineEndpoint<SampleContext>()({
  operation: 'things.take',
  summary: 'Take thing',
  method: 'POST',
  path: '/things/take',
  scope: 'workspace',
  body: z.strictObject({ known: z.boolean() }),
  response: z.object({ thing: z.uuid() }),
  usableConflict: 'The thing was taken before.',
  handle: ({ body, commit }) =>
    commit(async () => {
      const answer = { message: body.known ? 'Taken before' : 'Taken', thing: newId() };
      return body.known ? { ...answer, [answerStatus]: 409 } : answer;
    }),
});

test('it is answered without an error, and again under its idempotency key', async () => {
  const { app } = createSampleApi(database.db, [tenant], { endpoints: [take] });
  const send = (known: boolean, key?: string) =>
    requestAs(app, tenant)('POST', '/v1/api/things/take', { known }, key ? { 'idempotency-key': key } : {});
  const first = await send(true, 'once');
  expect(first.status).toBe(409);
  expect(first.json).toEqual({ error: false, message: 'Taken before', thing: expect.any(String) });
  const second = await send(true, 'once');
  expect([second.status, second.json]).toEqual([409, first.json]);
  expect((await send(false)).status).toBe(200);
});

test('it is an answer that the endpoint declares, and no other endpoint does', () => {
  const body = { error: false, message: 'Taken before', thing: newId() };
  expect(responseProblems(take, 409, body)).toEqual([]);
  expect(responseProblems({ ...take, usableConflict: undefined }, 409, body)).not.toEqual([]);
  expect(responseProblems(take, 201, body)).not.toEqual([]);
});

test('the document says that the body of a 409 may be either', () => {
  const operation = openApiDocument([take], { title: 'Things', version: '1' }).paths['/v1/api/things/take']!
    .post!;
  const { description, content } = (operation.responses as Record<string, unknown>)['409'] as {
    description: string;
    content: Record<string, { schema: { anyOf: { $ref: string }[] } }>;
  };
  expect(description).toContain('- with `error: false`: The thing was taken before.');
  expect(content['application/json']!.schema.anyOf.map(({ $ref }) => $ref)).toEqual([
    '#/components/schemas/Error',
    '#/components/schemas/ThingsTakeResponse',
  ]);
});
