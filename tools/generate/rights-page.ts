// docs/rights.md: what each role may do, and every operation with the roles that may call it.
import type { Endpoint } from '../../server/http/endpoint.ts';
import { mayCall } from '../../server/http/require-right.ts';
import { rights } from '../../server/http/rights.ts';
import { isAboutMoney, roleRights, roles } from '../../server/http/roles.ts';
import { generatedNote } from './note.ts';

type Operation = Pick<Endpoint, 'operation' | 'scope' | 'right' | 'keepsToWorkspaces'>;

const dot = (is: boolean): string => (is ? '●' : '–');

export function rightsPage(operations: readonly Operation[]): string {
  const asked = operations
    .filter(({ scope }) => scope === 'team' || scope === 'workspace')
    .sort((a, b) => (a.operation < b.operation ? -1 : 1));
  const summary = roles.map((role) => {
    const { about, rights: general, money, membersOnly } = roleRights[role];
    const cells = rights.map((right) => dot(general.includes(right)));
    return `| ${role} | ${about} | ${cells.join(' | ')} | ${money.join(', ') || '–'} | ${membersOnly ? 'theirs' : 'all'} |`;
  });
  const rows = asked.map((operation) => {
    const cells = roles.map((role) => dot(mayCall(operation, role)));
    const about = isAboutMoney(operation.operation) ? 'money' : operation.scope;
    return `| \`${operation.operation}\` | ${about} | ${operation.right} | ${cells.join(' | ')} |`;
  });
  return `# Rights

${generatedNote('server/http/roles.ts and server/features/**/*.endpoint.ts')}

Every operation takes one right. A key has the rights in its scopes ([api-keys.md](guides/api-keys.md)), a person those of
their role in the team ([people.md](guides/people.md)). Operations about money (\`billing\`, \`payments\`,
\`subscriptions\`, \`invoices\`) go by the column *money*. What a role may not do is answered with 403
[\`insufficient_role\`](errors/insufficient_role.md), which names the right in \`needs\`.

| role | for whom | ${rights.join(' | ')} | money | workspaces |
| --- | --- |${' :-: |'.repeat(rights.length)} --- | --- |
${summary.join('\n')}

Whoever set the installation up also runs it: the operations that need an operator in
[operations.md](operations.md) are theirs whatever their role. Operations that are about oneself (sessions, passkeys,
one-time codes) need no right.

## Operations

| operation | about | right | ${roles.join(' | ')} |
| --- | --- | --- |${' :-: |'.repeat(roles.length)}
${rows.join('\n')}
`;
}
