// Checks that files have the names, places and sizes the house gives them. `npm run check -- --only layout`.
import { checkFeatures } from './rules/features.ts';
import { checkFiles } from './rules/files.ts';
import { checkLockFile } from './rules/lock-file.ts';
import { readTree, report } from './tree.ts';

const tree = readTree();
const debt = JSON.parse(tree.read('tools/layout-debt.json')) as Record<string, number>;
report(
  [...checkFiles(tree, debt), ...checkFeatures(tree), ...checkLockFile(tree)],
  'ARCHITECTURE.md and docs/rules/',
);
