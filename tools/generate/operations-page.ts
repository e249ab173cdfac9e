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
      const needs = { workspace: 'workspace', team: '–', operator: 'operator' }[operation.scope];
      return `| \`${operation.operation}\` | ${operation.summary} | ${places.join('<br>')} | ${operation.right} | ${needs} | ${requestsPerMinute[operation.rateLimit]} | ${operation.writes ? 'yes' : '–'} |`;
    });
  return `# Operations

${generatedNote('server/features/**/*.endpoint.ts')}

Paths are below \`/v1/api\`. Every request carries \`Authorization: Bearer <key>\`; where the column *needs* says
workspace, also \`X-Workspace-Id: <uid>\`; where it says operator, the key of somebody who runs the installation. The column *scope* is what the key
must be allowed to do. The rate is the default number of requests a minute for each key.
Operations that write honour \`Idempotency-Key\`. Bodies and answers are in the OpenAPI document, served at
\`/openapi.json\` and browsable at \`/docs\`.

| operation | what it does | place | scope | needs | rate | writes |
| --- | --- | --- | --- | --- | --- | --- |
${rows.join('\n')}
`;
}
