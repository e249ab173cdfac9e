// Generated files are what the generator writes, or the check says which are not.
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { useCopiedTree } from './testing/copied-tree.ts';

const copy = useCopiedTree();
const only = ['--only', 'configuration,contract'];
const write = (path: string, content: string) => writeFileSync(join(copy.root, path), content);

test('what was written passes the check', () => {
  copy.succeed('tools/generate.ts', ...only);
  copy.succeed('tools/generate.ts', '--check', ...only);
});

test('the check names every file that is edited, missing or dead, and changes none', () => {
  write('docs/configuration.md', `${copy.read('docs/configuration.md')}by hand\n`);
  write('docs/errors/forgotten.md', '# forgotten\n');
  rmSync(join(copy.root, 'openapi/openapi.json'));
  const before = copy.files();

  const { status, output } = copy.run('tools/generate.ts', '--check', ...only);
  expect(status).toBe(1);
  expect(output).toContain('docs/configuration.md  is not what npm run generate writes');
  expect(output).toContain('openapi/openapi.json  is not what npm run generate writes');
  expect(output).toContain('docs/errors/forgotten.md  is not generated any more');
  expect(copy.files()).toEqual(before);
});

test('generating again repairs all of them and deletes what is dead', () => {
  copy.succeed('tools/generate.ts', ...only);
  expect(copy.files()).not.toContain('docs/errors/forgotten.md');
  copy.succeed('tools/generate.ts', '--check', ...only);
});

test('a generator that does not exist is refused by name', () => {
  const { status, output } = copy.run('tools/generate.ts', '--only', 'poems');
  expect(status).not.toBe(0);
  expect(output).toContain('no generator poems');
});
