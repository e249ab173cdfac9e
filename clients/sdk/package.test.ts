// The package as it is published: what is in it, how large it is, and that it runs where it says.
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { build } from 'vite';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { operationTable } from './generated/operations.ts';

const root = join(import.meta.dirname, '../..');
let folder: string;
let packed: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'inboxkit-sdk-'));
  packed = join(folder, 'node_modules/@inboxkit/sdk');
  mkdirSync(packed, { recursive: true });
  execFileSync(process.execPath, [join(root, 'tools/build-sdk.ts'), join(packed, 'dist')]);
  for (const file of ['package.json', 'README.md'])
    cpSync(join(root, 'clients/sdk', file), join(packed, file));
  symlinkSync(join(root, 'node_modules/openapi-fetch'), join(folder, 'node_modules/openapi-fetch'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('a program that installs the package has every operation', () => {
  const program = `
    import { createInboxKit } from '@inboxkit/sdk';
    const { with: _with, ...groups } = createInboxKit({ baseUrl: 'http://127.0.0.1:1', apiKey: 'key' });
    console.log(Object.values(groups).flatMap((group) => Object.keys(group)).length);`;
  writeFileSync(join(folder, 'program.mjs'), program);
  const printed = execFileSync(process.execPath, ['program.mjs'], { cwd: folder, encoding: 'utf8' });
  expect(Number(printed)).toBe(Object.keys(operationTable).length);
});

test('npm packs the build, its types and the page about it, and nothing else', () => {
  const listing = execFileSync('npm', ['pack', '--dry-run', '--json'], { cwd: packed, encoding: 'utf8' });
  const parsed: unknown = JSON.parse(listing);
  const [pack] = (Array.isArray(parsed) ? parsed : Object.values(parsed as object)) as {
    files: { path: string }[];
  }[];
  const paths = pack!.files.map(({ path }) => path);
  expect(paths).toEqual(expect.arrayContaining(['dist/index.js', 'dist/index.d.ts', 'README.md']));
  expect(
    paths.filter((path) => !/^(dist\/[\w/-]+\.(js|d\.ts)|README\.md|package\.json)$/.test(path)),
  ).toEqual([]);
});

test('a bundle of the whole client is under 15 kB gzipped and needs nothing of Node', async () => {
  const output = await build({
    root: folder,
    configFile: false,
    logLevel: 'silent',
    build: {
      write: false,
      lib: { entry: join(packed, 'dist/index.js'), formats: ['es'] },
      rollupOptions: { external: [] },
    },
  });
  const [result] = [output].flat() as { output: { code?: string }[] }[];
  const code = result!.output.map((chunk) => chunk.code ?? '').join('');
  expect(code).not.toMatch(/["']node:|\brequire\(|\bBuffer\b/);
  expect(gzipSync(code).length).toBeLessThan(15_000);
});

test('the version of the one dependency is the one that is tested here', () => {
  const dependencies = (path: string) =>
    (JSON.parse(readFileSync(join(root, path), 'utf8')) as { dependencies: Record<string, string> })
      .dependencies;
  expect(dependencies('clients/sdk/package.json')['openapi-fetch']).toBe(
    dependencies('package.json')['openapi-fetch'],
  );
});
