// A program as a child process that says when it is ready, and is ended by its pid.
import { type ChildProcess, spawn } from 'node:child_process';
import { keep } from './leftovers.ts';

export type Child = {
  pid: number;
  /** What it had printed when it was ready. */
  output: string;
  /** From the spawn to the line that says so. */
  readyAfterMs: number;
  stop(): Promise<void>;
};

const READY_WITHIN_MS = 120_000;
const STOPS_WITHIN_MS = 40_000;

/** Variables of the person who measures must not decide what is measured. */
const neutralEnv = (): NodeJS.ProcessEnv =>
  Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !name.startsWith('INBOXKIT_') && name !== 'DATABASE_URL'),
  );

/** Starts `node <args>` and resolves once its output matches `ready`. */
export const startChild = (args: string[], ready: RegExp, env: Record<string, string> = {}): Promise<Child> =>
  startProgram(process.execPath, args, ready, env);

/**
 * Starts a program that stays in the foreground, and resolves once its output matches `ready`.
 *
 * @throws Error with what it printed, when it ends or stays silent instead.
 */
export const startProgram = async (
  command: string,
  args: string[],
  ready: RegExp,
  env: Record<string, string> = {},
): Promise<Child> => {
  const startedMs = performance.now();
  const child = spawn(command, args, {
    env: { ...neutralEnv(), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const stop = keep(() => stopChild(child, exited));
  let output = '';
  let isReady = false;
  const readyAfterMs = await new Promise<number>((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`not ready in time:\n${output}`)), READY_WITHIN_MS);
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`ended with ${code} before it was ready:\n${output}`)));
    // Read on after that, or the child would stop at a full pipe.
    const read = (chunk: Buffer) => {
      if (isReady) return;
      output += chunk.toString();
      if (!ready.test(output)) return;
      isReady = true;
      clearTimeout(timer);
      resolve(performance.now() - startedMs);
    };
    child.stdout.on('data', read);
    child.stderr.on('data', read);
  });
  return { pid: child.pid!, output, readyAfterMs, stop };
};

const stopChild = async (child: ChildProcess, exited: Promise<void>): Promise<void> => {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGTERM');
  const harder = setTimeout(() => child.kill('SIGKILL'), STOPS_WITHIN_MS);
  await exited;
  clearTimeout(harder);
};
