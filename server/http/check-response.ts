// Compares what an endpoint answers with what it declares. Runs in tests, where every answer of every request is
// checked; in production it would cost more than the rest of the request.
import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import type { Endpoint } from './endpoint.ts';
import { plumbingErrors } from './errors.ts';
import { checkPart } from './problems.ts';

/** An answer that is not what the endpoint says it answers. */
export type Mismatch = { operation: string; status: number; problems: string[] };

type Declared = Pick<Endpoint, 'response' | 'errors' | 'status' | 'usableConflict' | 'nothingMade'>;

/** What of an answer the endpoint does not declare; nothing, when all is well. */
export const responseProblems = (endpoint: Declared, status: number, body: unknown): string[] =>
  (body as { error?: unknown }).error === false
    ? successProblems(endpoint, status, body)
    : failureProblems(endpoint, status, body as { code?: unknown });

/** What of a file the endpoint does not declare. */
export const fileProblems = ({ file }: Pick<Endpoint, 'file'>, contentType: string): string[] =>
  file?.types.includes(contentType) ? [] : [`a file of the type ${contentType} is not declared`];

const failureProblems = ({ errors }: Declared, status: number, { code }: { code?: unknown }): string[] => {
  const declared = [...errors, ...plumbingErrors].some(
    ({ definition }) =>
      definition.status === status && code === (definition.shape === 'gateway' ? status : definition.code),
  );
  return declared ? [] : [`the error ${String(code)} with status ${status} is not declared`];
};

const envelope = { error: z.literal(false), message: z.string().min(1) };

const successProblems = (
  { response, status: declared, usableConflict, nothingMade }: Declared,
  status: number,
  body: unknown,
): string[] => {
  const others: Record<number, string | undefined> = { 200: nothingMade, 409: usableConflict };
  if (status !== declared && others[status] === undefined)
    return [`the status is ${status} instead of ${declared}`];
  const { problems, value } = checkPart('body', response.extend(envelope).strict(), body);
  if (problems.length > 0) return problems.map(({ message }) => message);
  // Objects further down are not strict; parsing drops what they do not declare, and so shows it.
  return isDeepStrictEqual(value, body) ? [] : ['the answer holds fields that the schema does not declare'];
};
