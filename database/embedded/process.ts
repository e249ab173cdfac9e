// Running the server's programs, and asking about processes we did not start.
import { spawn } from 'node:child_process';
import { readFile, readlink, realpath } from 'node:fs/promises';
import { basename } from 'node:path';
import { type Identity, spawnedAs } from './identity.ts';

/** Where short lines about what happens go; a pino logger fits. */
export type Log = { info(message: string): void; warn(message: string): void };

/**
 * The environment of every program of the server: nothing of ours (it may hold secrets), and English messages,
 * because some of them are read below.
 */
export const programEnv = { PATH: '/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' };

export type RunResult = { code: number | null; output: string };

/** Runs a program to its end. Rejects when it cannot be started at all. */
export const run = (
  command: string,
  args: string[],
  options: { identity?: Identity; cwd?: string; signal?: AbortSignal } = {},
): Promise<RunResult> =>
  new Promise((resolve, reject) => {
    const spawned = spawnedAs(options.identity, command, args);
    const child = spawn(spawned.command, spawned.args, {
      ...spawned.options,
      cwd: options.cwd,
      signal: options.signal,
      env: programEnv,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    const collect = (chunk: Buffer) => {
      output = (output + chunk.toString()).slice(-4000);
    };
    child.stdout.on('data', collect);
    child.stderr.on('data', collect);
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, output: output.trim() }));
  });

export const exists = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
};

/** Whether `pid` is a server running on the cluster in `directory`, and not a later process with its number. */
export const isServerOf = async (pid: number, directory: string): Promise<boolean> => {
  if (!exists(pid)) return false;
  if (process.platform !== 'linux') {
    const { output } = await run('/bin/ps', ['-o', 'command=', '-p', String(pid)]);
    return output.includes('postgres') && output.includes(directory);
  }
  try {
    // A server's working directory is its cluster. A zombie has neither link.
    const [program, cwd] = await Promise.all([readlink(`/proc/${pid}/exe`), readlink(`/proc/${pid}/cwd`)]);
    return /^postgres( \(deleted\))?$/.test(basename(program)) && cwd === (await realpath(directory));
  } catch {
    return false;
  }
};

/** The pid a server wrote into its cluster, when there is one. Its other lines: see {@link readPidFile}. */
export const readPidFile = async (
  directory: string,
): Promise<{ pid: number; status: string } | undefined> => {
  const text = await readFile(`${directory}/postmaster.pid`, 'utf8').catch(() => '');
  // Line 1 is the pid, line 8 the status (PostgreSQL source, src/include/utils/pidfile.h).
  const lines = text.split('\n');
  const pid = Number(lines[0]);
  return Number.isInteger(pid) && pid > 1 ? { pid, status: (lines[7] ?? '').trim() } : undefined;
};
