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
  // After the first import, where the formatter sorts it in; at the top of a file that only exports.
  const imports = /^import [^;]*;\n/m.test(tree.read(index)) ? /^(import [^;]*;\n)/m : /^((?:\/\/.*\n)*)/;
  change(plan, tree, index, imports, `$1import { ${exportName} } from './${verb}.${kind}.ts';\n`);
  const list = new RegExp(
    `(\\b\\w+${listName}\\b[^=]*=\\s*(?:\\([^)]*\\)[^=]*=>\\s*)?\\[)([^\\]]*?),?\\s*\\]`,
  );
  const items = list.exec(plan.changed.get(index) ?? '')?.[2];
  if (items !== undefined) {
    change(plan, tree, index, list, items.trim() === '' ? `$1${exportName}]` : `$1$2, ${exportName}]`);
    return;
  }
  const newList = `${camelCase(singular(feature))}${listName}`;
  change(plan, tree, index, /\n*$/, `\n\nexport const ${newList} = [${exportName}];\n`);
  collect(plan, tree, feature, newList, `all${listName}`);
}

/** Adds a feature's new list to the lists of the whole program. */
function collect(plan: Plan, tree: Tree, feature: string, list: string, whole: string): void {
  const contract = 'server/roles/contract.ts';
  const from = `from '../features/${feature}/index.ts';`;
  const imported = new RegExp(`(import \\{)([^}]*?),?\\s*\\} ${from.replaceAll('.', '\\.')}`);
  if (imported.test(tree.read(contract))) change(plan, tree, contract, imported, `$1$2, ${list} } ${from}`);
  else change(plan, tree, contract, /^(import [^;]*;\n)/m, `$1import { ${list} } ${from}\n`);
  change(
    plan,
    tree,
    contract,
    new RegExp(`(\\b${whole}\\b[^=]*= \\[)([^\\]]*?),?\\s*\\]`),
    `$1$2, ...${list}]`,
  );
}

/** `mailboxes` → `mailbox`, `domains` → `domain`, `dns` stays. */
function singular(noun: string): string {
  if (noun.endsWith('xes')) return noun.slice(0, -2);
  return noun.endsWith('s') && noun.length > 3 ? noun.slice(0, -1) : noun;
}
