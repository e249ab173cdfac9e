// The contract as an OpenAPI 3.1 document, made from the endpoints. JSON Schema comes from zod itself: 3.1 speaks the
// same dialect (JSON Schema 2020-12), and zod says null and references the way that dialect means them.
import { z } from 'zod';
import { type Endpoint, parameterTarget, pathParameters } from './endpoint.ts';
import {
  addressNotAllowed,
  bodyTooLarge,
  crossOrigin,
  csrfTokenInvalid,
  type ErrorDefinition,
  type ErrorFactory,
  idempotencyInProgress,
  idempotencyKeyReused,
  insufficientRole,
  insufficientScope,
  internalError,
  invalidWorkspace,
  malformedJson,
  malformedUpload,
  operatorOnly,
  personOnly,
  rateLimited,
  unauthorized,
  validationFailed,
} from './errors.ts';

/** Everything in front of the paths of endpoints. */
export const API_PREFIX = '/v1/api';

/** What the document says about itself. */
export type ApiInfo = {
  title: string;
  version: string;
  /** Markdown. */
  description?: string;
  /** Where the API is reached, without a trailing slash; the host the document came from by default. */
  serverUrl?: string;
};

type Json = Record<string, unknown>;

export type OpenApiDocument = {
  openapi: string;
  info: Json;
  servers: Json[];
  security: Json[];
  tags: Json[];
  paths: Record<string, Record<string, Json>>;
  components: { schemas: Record<string, Json>; parameters: Json; securitySchemes: Json; headers: Json };
};

/**
 * @throws {TypeError} when two different schemas carry one id
 */
export const openApiDocument = (endpoints: readonly Endpoint[], info: ApiInfo): OpenApiDocument => {
  const schemas: Record<string, Json> = { Error: errorSchema, GatewayError: gatewayErrorSchema };
  const paths: OpenApiDocument['paths'] = {};
  for (const endpoint of endpoints) {
    const routes = [{ method: endpoint.method, path: endpoint.path }, ...endpoint.aliases];
    for (const [index, { method, path }] of routes.entries()) {
      paths[API_PREFIX + path] = {
        ...paths[API_PREFIX + path],
        [method.toLowerCase()]: operationObject(endpoint, path, index > 0, schemas),
      };
    }
  }
  const { serverUrl = '/', ...about } = info;
  return {
    openapi: '3.1.0',
    info: about,
    servers: [{ url: serverUrl }],
    security: [{ apiKey: [] }, { session: [] }],
    tags: [...new Set(endpoints.map(tagOf))].sort().map((name) => ({ name })),
    paths: sortKeys(paths),
    components: {
      schemas: sortKeys(schemas),
      parameters: sharedParameters,
      securitySchemes: {
        apiKey: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT', description: 'An API key of a team.' },
        session: {
          type: 'apiKey',
          in: 'cookie',
          name: '__Host-inboxkit_session',
          description:
            'A person who is signed in; `inboxkit_session` where there is no TLS. Requests other than GET also need ' +
            '`X-CSRF-Token`.',
        },
      },
      headers: sharedHeaders,
    },
  };
};

const tagOf = (endpoint: Endpoint): string =>
  endpoint.operation.slice(0, endpoint.operation.lastIndexOf('.'));

const operationObject = (
  endpoint: Endpoint,
  path: string,
  isAlias: boolean,
  schemas: Record<string, Json>,
): Json => {
  const name = pascalCase(endpoint.operation);
  const placed = new Set(pathParameters(path));
  const parameters: Json[] = pathParameters(path).map((parameter) => ({
    name: parameter,
    in: 'path',
    required: true,
    ...described(fieldSchema(endpoint, parameter, schemas)),
  }));
  const query = schemaOf(endpoint.query, schemas);
  for (const [parameter, schema] of Object.entries((query.properties ?? {}) as Record<string, Json>)) {
    if (placed.has(parameter)) continue;
    const required = ((query.required ?? []) as string[]).includes(parameter);
    parameters.push({ name: parameter, in: 'query', required, ...described(schema) });
  }
  if (endpoint.scope === 'workspace') parameters.push({ $ref: '#/components/parameters/WorkspaceId' });
  if (endpoint.writes) parameters.push({ $ref: '#/components/parameters/IdempotencyKey' });

  const operation: Json = {
    // An operationId names one operation on one path; the other paths point to it.
    ...(isAlias ? { 'x-alias-of': endpoint.operation } : { operationId: endpoint.operation }),
    summary: endpoint.summary,
    ...(descriptionOf(endpoint, isAlias) && { description: descriptionOf(endpoint, isAlias) }),
    tags: [tagOf(endpoint)],
    ...(endpoint.right !== null && { 'x-required-scope': endpoint.right }),
    ...(endpoint.scope === 'person' && { security: [{ session: [] }] }),
    ...(endpoint.scope === 'public' && { security: [] }),
    parameters,
    responses: responsesObject(endpoint, name, schemas),
  };
  if (hasBody(endpoint)) {
    const moved = [...placed].filter((parameter) => parameterTarget(endpoint, parameter) === 'body');
    operation.requestBody = {
      required: requiresBody(endpoint),
      content: {
        'application/json': {
          schema: bodySchema(endpoint, name, moved, schemas),
          ...(endpoint.examples.body !== undefined && moved.length === 0
            ? { example: endpoint.examples.body }
            : {}),
        },
        ...uploads(endpoint),
      },
    };
  }
  return operation;
};

/** The body as a file: as a part of a form, beside the fields of the JSON, or alone. */
const uploads = ({ upload }: Endpoint): Json => {
  if (!upload) return {};
  const binary = { type: 'string', format: 'binary' };
  const form = { type: 'object', properties: { file: binary }, additionalProperties: true };
  return {
    'multipart/form-data': { schema: form },
    ...Object.fromEntries(upload.types.map((type) => [type, { schema: binary }])),
  };
};

const descriptionOf = (endpoint: Endpoint, isAlias: boolean): string =>
  [
    endpoint.description,
    isAlias ? `The same as \`${endpoint.method} ${API_PREFIX}${endpoint.path}\`.` : undefined,
  ]
    .filter(Boolean)
    .join('\n\n');

const hasBody = ({ method, body }: Endpoint): boolean =>
  method !== 'GET' && !(body instanceof z.ZodObject && Object.keys(body.shape).length === 0);

/** An absent body is read as `{}`: it is required only where that would not do. */
const requiresBody = ({ body }: Endpoint): boolean => !body.safeParse({}).success;

/** The body as a component; on an alias that says part of it in the path, what is left of it. */
const bodySchema = (
  endpoint: Endpoint,
  name: string,
  moved: string[],
  schemas: Record<string, Json>,
): Json => {
  if (moved.length === 0 || !(endpoint.body instanceof z.ZodObject)) {
    return component(`${name}Request`, endpoint.body, schemas);
  }
  const { properties, required, ...whole } = schemaOf(endpoint.body, schemas);
  const rest = Object.entries((properties ?? {}) as Json).filter(([field]) => !moved.includes(field));
  const needed = ((required ?? []) as string[]).filter((field) => !moved.includes(field));
  return { ...whole, properties: Object.fromEntries(rest), ...(needed.length > 0 && { required: needed }) };
};

const envelope = {
  error: z.literal(false),
  message: z.string().meta({ description: 'What happened, in words.' }),
};

const responsesObject = (endpoint: Endpoint, name: string, schemas: Record<string, Json>): Json => {
  const schema = z.object({ ...envelope, ...endpoint.response.shape });
  const answer = answersJson(endpoint) ? component(`${name}Response`, schema, schemas) : {};
  const example = endpoint.examples.response;
  const success = (description: string): Json => ({
    description,
    headers: {
      ...rateLimitHeaders,
      ...(endpoint.writes
        ? { 'Idempotency-Replayed': { $ref: '#/components/headers/IdempotencyReplayed' } }
        : {}),
    },
    content: {
      ...(answersJson(endpoint) && {
        'application/json': {
          schema: answer,
          ...(example !== undefined ? { example: { error: false, ...(example as Json) } } : {}),
        },
      }),
      ...Object.fromEntries((endpoint.file?.types ?? []).map((type) => [type, {}])),
    },
  });
  const responses: Json = { [endpoint.status]: success(endpoint.file?.holds ?? 'Done.') };
  if (endpoint.nothingMade) responses[200] = success(endpoint.nothingMade);
  const byStatus = Map.groupBy(errorsOf(endpoint), ({ status }) => status);
  for (const status of [...byStatus.keys()].sort()) {
    const definitions = byStatus.get(status) ?? [];
    const usable = status === 409 ? endpoint.usableConflict : undefined;
    const shapes = new Set(definitions.map(({ shape }) => (shape === 'gateway' ? 'GatewayError' : 'Error')));
    const references: Json[] = [...shapes].sort().map((shape) => ({ $ref: `#/components/schemas/${shape}` }));
    if (usable) references.push(answer);
    const codes = definitions.map(({ code, whatHappened }) => `- \`${code}\`: ${whatHappened}`);
    responses[status] = {
      description: [...(usable ? [`- with \`error: false\`: ${usable}`] : []), ...codes].join('\n'),
      'x-error-codes': definitions.map(({ code }) => code),
      content: {
        'application/json': { schema: references.length === 1 ? references[0] : { anyOf: references } },
      },
    };
  }
  return responses;
};

/** Whether there is a JSON form of its success: one that only ever answers a file declares no field. */
const answersJson = ({ file, response }: Endpoint): boolean =>
  file === undefined || Object.keys(response.shape).length > 0;

const errorsOf = (endpoint: Endpoint): ErrorDefinition[] => {
  const { scope, method } = endpoint;
  const factories: ErrorFactory[] = [rateLimited, validationFailed, internalError, ...endpoint.errors];
  if (scope !== 'public') factories.push(unauthorized);
  if (scope === 'person') factories.push(personOnly);
  if (endpoint.right !== null) factories.push(insufficientScope, insufficientRole, addressNotAllowed);
  if (method !== 'GET') factories.push(crossOrigin);
  if (method !== 'GET' && scope !== 'public') factories.push(csrfTokenInvalid);
  if (endpoint.scope === 'workspace') factories.push(invalidWorkspace);
  if (endpoint.scope === 'operator') factories.push(operatorOnly);
  if (endpoint.method !== 'GET') factories.push(malformedJson, bodyTooLarge);
  if (endpoint.upload) factories.push(malformedUpload);
  if (endpoint.writes) factories.push(idempotencyKeyReused, idempotencyInProgress);
  return [...new Set(factories.map(({ definition }) => definition))];
};

/** Puts `schema` among the components and answers the reference. Schemas with an id of their own keep it. */
const component = (name: string, schema: z.ZodType, schemas: Record<string, Json>): Json => {
  const json = schemaOf(schema, schemas);
  if (typeof json.$ref === 'string') return json;
  keep(name, json, schemas);
  return { $ref: `#/components/schemas/${name}` };
};

const keep = (name: string, json: Json, schemas: Record<string, Json>): void => {
  const known = schemas[name];
  if (known && JSON.stringify(known) !== JSON.stringify(json)) {
    throw new TypeError(`two different schemas are called ${name}`);
  }
  schemas[name] = json;
};

const fieldSchema = (endpoint: Endpoint, name: string, schemas: Record<string, Json>): Json => {
  const part = endpoint[parameterTarget(endpoint, name) ?? 'params'];
  const field = part instanceof z.ZodObject ? (part.shape as Record<string, z.ZodType>)[name] : undefined;
  return field ? schemaOf(field, schemas) : {};
};

/** Splits the description off a schema: parameters carry it beside the schema. */
const described = ({ description, ...schema }: Json): Json => ({
  ...(description ? { description } : {}),
  schema,
});

/** JSON Schema of what goes over the wire. Named schemas inside of it move to the components. */
const schemaOf = (schema: z.ZodType, schemas: Record<string, Json>): Json => {
  const { $schema, $defs, ...json } = z.toJSONSchema(schema, {
    io: 'input',
    unrepresentable: 'any',
    override: ({ jsonSchema }) => tidy(jsonSchema),
  }) as Json;
  for (const [name, inner] of Object.entries(($defs ?? {}) as Record<string, Json>)) {
    const { id, ...definition } = relocate(inner) as Json;
    keep(name, definition, schemas);
  }
  const { id, ...rest } = relocate(json) as Json;
  if (typeof id !== 'string') return rest;
  keep(id, rest, schemas);
  return { $ref: `#/components/schemas/${id}` };
};

/** Takes out what zod adds for its own sake: patterns that repeat a format, bounds that say "a safe integer". */
const tidy = (json: Json): void => {
  if (json.format !== undefined) delete json.pattern;
  if (json.minimum === Number.MIN_SAFE_INTEGER) delete json.minimum;
  if (json.maximum === Number.MAX_SAFE_INTEGER) delete json.maximum;
};

/** `#/$defs/Mailbox` is `#/components/schemas/Mailbox` in OpenAPI. */
const relocate = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(relocate);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [
      key,
      key === '$ref' && typeof inner === 'string'
        ? inner.replace('#/$defs/', '#/components/schemas/')
        : relocate(inner),
    ]),
  );
};

const sortKeys = <T>(record: Record<string, T>): Record<string, T> =>
  Object.fromEntries(Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1)));

const pascalCase = (operation: string): string =>
  operation.replace(/(?:^|[.-])([a-z0-9])/g, (_match, letter: string) => letter.toUpperCase());

const errorSchema: Json = {
  type: 'object',
  description: 'A refusal. Some codes carry further fields.',
  properties: {
    error: { type: 'boolean', const: true },
    code: { type: 'string', description: 'Stable; one page of documentation each.' },
    message: { type: 'string' },
    problems: {
      type: 'array',
      description: 'With `validation_failed`: everything that is wrong with the request.',
      items: {
        type: 'object',
        properties: {
          in: { type: 'string', enum: ['path', 'query', 'body', 'header'] },
          path: { type: 'string' },
          message: { type: 'string' },
        },
        required: ['in', 'path', 'message'],
      },
    },
    request_id: { type: 'string', description: 'With `internal_error`.' },
    retry_after: { type: 'integer', description: 'With `rate_limited`: seconds.' },
  },
  required: ['error', 'code', 'message'],
};

const gatewayErrorSchema: Json = {
  type: 'object',
  description: 'A refusal before the request reached an operation.',
  properties: { code: { type: 'integer', description: 'The HTTP status.' }, message: { type: 'string' } },
  required: ['code', 'message'],
};

const sharedParameters: Json = {
  WorkspaceId: {
    name: 'X-Workspace-Id',
    in: 'header',
    required: true,
    description: 'The workspace to work in.',
    schema: { type: 'string', format: 'uuid' },
  },
  IdempotencyKey: {
    name: 'Idempotency-Key',
    in: 'header',
    required: false,
    description: 'Makes the request safe to repeat: for 24 hours the same key and body get the same answer.',
    schema: { type: 'string', minLength: 1, maxLength: 255, pattern: '^[!-~]+$' },
  },
};

const sharedHeaders: Json = {
  RateLimitLimit: { description: 'Calls per window.', schema: { type: 'integer' } },
  RateLimitRemaining: { description: 'Calls left in this window.', schema: { type: 'integer' } },
  RateLimitReset: { description: 'End of the window, unix seconds.', schema: { type: 'integer' } },
  IdempotencyReplayed: {
    description: '`true` when this is the answer of an earlier request with the same key.',
    schema: { type: 'string' },
  },
};

const rateLimitHeaders: Json = {
  'X-RateLimit-Limit': { $ref: '#/components/headers/RateLimitLimit' },
  'X-RateLimit-Remaining': { $ref: '#/components/headers/RateLimitRemaining' },
  'X-RateLimit-Reset': { $ref: '#/components/headers/RateLimitReset' },
};
