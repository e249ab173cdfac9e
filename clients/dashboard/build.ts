// Builds the dashboard that the server serves at `/`: `npm run build:dashboard`. With `--if-stale` only where the build is
// missing or not of these sources, which takes a few milliseconds to find out; `npm start` and `npm run demo` call it so.
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';

const dashboard = import.meta.dirname;
const repositoryRoot = join(dashboard, '../..');
const sources = [dashboard, join(repositoryRoot, 'clients/sdk')];
const vite = join(repositoryRoot, 'node_modules/vite/bin/vite.js');
const stamp = join(dashboard, 'dist/built-from');

/** Builds when it has to. @returns whether it did */
export async function buildDashboard({ ifStale }: { ifStale: boolean }): Promise<boolean> {
  const fingerprint = fingerprintOfSources();
  if (ifStale && existsSync(stamp) && readFileSync(stamp, 'utf8') === fingerprint) return false;
  // In a process of its own: whatever runs this may have another idea of NODE_ENV, which decides what is built.
  await promisify(execFile)(process.execPath, [vite, 'build', dashboard, '--logLevel', 'warn'], {
    env: { NODE_ENV: 'production' },
  });
  writeFileSync(stamp, fingerprint);
  return true;
}

/** Of every file that is built, and of the versions of what they are built with. */
function fingerprintOfSources(): string {
  const hash = createHash('sha256').update(readFileSync(join(repositoryRoot, 'package.json')));
  for (const folder of sources) {
    const files = readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && !/\.test\.ts$|\.md$/.test(entry.name))
      .map((entry) => join(entry.parentPath, entry.name))
      .filter((file) => !/[/\\](dist|testing)[/\\]/.test(file))
      .sort();
    for (const file of files) hash.update(relative(repositoryRoot, file)).update(readFileSync(file));
  }
  return hash.digest('hex');
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const ifStale = process.argv.includes('--if-stale');
  const startedMs = performance.now();
  try {
    if (await buildDashboard({ ifStale })) {
      console.log(`built the dashboard in ${((performance.now() - startedMs) / 1000).toFixed(1)} s`);
    }
  } catch (error) {
    console.error(`the dashboard could not be built: ${(error as Error).message}`);
    // The server is of use without its pages, and says itself that it has none.
    if (!ifStale) process.exitCode = 1;
  }
}
