// The import rules refuse what the table in ARCHITECTURE.md does not list. They run as they do in
// `npm run check`, over a small tree of their own.
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { repositoryRoot } from '../tree.ts';

const allowed: [from: string, to: string][] = [
  ['workflow/start.ts', 'database/database.ts'],
  ['planes/mail/server.ts', 'protocols/spf.ts'],
  ['planes/mail/server.ts', 'planes/mail/queue/queue.ts'],
  ['planes/mail/server.test.ts', 'database/testing.ts'],
  ['providers/contracts/registrar.ts', 'protocols/spf.ts'],
  ['providers/builtin/registry.ts', 'database/database.ts'],
  ['providers/acme/registrar.ts', 'providers/acme/api.ts'],
  ['providers/registry.ts', 'providers/acme/registrar.ts'],
  ['server/features/orders/place.ts', 'server/features/mailboxes/index.ts'],
  ['server/features/orders/place.ts', 'server/features/orders/order.ts'],
  ['server/features/orders/place.ts', 'server/features/context.ts'],
  ['server/features/orders/place.test.ts', 'server/testing/server.ts'],
  ['server/roles/everything.ts', 'providers/registry.ts'],
  ['server/roles/everything.ts', 'providers/builtin/registry.ts'],
  ['server/testing/server.ts', 'server/roles/everything.ts'],
];

/** What the tree of this test does not have, or has in another way. */
const notMade = new Set(['server/gone.ts', 'node_modules/only-for-development/index.js']);
const developmentPackage = 'node_modules/only-for-development/index.js';

const refused: [from: string, to: string, rule: string][] = [
  ['protocols/spf.ts', 'database/database.ts', 'imports-of-protocols'],
  ['database/database.ts', 'server/http/errors.ts', 'imports-of-database'],
  ['workflow/retry.ts', 'providers/contracts/failure.ts', 'imports-of-workflow'],
  ['workflow/retry.test.ts', 'server/features/orders/index.ts', 'imports-of-workflow-in-tests'],
  ['providers/acme/dns-host.ts', 'database/database.ts', 'imports-of-providers'],
  ['providers/acme/dns-host.ts', 'providers/builtin/registry.ts', 'imports-of-providers'],
  ['providers/contracts/dns-host.ts', 'database/database.ts', 'imports-of-providers-contracts'],
  ['server/http/paging.ts', 'server/features/orders/index.ts', 'imports-of-server-http'],
  ['server/config/mail.ts', 'planes/mail/server.ts', 'imports-of-server-config'],
  ['server/features/orders/refund.ts', 'providers/registry.ts', 'imports-of-server-features'],
  ['server/features/orders/refund.ts', 'server/features/mailboxes/store.ts', 'imports-of-server-features'],
  ['server/features/mailboxes/buy.ts', 'server/features/orders/index.ts', 'order-after-mailboxes'],
  ['server/features/surprises/index.ts', 'database/database.ts', 'features-are-in-the-order'],
  ['server/roles/api.ts', 'server/features/mailboxes/store.ts', 'features-through-their-front-door'],
  ['server/main.ts', 'providers/acme/api.ts', 'vendors-through-the-registry'],
  ['planes/dns/server.ts', 'planes/mail/queue/queue.ts', 'imports-of-planes'],
  ['planes/dns/server.ts', 'server/config/mail.ts', 'imports-of-planes'],
  ['server/roles/worker.ts', 'server/testing/server.ts', 'testing-only-in-tests'],
  ['server/main.ts', 'server/gone.ts', 'resolvable'],
  ['database/one.ts', 'database/two.ts', 'no-cycles'],
  ['database/pool.ts', developmentPackage, 'no-development-packages-at-run-time'],
];

type Violation = { from: string; to: string; rule: { name: string } };

let folder = '';
let violations: Violation[] = [];

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'inboxkit-imports-'));
  writeFileSync(join(folder, 'package.json'), '{"devDependencies":{"only-for-development":"1.0.0"}}');
  mkdirSync(join(folder, dirname(developmentPackage)), { recursive: true });
  writeFileSync(join(folder, developmentPackage), 'module.exports = {};\n');
  const imports = new Map<string, string[]>([['database/two.ts', ['database/one.ts']]]);
  for (const [from, to] of [...allowed, ...refused]) {
    imports.set(from, [...(imports.get(from) ?? []), to]);
    if (!imports.has(to) && !notMade.has(to)) imports.set(to, []);
  }
  for (const [file, targets] of imports) {
    const lines = targets.map((target) =>
      target === developmentPackage
        ? "import 'only-for-development';\n"
        : `import './${relative(dirname(file), target)}';\n`,
    );
    mkdirSync(join(folder, dirname(file)), { recursive: true });
    writeFileSync(join(folder, file), `${lines.join('').replaceAll("'./../", "'../")}export {};\n`);
  }
  writeFileSync(join(folder, 'tsconfig.json'), '{"compilerOptions":{"module":"nodenext"}}');
  const cruiser = join(repositoryRoot, 'node_modules/.bin/depcruise');
  const config = join(repositoryRoot, '.dependency-cruiser.cjs');
  const folders = ['database', 'planes', 'protocols', 'providers', 'server', 'workflow'];
  const output = execFileSync(
    process.execPath,
    [cruiser, '--config', config, '--output-type', 'json', ...folders],
    { cwd: folder, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 },
  );
  violations = (JSON.parse(output) as { summary: { violations: Violation[] } }).summary.violations;
}, 60_000);

afterAll(() => rmSync(folder, { recursive: true, force: true }));

const rulesBroken = (from: string, to: string) =>
  violations
    .filter((found) => found.from === from && found.to.endsWith(to.replace(/^.*\//, '')))
    .map(({ rule }) => rule.name);

describe('an import', () => {
  test.each(allowed)('of %s may go to %s', (from, to) => {
    expect(rulesBroken(from, to)).toEqual([]);
  });

  test.each(refused)('of %s may not go to %s', (from, to, rule) => {
    expect(rulesBroken(from, to)).toContain(rule);
  });
});
