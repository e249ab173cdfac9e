// Commands that run programs of the installation this command line belongs to.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const programs = {
  serve: '../../server/main.ts',
  demo: '../../tools/demo/main.ts',
  audit: '../../tools/audit.ts',
} as const;

/** Ends with what the program ends with. Signals reach it, as it is in the same group. */
export const runLocal = async (
  name: keyof typeof programs,
  args: readonly string[] = [],
): Promise<number> => {
  const ignored = () => {};
  process.on('SIGINT', ignored);
  const child = spawn(process.execPath, [fileURLToPath(new URL(programs[name], import.meta.url)), ...args], {
    stdio: 'inherit',
  });
  process.once('SIGTERM', () => child.kill('SIGTERM'));
  const [code, signal] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null];
  return code ?? (signal === 'SIGINT' ? 130 : 143);
};
