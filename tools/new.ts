// Makes the files of something new, named and registered the way the house wants it:
//   npm run new -- endpoint mailboxes.pause
//   npm run new -- workflow domains.transfer
//   npm run new -- registrar porkbun          (also dns-host, mailbox-host, payments, sequencer)
// What it makes passes `npm run check` and its own test.
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { planOperation } from './new/operation.ts';
import { CannotMake, type Plan } from './new/plan.ts';
import { planVendor, vendorRoles } from './new/vendor.ts';
import { readTree, repositoryRoot } from './tree.ts';

const [kind = '', name = ''] = process.argv.slice(2);
const tree = readTree();

const makers: Record<string, (name: string) => Plan> = {
  endpoint: (operation) => planOperation(tree, 'endpoint', operation),
  workflow: (operation) => planOperation(tree, 'workflow', operation),
  ...Object.fromEntries(
    vendorRoles(tree).map((role) => [role, (vendor: string) => planVendor(tree, role, vendor)]),
  ),
};

try {
  const maker = makers[kind];
  if (!maker || name === '') {
    throw new CannotMake(
      `npm run new -- <${Object.keys(makers).join('|')}> <name>, for example: endpoint mailboxes.pause, workflow domains.transfer, registrar porkbun`,
    );
  }
  carryOut(maker(name));
} catch (error) {
  if (!(error instanceof CannotMake)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}

function carryOut({ created, changed, nextSteps }: Plan): void {
  for (const [path, content] of [...created, ...changed]) {
    mkdirSync(dirname(join(repositoryRoot, path)), { recursive: true });
    writeFileSync(join(repositoryRoot, path), content);
  }
  const paths = [...created.keys(), ...changed.keys()];
  run('node_modules/.bin/biome', ['check', '--write', '--log-level=error', ...paths]);
  // A new operation changes the contract and the pages made from it.
  if (paths.some((path) => path.endsWith('.endpoint.ts'))) {
    run('tools/generate.ts', ['--only', 'contract']);
  }
  for (const path of created.keys()) console.log(`made     ${path}`);
  for (const path of changed.keys()) console.log(`changed  ${path}`);
  console.log(`\nNext:\n${nextSteps.map((step, index) => `${index + 1}. ${step}`).join('\n')}`);
}

function run(script: string, args: string[]): void {
  execFileSync(process.execPath, [script, ...args], { cwd: repositoryRoot, stdio: 'inherit' });
}
