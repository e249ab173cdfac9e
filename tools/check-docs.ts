// Checks that the documentation points at things that exist. `npm run check -- --only docs`.
import { checkDocs } from './rules/docs.ts';
import { readTree, report } from './tree.ts';

report(checkDocs(readTree()), 'docs/rules/comments.md');
