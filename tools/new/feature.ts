// What endpoints and workflows have in common: the feature they belong to, their names, and their place in its lists.
import type { Tree } from '../tree.ts';
import { CannotMake, camelCase, change, kebabCase, type Plan, titleCase } from './plan.ts';

export type OperationKind = 'endpoint' | 'workflow';

export type Operation = {
  feature: string;
  verb: string;
  /** Name of the export: `pauseMailboxes`. */
  exportName: string;
};

/** Reads `mailboxes.pause`. @throws {CannotMake} when it is no operation of a feature in the tree */
export function readOperation(tree: Tree, operation: string): Operation {
  const [feature = '', verb = '', ...rest] = operation.split('.');
  if (rest.length > 0 || !kebabCase.test(feature) || !kebabCase.test(verb)) {
    throw new CannotMake(`${operation} is not of the form mailboxes.pause, in kebab-case`);
  }
  if (!tree.files.includes(`server/features/${feature}/index.ts`)) {
    throw new CannotMake(
      `there is no feature ${feature}; make server/features/${feature}/index.ts first and give it its place in the order of features in .dependency-cruiser.cjs`,
    );
  }
  return { feature, verb, exportName: camelCase(`${verb}-${feature}`) };
}

/** The words of the templates, which are written for `mailboxes.pause`. */
export function wordsFor({ feature, verb, exportName }: Operation) {
  const spoken = `${titleCase(verb)} ${feature.replaceAll('-', ' ')}`;
  return [
    ['pauseMailboxes', exportName],
    ['mailboxes.pause', `${feature}.${verb}`],
    ['mailboxes/pause', `${feature}/${verb}`],
    ['Pause mailboxes', spoken],
  ] as const;
}

/** Adds the export to a list of the feature's front door, `…Endpoints` or `…Workflows`; makes the list if need be. */
export function listInFeature(
  plan: Plan,
  tree: Tree,
  { feature, verb, exportName: name }: Operation,
  kind: OperationKind,
): void {
  // An operation can have both, under one name.
  const exportName = kind === 'workflow' ? `${name}Workflow` : name;
  const index = `server/features/${feature}/index.ts`;
  const listName = kind === 'endpoint' ? 'Endpoints' : 'Workflows';
  // The first import, so that it is one even when the file begins with exports; the formatter sorts.
  change(plan, tree, index, /^((?:\/\/.*\n)*)/, `$1import { ${exportName} } from './${verb}.${kind}.ts';\n`);
  const list = new RegExp(`(\\b\\w+${listName}\\b[^=]*=\\s*(?:\\([^)]*\\)[^=]*=>\\s*)?\\[)([^\\]]*)\\]`);
  const text = plan.changed.get(index) ?? '';
  if (list.test(text)) {
    const separator = /\[\s*\]/.test(list.exec(text)?.[0] ?? '') ? '' : ', ';
    change(plan, tree, index, list, `$1${exportName}${separator}$2]`);
    return;
  }
  const newList = `${camelCase(feature).replace(/s$/, '')}${listName}`;
  change(plan, tree, index, /\n*$/, `\n\nexport const ${newList} = [${exportName}];\n`);
  plan.nextSteps.push(
    `${newList} is the feature's first list of ${kind}s: hand it on where server/roles/ collects them.`,
  );
}
