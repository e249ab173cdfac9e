// docs/configuration.md, from the declarations in server/config/.
import type { DescribedSection } from '../../server/config/config.ts';
import { generatedNote } from './note.ts';

export function configurationPage(sections: readonly DescribedSection[]): string {
  const body = sections.map(({ title, intro, variables }) => {
    const entries = variables.map(
      (variable) =>
        `### ${variable.name}\n\n${variable.doc}\n\n` +
        `- Value: ${variable.type.label}\n` +
        `- Default: ${defaultOf(variable)}\n` +
        `- Example: \`${variable.example}\`\n` +
        (variable.secret ? '- Secret: never shown in errors or logs\n' : ''),
    );
    return `## ${title}\n\n${intro}\n\n${entries.join('\n')}`;
  });
  return `# Configuration

${generatedNote('server/config/')}

Everything is set by environment variables, read once at the start. An empty value counts as not set. A wrong
value, and a variable that starts with \`INBOXKIT_\` but is not listed here, stops the start with one line that
names it.

${body.join('\n')}`;
}

function defaultOf(variable: DescribedSection['variables'][number]): string {
  if (variable.defaultText !== undefined) return variable.defaultText;
  return variable.default === null ? 'unset' : `\`${variable.default}\``;
}
