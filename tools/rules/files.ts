// Rules over every source file: names, length, the opening comment, who may read the environment, honest tests.
import type { Problem, Tree } from '../tree.ts';

export const maxLines = 400;

/** Words that say nothing about what a file is for. */
const emptyWords = ['service', 'services', 'manager', 'helper', 'helpers', 'util', 'utils', 'common', 'misc'];

/** Written by a tool, so not held to what people write. */
const isGenerated = (path: string) =>
  path === 'database/types.ts' || /^clients\/(sdk|cli)\/generated\//.test(path);

const isSource = (path: string) => /\.(ts|tsx|mts|cts|cjs|mjs|js)$/.test(path) && !isGenerated(path);
const isTest = (path: string) => /\.test\.tsx?$/.test(path);

/** May read `process.env`: the config, the command line, what starts other programs, and tests. */
const readsEnvironment = (path: string) =>
  path.startsWith('server/config/') ||
  path.startsWith('tools/') ||
  path.startsWith('bench/') ||
  /(^|\/)testing(\/|\.ts$)/.test(path) ||
  /\.(test|conformance)\.ts$/.test(path) ||
  path === 'clients/cli/main.ts' ||
  path === 'vitest.config.ts';

const forbiddenText: { pattern: RegExp; message: string; where: (path: string) => boolean }[] = [
  {
    pattern: /\bprocess\.env\b/,
    message:
      'reads the environment; only server/config/ does: declare a variable there and receive its value',
    where: (path) => !readsEnvironment(path),
  },
  {
    pattern: /\b(TO-?DO|FIX-?ME)\b/,
    message: 'leaves work for later; do it, or delete the note',
    where: () => true,
  },
  {
    // At the start of a line, where the formatter puts calls; elsewhere it is text about tests.
    pattern: /^\s*(describe|test|it)\.(skip|only|todo|fails)\(/m,
    message: 'keeps a test from counting; make it pass or delete it',
    where: isTest,
  },
  {
    pattern: /\bvi\.(mock|doMock)\(/,
    message: 'mocks a module; use the real thing or a fake that speaks the wire protocol',
    where: isTest,
  },
];

/**
 * @param debt file → number of lines it is allowed beyond `maxLines`; every entry must still be needed, so the
 *   list can only shrink
 */
export function checkFiles(tree: Tree, debt: Readonly<Record<string, number>> = {}): Problem[] {
  const problems: Problem[] = [];
  for (const path of tree.files.filter(isSource)) {
    problems.push(...checkName(path));
    const text = tree.read(path);
    problems.push(
      ...checkLength(path, text, debt[path]),
      ...checkOpening(path, text),
      ...checkText(path, text),
    );
  }
  for (const path of Object.keys(debt)) {
    if (!tree.files.includes(path))
      problems.push({ path, message: 'is in tools/layout-debt.json but is gone' });
  }
  return problems;
}

function checkName(path: string): Problem[] {
  const problems: Problem[] = [];
  for (const part of path.split('/')) {
    const words = part.replace(/^\./, '').split('.')[0] ?? '';
    if (!/^[a-z0-9]+(-[a-z0-9]+)*$/.test(words)) {
      problems.push({ path, message: `"${part}" is not kebab-case` });
    }
    const empty = words.split('-').find((word) => emptyWords.includes(word));
    if (empty !== undefined) {
      problems.push({
        path,
        message: `"${empty}" does not say what the file is for; name it after its one thing`,
      });
    }
  }
  return problems;
}

function checkLength(path: string, text: string, allowed: number | undefined): Problem[] {
  const lines = text.split('\n').length - (text.endsWith('\n') ? 1 : 0);
  if (allowed === undefined) {
    return lines > maxLines
      ? [
          {
            path,
            message: `has ${lines} lines, the most is ${maxLines}; move one thing into a file of its own`,
          },
        ]
      : [];
  }
  if (lines <= maxLines) {
    return [{ path, message: `has ${lines} lines now: take it out of tools/layout-debt.json` }];
  }
  return lines === allowed
    ? []
    : [{ path, message: `has ${lines} lines, tools/layout-debt.json says ${allowed}; it may only shrink` }];
}

function checkOpening(path: string, text: string): Problem[] {
  const first = text.split('\n').find((line) => !line.startsWith('#!') && line.trim() !== '') ?? '';
  return /^(\/\/|\/\*)/.test(first)
    ? []
    : [{ path, line: 1, message: 'starts without a comment that says what the file is for' }];
}

function checkText(path: string, text: string): Problem[] {
  const rules = forbiddenText.filter(({ where }) => where(path));
  if (!rules.some(({ pattern }) => pattern.test(text))) return [];
  return text
    .split('\n')
    .flatMap((content, index) =>
      rules
        .filter(({ pattern }) => pattern.test(content))
        .map(({ message }) => ({ path, line: index + 1, message })),
    );
}
