// An answer that is a file: what it is, what it is called, and that refusals stay JSON.
import { expect, test } from 'vitest';
import { z } from 'zod';
import { useTestDatabase } from '../../database/testing.ts';
import { fileProblems } from './check-response.ts';
import { answerFile, defineEndpoint } from './endpoint.ts';
import { openApiDocument } from './openapi.ts';
import {
  createSampleApi,
  makeTenant,
  requestAs,
  type SampleContext,
  thingNotFound,
} from './testing/sample-api.ts';

const database = useTestDatabase();
const tenant = makeTenant('key');

const exportThings = defineEndpoint<SampleContext>()({
  operation: 'things.export',
  summary: 'Export things',
  method: 'GET',
  path: '/things/export.csv',
  scope: 'workspace',
  query: z.strictObject({ name: z.string().default('things.csv') }),
  response: z.object({}),
  file: { types: ['text/csv'], holds: 'A line for each thing.' },
  errors: [thingNotFound],
  async handle({ query }) {
    if (query.name === 'none') throw thingNotFound('Thing not found');
    const file = { contentType: 'text/csv', fileName: query.name, body: 'name\r\nlämp\r\n' };
    return { message: 'Exported', [answerFile]: file };
  },
});

const fetchFile = (name: string) =>
  createSampleApi(database.db, [tenant], { endpoints: [exportThings] }).app.request(
    `/v1/api/things/export.csv?name=${encodeURIComponent(name)}`,
    { headers: { authorization: `Bearer ${tenant.key}`, 'x-workspace-id': tenant.workspaceUid } },
  );

test('it is sent as it is, with its type and a name that every program can save it under', async () => {
  const response = await fetchFile('größe "a".csv');
  expect(response.headers.get('content-type')).toBe('text/csv; charset=utf-8');
  expect(response.headers.get('x-content-type-options')).toBe('nosniff');
  expect(response.headers.get('content-disposition')).toBe(
    `attachment; filename="gr__e _a_.csv"; filename*=UTF-8''gr%C3%B6%C3%9Fe%20%22a%22.csv`,
  );
  expect(await response.text()).toBe('name\r\nlämp\r\n');
});

test('a refusal is JSON', async () => {
  const { app } = createSampleApi(database.db, [tenant], { endpoints: [exportThings] });
  const reply = await requestAs(app, tenant)('GET', '/v1/api/things/export.csv?name=none');
  expect([reply.status, reply.json.code]).toEqual([404, 'thing_not_found']);
});

test('a type that the endpoint does not declare is found', () => {
  expect(fileProblems(exportThings, 'text/csv')).toEqual([]);
  expect(fileProblems(exportThings, 'application/pdf')).not.toEqual([]);
});

test('the document names its type instead of a JSON answer', () => {
  const { paths } = openApiDocument([exportThings], { title: 'Things', version: '1' });
  const { responses } = paths['/v1/api/things/export.csv']!.get as {
    responses: Record<string, { description: string; content: object }>;
  };
  expect(responses['200']).toMatchObject({
    description: 'A line for each thing.',
    content: { 'text/csv': {} },
  });
  expect(Object.keys(responses['200']!.content)).toEqual(['text/csv']);
});

test('only a GET answers a file: an answer that is stored for a repetition is JSON', () => {
  expect(() => defineEndpoint<SampleContext>()({ ...exportThings, method: 'POST' } as never)).toThrow(
    'only a GET answers a file',
  );
});
