// Each rule refuses what it is for and lets good files pass.
import { describe, expect, test } from 'vitest';
import { treeOf } from '../tree.ts';
import { checkDocs } from './docs.ts';
import { checkFeatures } from './features.ts';
import { checkFiles, maxLines } from './files.ts';
import { checkLockFile } from './lock-file.ts';

const messages = (problems: { path: string; message: string }[]) =>
  problems.map(({ path, message }) => `${path} ${message}`);

const lines = (count: number) => `// A file.\n${'x();\n'.repeat(count - 1)}`;

describe('every source file', () => {
  test('passes with a telling name, an opening comment and at most 400 lines', () => {
    const tree = treeOf({ 'workflow/retry-policy.ts': lines(maxLines), 'tools/x.cjs': '#!/x\n\n/* a */\n' });
    expect(checkFiles(tree)).toEqual([]);
  });

  test.each([
    ['server/http/auth-helper.ts', '"helper" does not say'],
    ['server/http/utils/auth.ts', '"utils" does not say'],
    ['server/http/authCheck.ts', 'is not kebab-case'],
    ['server/http/auth_check.ts', 'is not kebab-case'],
  ])('is refused by the name %s', (path, message) => {
    expect(messages(checkFiles(treeOf({ [path]: lines(2) }))).join()).toContain(message);
  });

  test('is refused without an opening comment', () => {
    expect(messages(checkFiles(treeOf({ 'a.ts': 'export {};\n' }))).join()).toContain('without a comment');
  });

  test('is refused beyond 400 lines, unless the debt list has exactly its length', () => {
    const tree = treeOf({ 'a.ts': lines(410) });
    expect(messages(checkFiles(tree)).join()).toContain('has 410 lines');
    expect(checkFiles(tree, { 'a.ts': 410 })).toEqual([]);
    expect(messages(checkFiles(tree, { 'a.ts': 409 })).join()).toContain('may only shrink');
    expect(messages(checkFiles(tree, { 'a.ts': 420 })).join()).toContain('may only shrink');
  });

  test('leaves the debt list once it is short enough or gone', () => {
    expect(messages(checkFiles(treeOf({ 'a.ts': lines(9) }), { 'a.ts': 410 })).join()).toContain(
      'take it out',
    );
    expect(messages(checkFiles(treeOf({}), { 'a.ts': 410 })).join()).toContain('is gone');
  });

  test('does not read the environment outside of config, tools and tests', () => {
    const text = '// x\nprocess.env.PATH;\n';
    expect(checkFiles(treeOf({ 'server/config/config.ts': text, 'a.test.ts': text }))).toEqual([]);
    expect(messages(checkFiles(treeOf({ 'planes/dns/main.ts': text }))).join()).toContain(
      'reads the environment',
    );
  });

  test('says where a note for later, a skipped test or a mocked module is', () => {
    const note = ['TO', 'DO'].join('');
    const skip = ['test', 'skip'].join('.');
    const mock = ['vi', 'mock'].join('.');
    const problems = checkFiles(treeOf({ 'a.test.ts': `// x\n// ${note}\n${skip}('x');\n${mock}('y');\n` }));
    expect(problems.map(({ line }) => line)).toEqual([2, 3, 4]);
  });
});

describe('a feature folder', () => {
  const good = {
    'server/features/context.ts': '// c',
    'server/features/mailboxes/index.ts': "import './buy.endpoint.ts';\nimport './buy.workflow.ts';",
    'server/features/mailboxes/buy.endpoint.ts': "operation: 'mailboxes.buy'",
    'server/features/mailboxes/buy.workflow.ts': "name: 'mailboxes.buy'",
    'server/features/mailboxes/buy.test.ts': "exerciseWorkflow(\n  'mailboxes.buy', {",
    'server/features/mailboxes/mailbox.ts': '',
  };

  test('passes when names, lists and tests agree', () => {
    expect(checkFeatures(treeOf(good))).toEqual([]);
  });

  test.each([
    ['server/features/mailboxes/parts/x.ts', 'is in a sub-folder'],
    ['server/features/shared.ts', 'outside of every feature'],
    ['server/features/mailboxes/buy.handler.ts', '".handler" is none of'],
    ['server/features/mailboxes/sync.job.ts', 'is not listed in'],
    ['server/features/tags/tag.ts', 'has no index.ts'],
  ])('is refused with %s', (path, message) => {
    expect(messages(checkFeatures(treeOf({ ...good, [path]: '' }))).join()).toContain(message);
  });

  test('is refused when an operation is not named after its file', () => {
    const tree = treeOf({
      ...good,
      'server/features/mailboxes/buy.endpoint.ts': "operation: 'mailboxes.order'",
    });
    expect(messages(checkFeatures(tree)).join()).toContain('by its place it is mailboxes.buy');
  });

  test('is refused when a workflow is not named after its file', () => {
    const tree = treeOf({ ...good, 'server/features/mailboxes/buy.workflow.ts': "name: 'mailboxes.get'" });
    expect(messages(checkFeatures(tree)).join()).toContain('no workflow named mailboxes.buy');
  });

  test('is refused when no test runs its workflow', () => {
    const tree = treeOf({ ...good, 'server/features/mailboxes/buy.test.ts': '' });
    expect(messages(checkFeatures(tree)).join()).toContain('is run with failures by no test');
  });

  test('is refused when it has grown into two', () => {
    const many = Object.fromEntries(
      Array.from({ length: 72 }, (_, index) => [`server/features/mailboxes/rule-${index}.ts`, '']),
    );
    expect(messages(checkFeatures(treeOf({ ...good, ...many }))).join()).toContain('it is two features');
  });
});

describe('documentation', () => {
  const check = (page: string, rest: Record<string, string> = {}) =>
    messages(checkDocs(treeOf({ 'docs/page.md': page, 'server/main.ts': '', ...rest })));

  test('passes when its paths, patterns and links exist', () => {
    const page = [
      '# One heading: two',
      'See `server/main.ts`, `server/`, `server/<name>.ts`, `server/{main,other}.ts`, `POST /v1/api/orders`.',
      '[there](#one-heading-two) [file](../server/main.ts) [web](https://example.net/x)',
      '```',
      '`server/nowhere.ts` in a block is output, not a pointer',
      '```',
    ].join('\n');
    expect(check(page)).toEqual([]);
  });

  test.each([
    ['`server/gone.ts`', '`server/gone.ts` does not exist'],
    ['`server/<name>.sql`', 'does not exist'],
    ['`gone/away.ts`', 'does not exist'],
    ['[x](../server/gone.ts)', 'leads nowhere'],
    ['[x](#no-such-heading)', 'has no heading for #no-such-heading'],
  ])('is refused with %s', (page, message) => {
    expect(check(page).join()).toContain(message);
  });

  test('a vendor with a folder is named only in its folder, the registry, docs and config', () => {
    const vendor = { 'providers/acme/manifest.ts': '// Acme', 'server/config/providers.ts': "['acme']" };
    expect(check('Acme', { ...vendor, 'providers/registry.ts': 'acme' })).toEqual([]);
    expect(check('x', { ...vendor, 'server/features/orders/place.ts': 'if (acmeIsDown)' }).join()).toContain(
      'names the vendor acme',
    );
  });
});

describe('the lock file', () => {
  const check = (packages: object) =>
    messages(checkLockFile(treeOf({ 'package-lock.json': JSON.stringify({ packages }) })));
  const tool = {
    version: '1.0.0',
    optionalDependencies: { 'tool-linux-x64': '1.0.0', 'tool-win32-x64': '1.0.0' },
  };

  test('passes when it names the packages of every platform', () => {
    const platforms = {
      'node_modules/tool-linux-x64': {},
      'node_modules/tool/node_modules/tool-win32-x64': {},
    };
    expect(check({ 'node_modules/tool': tool, ...platforms })).toEqual([]);
  });

  test('is refused when a platform is missing, or when it names a host', () => {
    const host = { resolved: 'https://registry.example/tool-linux-x64-1.0.0.tgz' };
    expect(check({ 'node_modules/tool': tool, 'node_modules/tool-linux-x64': host })).toEqual([
      expect.stringContaining('lacks tool-win32-x64'),
      expect.stringContaining('where node_modules/tool-linux-x64 was downloaded from'),
    ]);
  });
});
