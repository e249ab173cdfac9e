// Rules over `server/features/`: what a feature folder may hold, and that names and lists agree.
import type { Problem, Tree } from '../tree.ts';

/**
 * Tests are not counted, so that nobody saves on them. Most features are far below; domains and mailboxes have an endpoint
 * of their own for each thing that can be set or asked for, and splitting those would only scatter one noun.
 */
const maxFilesPerFeature = 74;

/** The closed set: what kind of thing a file of a feature is. A file without one holds types, rules or storage. */
export const featureSuffixes = ['endpoint', 'workflow', 'job', 'test'] as const;

const root = 'server/features/';

/** Files that every feature shares; nothing else lies beside the feature folders. */
const sharedFiles = new Set(['context.ts']);

export function checkFeatures(tree: Tree): Problem[] {
  const problems: Problem[] = [];
  const byFeature = new Map<string, string[]>();
  for (const path of tree.files.filter((file) => file.startsWith(root))) {
    const [feature = '', ...rest] = path.slice(root.length).split('/');
    if (rest.length === 0) {
      if (!sharedFiles.has(feature)) problems.push({ path, message: 'lies outside of every feature folder' });
    } else if (rest.length > 1) {
      problems.push({ path, message: 'is in a sub-folder; a feature folder is flat' });
    } else {
      byFeature.set(feature, [...(byFeature.get(feature) ?? []), rest[0] ?? '']);
    }
  }
  for (const [feature, files] of byFeature) problems.push(...checkFeature(tree, feature, files));
  return problems;
}

function checkFeature(tree: Tree, feature: string, files: string[]): Problem[] {
  const folder = `${root}${feature}`;
  const problems: Problem[] = [];
  const counted = files.filter((file) => !file.includes('.test.')).length;
  if (counted > maxFilesPerFeature) {
    problems.push({
      path: folder,
      message: `has ${counted} files; over ${maxFilesPerFeature} it is two features`,
    });
  }
  if (!files.includes('index.ts')) {
    problems.push({ path: folder, message: 'has no index.ts, the front door of the feature' });
    return problems;
  }
  const index = tree.read(`${folder}/index.ts`);
  for (const file of files) {
    const path = `${folder}/${file}`;
    const suffixes = file.split('.').slice(1, -1);
    const unknown = suffixes.find((suffix) => !(featureSuffixes as readonly string[]).includes(suffix));
    if (unknown !== undefined) {
      problems.push({ path, message: `".${unknown}" is none of .${featureSuffixes.join(' .')}` });
    }
    if (suffixes.includes('test')) continue;
    const kind = suffixes[0];
    // A list that misses an entry fails silently: the operation simply does not exist.
    if (kind !== undefined && !index.includes(`'./${file}'`)) {
      problems.push({ path, message: `is not listed in ${folder}/index.ts` });
    }
    if (kind === 'endpoint') problems.push(...checkOperation(path, feature, file, tree.read(path)));
    if (kind === 'workflow') problems.push(...checkWorkflow(path, feature, file, tree));
  }
  return problems;
}

/** One name per operation: the file says `mailboxes/buy`, so the operation is `mailboxes.buy`. */
function checkOperation(path: string, feature: string, file: string, text: string): Problem[] {
  const expected = `${feature}.${file.split('.')[0]}`;
  const operations = [...text.matchAll(/\boperation:\s*'([^']*)'/g)].map((match) => match[1]);
  if (operations.length !== 1) {
    return [{ path, message: `defines ${operations.length} operations; an endpoint file defines one` }];
  }
  return operations[0] === expected
    ? []
    : [{ path, message: `defines the operation ${operations[0]}; by its place it is ${expected}` }];
}

/** A workflow is only safe as far as it was run with a failure and a crash at every step. */
function checkWorkflow(path: string, feature: string, file: string, tree: Tree): Problem[] {
  const problems: Problem[] = [];
  const expected = `${feature}.${file.split('.')[0]}`;
  if (!tree.read(path).includes(`name: '${expected}'`)) {
    problems.push({ path, message: `defines no workflow named ${expected}, which it is by its place` });
  }
  const exercise = new RegExp(`\\bexerciseWorkflow(<[^(]*>)?\\(\\s*'${expected.replace('.', '\\.')}'`);
  const exercised = tree.files.some(
    (other) => other.startsWith('server/') && other.endsWith('.test.ts') && exercise.test(tree.read(other)),
  );
  if (!exercised) {
    problems.push({ path, message: `is run with failures by no test: exerciseWorkflow('${expected}', …)` });
  }
  return problems;
}
