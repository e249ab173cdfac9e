// Servers that are thrown away leave nothing, even those whose process could not clean up.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, rm, utimes } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { exists } from './process.ts';
import { startTemporaryPostgres } from './temporary-postgres.ts';

const program = join(import.meta.dirname, '../testing/embedded-program.ts');

let temporary: string;
beforeEach(async () => {
  temporary = await mkdtemp(join(tmpdir(), 'inboxkit-throwaway-test-'));
  vi.stubEnv('TMPDIR', temporary);
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(temporary, { recursive: true, force: true });
});

/** A server in a directory that looks as if it was made an hour ago. */
const startOld = async (name: string) => {
  const dataDir = join(temporary, name);
  await mkdir(dataDir);
  const child = spawn(process.execPath, [program, dataDir], { stdio: ['ignore', 'pipe', 'inherit'] });
  const exited = once(child, 'exit');
  const [line] = (await once(child.stdout, 'data')) as [Buffer];
  const anHourAgo = new Date(Date.now() - 3_600_000);
  await utimes(dataDir, anHourAgo, anHourAgo);
  return { child, exited, pid: (JSON.parse(line.toString()) as { pid: number }).pid };
};

test('a stopped server leaves no file and no process', async () => {
  const server = await startTemporaryPostgres();
  expect(await readdir(temporary)).toHaveLength(1);
  await server.stop();
  expect(await readdir(temporary)).toEqual([]);
});

test('a start removes what a killed process left, and nothing that is in use', async () => {
  const [left, used] = await Promise.all([
    startOld('inboxkit-temporary-left'),
    startOld('inboxkit-temporary-used'),
  ]);
  left.child.kill('SIGKILL');
  await left.exited;

  const server = await startTemporaryPostgres();

  await expect.poll(() => exists(left.pid)).toBe(false);
  expect(exists(used.pid)).toBe(true);
  await server.stop();
  expect(await readdir(temporary)).toEqual(['inboxkit-temporary-used']);
  used.child.kill('SIGTERM');
  await used.exited;
});
