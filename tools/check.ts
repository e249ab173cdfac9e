// Everything that can be said about the tree without running it: `npm run check`, or some of it with
// `npm run check -- --only types,layout`. One line for each check, and what to do about those that fail.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { repositoryRoot } from './tree.ts';

const bin = (name: string) => join(repositoryRoot, 'node_modules/.bin', name);
const sourceFolders = [
  'server',
  'workflow',
  'database',
  'providers',
  'planes',
  'browser',
  'protocols',
  'clients',
  'tools',
  'bench',
].filter((folder) => existsSync(join(repositoryRoot, folder)));

/** Name → arguments for Node. The slow ones come first, so that the short ones fill the gaps. */
const checks: Record<string, string[]> = {
  generated: ['tools/generate.ts', '--check'],
  unused: [bin('knip'), '--no-progress', '--treat-config-hints-as-errors'],
  types: ['node_modules/typescript7/bin/tsc', '--noEmit', '-p', '.'],
  // In a browser there is no Node, and in the rest of the tree no page.
  'browser-types': ['node_modules/typescript7/bin/tsc', '--noEmit', '-p', 'clients/dashboard'],
  imports: [bin('depcruise'), '--config', '.dependency-cruiser.cjs', ...sourceFolders],
  format: [bin('biome'), 'ci', '--colors=off', '--error-on-warnings'],
  layout: ['tools/check-layout.ts'],
  docs: ['tools/check-docs.ts'],
};

type Outcome = { name: string; failed: boolean; output: string };

const { values } = parseArgs({ options: { only: { type: 'string' } } });
const names = values.only?.split(',') ?? Object.keys(checks);
const unknown = names.find((name) => checks[name] === undefined);
if (unknown !== undefined) {
  console.error(`no check ${unknown}; there are ${Object.keys(checks).join(', ')}`);
  process.exit(2);
}

const outcomes = await runAll(names);
const failures = outcomes.filter(({ failed }) => failed);
for (const { name, output } of failures) console.error(`\n── ${name} ──\n${output.trim()}`);
if (failures.length > 0) {
  console.error(
    `\n${failures.length} of ${outcomes.length} checks failed: ${failures.map(({ name }) => name).join(', ')}`,
  );
  process.exitCode = 1;
}

async function runAll(waiting: readonly string[]): Promise<Outcome[]> {
  const queue = [...waiting];
  const done: Outcome[] = [];
  const lane = async () => {
    for (let name = queue.shift(); name !== undefined; name = queue.shift()) {
      const startedAt = performance.now();
      const outcome = await run(name, checks[name] ?? []);
      const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
      console.log(`${outcome.failed ? 'FAILED' : 'ok    '}  ${name.padEnd(13)} ${seconds.padStart(5)} s`);
      done.push(outcome);
    }
  };
  await Promise.all(Array.from({ length: Math.min(availableParallelism(), queue.length) }, lane));
  return done;
}

function run(name: string, args: string[]): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, {
      cwd: repositoryRoot,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, NO_COLOR: '1' },
    });
    let output = '';
    child.stdout.on('data', (chunk: Buffer) => {
      output += chunk.toString();
    });
    child.stderr.on('data', (chunk: Buffer) => {
      output += chunk.toString();
    });
    child.on('error', reject);
    child.on('close', (code) => resolve({ name, failed: code !== 0, output }));
  });
}
