// docs/errors/: one page for each code of the contract, and their index. Pages of codes that are gone are
// deleted by the generator because they are not in this list any more.
import type { Endpoint } from '../../server/http/endpoint.ts';
import type { ErrorDefinition } from '../../server/http/errors.ts';
import { generatedNote } from './note.ts';

type Operation = Pick<Endpoint, 'operation' | 'errors'>;

/** @throws when a code has nothing to say to the person who meets it. */
export function errorPages(
  definitions: readonly ErrorDefinition[],
  operations: readonly Operation[],
): Map<string, string> {
  const pages = new Map<string, string>();
  for (const definition of definitions) {
    const { code, whatHappened, whatToDo } = definition;
    if (whatHappened.trim() === '' || whatToDo.trim() === '') {
      throw new Error(`the error ${code} needs whatHappened and whatToDo before it can have a page`);
    }
    pages.set(`docs/errors/${code}.md`, errorPage(definition, operationsWith(code, operations)));
  }
  pages.set('docs/errors/index.md', indexPage(definitions));
  return pages;
}

function operationsWith(code: string, operations: readonly Operation[]): string[] {
  return operations
    .filter(({ errors }) => errors.some(({ definition }) => definition.code === code))
    .map(({ operation }) => operation)
    .sort();
}

function errorPage(definition: ErrorDefinition, operations: string[]): string {
  const { code, status, shape, whatHappened, whatToDo } = definition;
  const body =
    shape === 'gateway'
      ? `{ "code": ${status}, "message": "…" }`
      : `{ "error": true, "code": "${code}", "message": "…" }`;
  const answeredBy =
    operations.length === 0
      ? 'Any operation.'
      : operations.map((operation) => `- [\`${operation}\`](../operations.md)`).join('\n');
  return `# ${code}

${generatedNote('server/**/errors.ts')}

Status ${status}

\`\`\`json
${body}
\`\`\`

## What happened

${whatHappened}

## What to do

${whatToDo}

## Answered by

${answeredBy}
`;
}

function indexPage(definitions: readonly ErrorDefinition[]): string {
  const rows = definitions.map(
    ({ code, status, whatHappened }) =>
      `| [\`${code}\`](${code}.md) | ${status} | ${firstSentence(whatHappened)} |`,
  );
  return `# Errors

${generatedNote('server/**/errors.ts')}

A refused request answers a 4xx or 5xx status and a stable \`code\`. Codes never change their meaning.

| code | status | what happened |
| --- | --- | --- |
${rows.join('\n')}
`;
}

function firstSentence(text: string): string {
  const sentence = /^.*?[.:](?=\s|$)/s.exec(text)?.[0] ?? text;
  return sentence.replace(/:$/, '.').replaceAll('\n', ' ').replaceAll('|', '\\|');
}
