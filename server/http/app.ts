// The HTTP application: mounts endpoints, and answers what belongs to none of them.
import { SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import { type Context, Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { cors } from 'hono/cors';
import { Registry } from 'prom-client';
import type { SecretBox } from '../../database/secret-box.ts';
import { newId } from '../../database/uuid.ts';
import { createDocsPage } from './docs-page.ts';
import type { Endpoint, Method } from './endpoint.ts';
import { errorBody, notFound } from './errors.ts';
import { createIdempotency, type IdempotencyOptions } from './idempotency.ts';
import { createRequestMetrics, NO_OPERATION } from './metrics.ts';
import { API_PREFIX, type ApiInfo, openApiDocument } from './openapi.ts';
import { asApiError, type Pipeline, type RequestFacts, serve } from './pipeline.ts';
import { createRateLimiter, defaultRateLimits, type RateLimits } from './rate-limit.ts';
import { MAX_BODY_BYTES } from './read-request.ts';
import { checkReadiness, type ReadyCheck } from './readiness.ts';
import type { SiteFiles } from './site-files.ts';

export type ApiOptions<FeatureContext> = Omit<Pipeline<FeatureContext>, 'takeCall' | 'idempotency'> & {
  endpoints: readonly Endpoint<FeatureContext>[];
  /** Seals stored answers. */
  secrets: SecretBox;
  info: ApiInfo;
  /** Asked by `/readyz`, all at once. */
  readyChecks?: readonly ReadyCheck[];
  rateLimits?: RateLimits;
  idempotency?: Pick<IdempotencyOptions, 'leaseMs' | 'waitMs'>;
  mounts?: readonly Mount[];
  /** Answers what belongs to nothing else: the pages for people. */
  site?: SiteFiles;
  /** Browser origins that may call the API; none by default. */
  allowedOrigins?: readonly string[];
  /** Shown at `/metrics`. */
  metrics?: Registry;
};

/** Something beside the API that answers requests by itself: pages for people, notices of vendors. */
export type Mount = {
  /** In logs and metrics; the path may hold a key and is written nowhere. */
  name: string;
  /** A pattern of Hono's, such as `/v1/pay/*`. */
  path: string;
  handle(request: Request): Promise<Response>;
};

type Env = { Variables: { facts: RequestFacts } };

/**
 * Makes the application. Endpoints answer below `/v1/api`; beside them there are `/healthz`, `/readyz`, `/metrics`,
 * `/openapi.json` and `/docs`.
 *
 * @throws {TypeError} when two endpoints claim one route or one operation name
 */
export const createApi = <FeatureContext>(options: ApiOptions<FeatureContext>): Hono<Env> => {
  const { db, clock, log, endpoints, info, metrics = new Registry() } = options;
  const pipeline: Pipeline<FeatureContext> = {
    ...options,
    takeCall: createRateLimiter(db, clock, options.rateLimits ?? defaultRateLimits),
    idempotency: createIdempotency({ ...options.idempotency, db, clock, secrets: options.secrets }),
  };
  const observe = createRequestMetrics(metrics);
  const tracer = trace.getTracer('inboxkit.http');
  const app = new Hono<Env>();

  app.use(async (c, next) => {
    const startedMs = performance.now();
    const facts: RequestFacts = { requestId: requestIdOf(c.req.header('x-request-id')) };
    c.set('facts', facts);
    await next();
    c.header('X-Request-Id', facts.requestId);
    const durationMs = performance.now() - startedMs;
    observe(facts.operation ?? NO_OPERATION, c.res.status, durationMs);
    if (facts.operation === undefined && c.res.ok) return; // probes and scrapes would drown the rest
    log.info(
      {
        ...facts,
        method: c.req.method,
        path: facts.operation ? undefined : c.req.path,
        status: c.res.status,
        ms: Math.round(durationMs * 10) / 10,
      },
      'request',
    );
  });
  if (options.allowedOrigins?.length) app.use(`${API_PREFIX}/*`, cors(corsOptions(options.allowedOrigins)));

  for (const route of routesOf(endpoints)) {
    app.on(route.method, route.pattern, async (c): Promise<Response> => {
      // A path that is another operation's by name is not an id: GET /things/create is no thing called "create".
      if (route.isTaken(c.req.path)) return gatewayNotFound(c);
      const { endpoint } = route;
      const { facts } = c.var;
      facts.operation = endpoint.operation;
      return tracer.startActiveSpan(endpoint.operation, { kind: SpanKind.SERVER }, async (span) => {
        try {
          const response = await serve(pipeline, endpoint, c, facts);
          span.setAttribute('http.response.status_code', response.status);
          if (response.status >= 500) span.setStatus({ code: SpanStatusCode.ERROR });
          return response;
        } finally {
          span.end();
        }
      });
    });
  }
  for (const [pattern, methods] of methodsByPattern(endpoints)) {
    app.options(pattern, (c) => c.body(null, 204, { Allow: methods.join(', ') }));
  }

  for (const { name, path, handle } of options.mounts ?? []) {
    app.all(path, bodyLimit({ maxSize: MAX_BODY_BYTES }), (c) => {
      c.var.facts.operation = name;
      return handle(c.req.raw);
    });
  }

  app.get('/healthz', (c) => c.json({ status: 'ok' }));
  app.get('/readyz', async (c) => {
    const { ready, parts } = await checkReadiness(options.readyChecks ?? [], log);
    return c.json({ status: ready ? 'ready' : 'not ready', parts }, ready ? 200 : 503);
  });
  app.get('/metrics', async (c) =>
    c.body(await metrics.metrics(), 200, { 'Content-Type': metrics.contentType }),
  );
  const document = JSON.stringify(openApiDocument(endpoints, info));
  app.get('/openapi.json', (c) => c.body(document, 200, { 'Content-Type': 'application/json' }));
  app.route('/docs', createDocsPage(info.title));

  app.notFound(async (c) => {
    const page = c.req.path.startsWith(API_PREFIX) ? null : await options.site?.answer(c.req.raw);
    return page ?? gatewayNotFound(c);
  });
  app.onError((thrown, c) => {
    const error = asApiError(thrown, c, log, c.get('facts'));
    return new Response(JSON.stringify(errorBody(error)), {
      status: error.definition.status,
      headers: { 'Content-Type': 'application/json; charset=utf-8' },
    });
  });
  return app;
};

const gatewayNotFound = (c: Context) => c.json(errorBody(notFound('Not found')), 404);

/** The caller's id when it is one; anything else could not be put on a log line. */
const requestIdOf = (header: string | undefined): string =>
  header && /^[\w.:/+=-]{1,128}$/.test(header) ? header : newId();

const corsOptions = (allowedOrigins: readonly string[]) => ({
  origin: [...allowedOrigins],
  allowHeaders: ['Authorization', 'Content-Type', 'X-Workspace-Id', 'Idempotency-Key', 'X-Request-Id'],
  exposeHeaders: [
    'X-Request-Id',
    'X-RateLimit-Limit',
    'X-RateLimit-Remaining',
    'X-RateLimit-Reset',
    'Retry-After',
    'Idempotency-Replayed',
  ],
  maxAge: 600,
});

type Route<FeatureContext> = {
  method: Method;
  pattern: string;
  endpoint: Endpoint<FeatureContext>;
  isTaken(path: string): boolean;
};

/** `/orders/{id}` as the router writes it. */
const patternOf = (path: string): string => API_PREFIX + path.replace(/\{([^}]+)\}/g, ':$1');

/** Every method and path, with names before parameters: the router takes the first that matches. */
const routesOf = <FeatureContext>(
  endpoints: readonly Endpoint<FeatureContext>[],
): Route<FeatureContext>[] => {
  const operations = new Set<string>();
  const routes = new Map<string, Route<FeatureContext>>();
  const names = new Set(
    endpoints
      .flatMap(pathsOf)
      .filter((path) => !path.includes('{'))
      .map(patternOf),
  );
  for (const endpoint of endpoints) {
    if (operations.has(endpoint.operation))
      throw new TypeError(`two endpoints are called ${endpoint.operation}`);
    operations.add(endpoint.operation);
    for (const { method, path } of [endpoint, ...endpoint.aliases]) {
      const pattern = patternOf(path);
      const name = `${method} ${pattern.replace(/:[^/]+/g, ':')}`;
      const other = routes.get(name)?.endpoint;
      if (other)
        throw new TypeError(`${other.operation} and ${endpoint.operation} both answer ${method} ${path}`);
      const isTaken = (requested: string) => pattern !== requested && names.has(requested);
      routes.set(name, { method, pattern, endpoint, isTaken });
    }
  }
  // ':' sorts before letters; '~' after them.
  const order = ({ pattern }: Route<FeatureContext>) => pattern.replaceAll(':', '~');
  return [...routes.values()].sort((a, b) => (order(a) < order(b) ? -1 : 1));
};

const pathsOf = (endpoint: Pick<Endpoint, 'path' | 'aliases'>): string[] =>
  [endpoint, ...endpoint.aliases].map(({ path }) => path);

const methodsByPattern = <FeatureContext>(
  endpoints: readonly Endpoint<FeatureContext>[],
): Map<string, string[]> => {
  const methods = new Map<string, Set<string>>();
  for (const { method, pattern } of routesOf(endpoints)) {
    const known = methods.get(pattern) ?? new Set(['OPTIONS']);
    known.add(method);
    if (method === 'GET') known.add('HEAD');
    methods.set(pattern, known);
  }
  return new Map([...methods].map(([pattern, known]) => [pattern, [...known].sort()]));
};
