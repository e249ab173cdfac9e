// What `npm run new` is going to write, worked out before anything is touched.
import type { Tree } from '../tree.ts';

export type Plan = {
  /** New files, by path. */
  created: Map<string, string>;
  /** Files of the tree with their new content. */
  changed: Map<string, string>;
  /** What a person still has to decide, in order. */
  nextSteps: string[];
};

/** A request that cannot be carried out; its message tells the person at the keyboard why. */
export class CannotMake extends Error {
  override readonly name = 'CannotMake';
}

export function emptyPlan(): Plan {
  return { created: new Map(), changed: new Map(), nextSteps: [] };
}

/** @throws {CannotMake} when the file exists: what somebody wrote is never overwritten. */
export function create(plan: Plan, tree: Tree, path: string, content: string): void {
  if (tree.files.includes(path)) throw new CannotMake(`${path} exists already`);
  plan.created.set(path, content);
}

/** Replaces the first match in a file of the tree. @throws {CannotMake} when the file has no such place. */
export function change(plan: Plan, tree: Tree, path: string, place: RegExp, replacement: string): void {
  const before = plan.created.get(path) ?? plan.changed.get(path) ?? tree.read(path);
  if (!place.test(before)) throw new CannotMake(`${path} has no place that looks like ${place}`);
  // A function, because `$` has a meaning in replacement texts.
  const after = before.replace(place, (...match: string[]) =>
    replacement.replace(/\$(\d)/g, (_, group: string) => match[Number(group)] ?? ''),
  );
  (plan.created.has(path) ? plan.created : plan.changed).set(path, after);
}

export const kebabCase = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/;

export function camelCase(kebab: string): string {
  return kebab.replace(/-([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}

export function titleCase(kebab: string): string {
  return kebab.replace(
    /(^|-)([a-z])/g,
    (_, dash: string, letter: string) => (dash ? ' ' : '') + letter.toUpperCase(),
  );
}
