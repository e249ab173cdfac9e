// Builds the package that clients/sdk/package.json publishes: `npm run build:sdk`, then `npm publish` in clients/sdk.
// Takes a folder to build into instead of clients/sdk/dist.
import { execFileSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { repositoryRoot } from './tree.ts';

const sdk = join(repositoryRoot, 'clients/sdk');
const out = process.argv[2] ?? join(sdk, 'dist');
rmSync(out, { recursive: true, force: true });
execFileSync(
  process.execPath,
  [join(repositoryRoot, 'node_modules/typescript7/bin/tsc'), '-p', sdk, '--outDir', out],
  { stdio: 'inherit' },
);
