// The last line of a real run of the test runner.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';

const vitest = join(dirname(createRequire(import.meta.url).resolve('vitest/package.json')), 'vitest.mjs');
const reporter = join(import.meta.dirname, 'vitest-count-reporter.ts');

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'inboxkit-reporter-test-'));
});
afterEach(() => rm(directory, { recursive: true, force: true }));

const runTests = async (files: Record<string, string>, args: string[] = []) => {
  for (const [name, text] of Object.entries(files)) await writeFile(join(directory, name), text);
  const child = spawn(
    process.execPath,
    [
      vitest,
      'run',
      '--root',
      directory,
      '--globals',
      '--reporter=default',
      `--reporter=${reporter}`,
      ...args,
    ],
    // As the runner would be called from a shell, not from within a test of its own.
    { env: { PATH: process.env.PATH }, stdio: ['ignore', 'pipe', 'ignore'] },
  );
  let output = '';
  child.stdout.on('data', (chunk) => {
    output += chunk;
  });
  const [code] = await once(child, 'close');
  return { code, lastLine: output.trimEnd().split('\n').at(-1) };
};

test('a run that passes ends with the number of tests', async () => {
  const files = {
    'a.test.ts': "test('one', () => {}); test('two', () => {});",
    'b.test.ts': "test('three', () => {});",
  };
  expect(await runTests(files)).toEqual({ code: 0, lastLine: '3 passed, 0 failed' });
});

test('failed and skipped tests, and a file that cannot be loaded, are counted', async () => {
  const files = {
    'a.test.ts':
      "test('good', () => {}); test('bad', () => { throw new Error('no'); }); test.skip('later', () => {});",
    'b.test.ts': "throw new Error('cannot be loaded');",
  };
  expect(await runTests(files)).toEqual({ code: 1, lastLine: '1 passed, 2 failed, 1 skipped' });
});

test('an error outside of every test counts as a failure', async () => {
  const files = {
    'a.test.ts':
      "test('leaves an error behind', async () => { Promise.reject(new Error('lost')); await new Promise((r) => setTimeout(r, 50)); });",
  };
  expect(await runTests(files)).toEqual({ code: 1, lastLine: '1 passed, 1 failed' });
});

test('a run that never gets to its tests counts as a failure', async () => {
  const files = {
    'a.test.ts': "test('one', () => {});",
    'setup.ts': "export const setup = () => { throw new Error('no database'); };",
    'vitest.config.ts': "export default { test: { globalSetup: ['setup.ts'] } };",
  };
  expect(await runTests(files)).toEqual({ code: 1, lastLine: '0 passed, 1 failed' });
});
