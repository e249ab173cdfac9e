// docs/operations.md: every operation with the places it answers on.
import type { Endpoint, RateLimitClass } from '../../server/http/endpoint.ts';
import { generatedNote } from './note.ts';

type Operation = Pick<
  Endpoint,
  'operation' | 'summary' | 'method' | 'path' | 'aliases' | 'scope' | 'right' | 'rateLimit' | 'writes'
>;

export function operationsPage(
  operations: readonly Operation[],
  requestsPerMinute: Readonly<Record<RateLimitClass, number>>,
): string {
  const rows = [...operations]
    .sort((a, b) => (a.operation < b.operation ? -1 : 1))
    .map((operation) => {
      const places = [operation, ...operation.aliases].map(({ method, path }) => `\`${method} ${path}\``);
      const needs = {
        workspace: 'workspace',
        team: '–',
        operator: 'operator',
        person: 'a session',
        public: 'nothing',
      }[operation.scope];
      return `| \`${operation.operation}\` | ${operation.summary} | ${places.join('<br>')} | ${operation.right ?? '–'} | ${needs} | ${requestsPerMinute[operation.rateLimit]} | ${operation.writes ? 'yes' : '–'} |`;
    });
  return `# Operations

${generatedNote('server/features/**/*.endpoint.ts')}

Paths are below \`/v1/api\`. Every request carries \`Authorization: Bearer <key>\`; where the column *needs* says
workspace, also \`X-Workspace-Id: <uid>\`; where it says operator, the key of somebody who runs the installation; a
session is that of a person who is signed in, and nothing means that no key is needed. The column *scope* is the right
that it takes: a scope of the key, or a right of the person's role ([rights.md](rights.md)). The rate is the default
number of requests a minute for each key, each person, and each network where nobody is signed in.
Operations that write honour \`Idempotency-Key\`. Bodies and answers are in the OpenAPI document, served at
\`/openapi.json\` and browsable at \`/docs\`.

| operation | what it does | place | scope | needs | rate | writes |
| --- | --- | --- | --- | --- | --- | --- |
${rows.join('\n')}
`;
}
