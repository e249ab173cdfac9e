// What others said, whether it is what it must be, and how often it was not.
import { execFile } from 'node:child_process';

export type Said = { code: number; text: string };

/** Runs a program to its end, whatever that is. */
export const run = (
  command: string,
  args: string[],
  { input = '', cwd }: { input?: string | Buffer; cwd?: string } = {},
): Promise<Said> =>
  new Promise((resolve, reject) => {
    const child = execFile(
      command,
      args,
      { cwd, maxBuffer: 64 * 1024 * 1024, timeout: 180_000, env: { ...process.env, LC_ALL: 'C.UTF-8' } },
      (error, stdout, stderr) => {
        if (error && typeof error.code === 'string') reject(error);
        else resolve({ code: error ? Number(error.code ?? 1) : 0, text: `${stdout}${stderr}` });
      },
    );
    // A program may end without having read all of it.
    child.stdin!.on('error', () => {});
    child.stdin!.end(input);
  });

let wrong = 0;

/** `said` is one line of what was answered; it is printed either way. */
export const judge = (who: string, what: string, right: boolean, said: string): void => {
  if (!right) wrong += 1;
  const line = said.length > 110 ? `${said.slice(0, 109)}…` : said;
  process.stdout.write(`  ${right ? 'right' : 'WRONG'}  ${who.padEnd(24)} ${what.padEnd(52)} ${line}\n`);
};

export const wrongVerdicts = (): number => wrong;

/** The line that says it, or the last one. */
export const lineWith = (text: string, pattern: RegExp): string => {
  const lines = text
    .split('\n')
    .map((line) => line.trim())
    .filter(Boolean);
  return lines.find((line) => pattern.test(line)) ?? lines.at(-1) ?? 'nothing';
};
