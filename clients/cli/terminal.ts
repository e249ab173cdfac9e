// The world around a command, so that tests can be it.
import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import type { Environment } from './profiles.ts';

export type Terminal = {
  env: Environment;
  /** Whether a person can be asked. */
  interactive: boolean;
  /** Characters in a line; undefined when nobody looks. */
  width: number | undefined;
  out(text: string): void;
  bytes(chunk: Uint8Array): void;
  note(text: string): void;
  ask(question: string, hidden?: boolean): Promise<string>;
  signal: AbortSignal;
};

export const processTerminal = (env: Environment): Terminal => {
  const stop = new AbortController();
  // Whoever reads may have enough, as `head` does.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1));
  process.once('SIGINT', () => stop.abort(new Error('interrupted')));
  return {
    env,
    interactive: process.stdin.isTTY === true && process.stderr.isTTY === true,
    width: process.stdout.isTTY ? process.stdout.columns : undefined,
    out: (text) => process.stdout.write(`${text}\n`),
    bytes: (chunk) => process.stdout.write(chunk),
    note: (text) => process.stderr.write(`${text}\n`),
    ask: async (question, hidden = false) => {
      process.stderr.write(question);
      const output = hidden ? new Writable({ write: (_chunk, _encoding, done) => done() }) : process.stderr;
      const lines = createInterface({ input: process.stdin, output, terminal: true });
      try {
        return (await lines.question('', { signal: stop.signal })).trim();
      } finally {
        lines.close();
        if (hidden) process.stderr.write('\n');
      }
    },
    signal: stop.signal,
  };
};
