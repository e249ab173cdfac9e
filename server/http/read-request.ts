// Turns a request into the checked input of an endpoint, or says everything that is wrong with it at once.
import type { Context } from 'hono';
import { type Endpoint, parameterTarget } from './endpoint.ts';
import { bodyTooLarge, malformedJson, validationFailed } from './errors.ts';
import { checkPart, fieldPath, type Problem, type ProblemPlace } from './problems.ts';
import { isUpload, mediaTypeOf, readUpload } from './read-upload.ts';

/** The largest body the server reads. */
export const MAX_BODY_BYTES = 1_000_000;

/** No real body comes near; beyond it, work on the value could overflow the stack. */
const MAX_DEPTH = 32;

/** Enough for every honest mistake; keeps the answer to a hostile body small. */
const MAX_PROBLEMS = 100;

export type RequestInput = {
  params: unknown;
  query: unknown;
  body: unknown;
  /** The `Idempotency-Key`, where the operation writes. */
  idempotencyKey: string | undefined;
  /** What the caller sent, before defaults and transforms: the same request has the same value in every release. */
  sent: { params: unknown; query: unknown; body: unknown };
};

/**
 * @throws {ApiError} validation_failed, malformed_json, body_too_large
 */
export const readRequest = async (c: Context, endpoint: Endpoint): Promise<RequestInput> => {
  const query = readQuery(new URL(c.req.url).searchParams);
  // The content type is not looked at: clients are known to leave it out.
  const body = endpoint.method === 'GET' ? {} : await bodyOf(c.req.raw, endpoint);

  const params: Record<string, unknown> = {};
  const problems: Problem[] = [];
  for (const [name, value] of Object.entries(c.req.param())) {
    const target = parameterTarget(endpoint, name) ?? 'params';
    const fields = { params, query, body }[target];
    if (!isRecord(fields)) continue;
    if (target !== 'params' && Object.hasOwn(fields, name) && fields[name] !== value) {
      problems.push({ in: target, path: name, message: `${name} differs from the path` });
    }
    fields[name] = value;
  }

  const checked = {
    params: checkPart('path', endpoint.params, params),
    query: checkPart('query', endpoint.query, query),
    body: checkPart('body', endpoint.body, body),
  };
  for (const part of Object.values(checked)) problems.push(...part.problems);
  problems.push(
    ...unacceptable('path', params),
    ...unacceptable('query', query),
    ...unacceptable('body', body),
  );

  const idempotencyKey = endpoint.writes ? c.req.header('idempotency-key') : undefined;
  if (idempotencyKey !== undefined && !/^[\x21-\x7e]{1,255}$/.test(idempotencyKey)) {
    const message = 'Idempotency-Key must be 1 to 255 visible ASCII characters';
    problems.push({ in: 'header', path: 'Idempotency-Key', message });
  }

  if (problems[0]) throw validationFailed(problems[0].message, { problems: problems.slice(0, MAX_PROBLEMS) });
  return {
    params: checked.params.value,
    query: checked.query.value,
    body: checked.body.value,
    idempotencyKey,
    sent: { params, query, body },
  };
};

const readQuery = (search: URLSearchParams): Record<string, unknown> =>
  Object.fromEntries(
    [...new Set(search.keys())].map((name) => {
      const values = search.getAll(name);
      return [name, values.length === 1 ? values[0] : values];
    }),
  );

const bodyOf = async (request: Request, { upload }: Pick<Endpoint, 'upload'>): Promise<unknown> => {
  // Base64 makes four of three; beside the file there are other fields.
  const maxBytes = upload ? Math.ceil((upload.maxBytes * 4) / 3) + 100_000 : MAX_BODY_BYTES;
  const bytes = await readBody(request, maxBytes);
  if (upload && isUpload(request, upload)) return readUpload(request, bytes, upload);
  if (mediaTypeOf(request) === 'multipart/form-data') {
    throw malformedJson('This operation takes JSON, not a form');
  }
  return parseBody(bytes);
};

const readBody = async (request: Request, maxBytes: number): Promise<Uint8Array<ArrayBuffer>> => {
  if (Number(request.headers.get('content-length') ?? 0) > maxBytes) throw tooLarge(maxBytes);
  const chunks: Uint8Array[] = [];
  let sizeBytes = 0;
  // Without a Content-Length (chunked transfer, RFC 9112 §7.1) only counting tells.
  for await (const chunk of request.body ?? []) {
    sizeBytes += chunk.length;
    if (sizeBytes > maxBytes) throw tooLarge(maxBytes);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, sizeBytes);
};

const tooLarge = (maxBytes: number) => bodyTooLarge(`The body is larger than ${maxBytes} bytes`);

const utf8 = new TextDecoder('utf-8', { fatal: true });

const parseBody = (bytes: Uint8Array): unknown => {
  try {
    const text = utf8.decode(bytes);
    return text.trim() === '' ? {} : JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) throw malformedJson(`The body is not valid JSON: ${error.message}`);
    throw malformedJson('The body is not UTF-8');
  }
};

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * What is refused in any field, known or not, because no schema thinks of it: strings that PostgreSQL cannot hold
 * (U+0000, unpaired surrogates), which would surface as a server error further down, and bottomless nesting.
 */
const unacceptable = (place: ProblemPlace, root: unknown): Problem[] => {
  const found: Problem[] = [];
  const todo: { value: unknown; path: PropertyKey[] }[] = [{ value: root, path: [] }];
  for (let next = todo.pop(); next; next = todo.pop()) {
    const { value, path } = next;
    if (typeof value === 'string' && (value.includes('\0') || !value.isWellFormed())) {
      found.push({
        in: place,
        path: fieldPath(path),
        message: `${fieldPath(path)} contains characters that are not text`,
      });
    }
    if (typeof value !== 'object' || value === null) continue;
    if (path.length === MAX_DEPTH) {
      found.push({ in: place, path: fieldPath(path), message: `${fieldPath(path)} is nested too deeply` });
      continue;
    }
    const entries = Array.isArray(value) ? value.entries() : Object.entries(value);
    for (const [key, inner] of entries) todo.push({ value: inner, path: [...path, key] });
  }
  return found;
};
