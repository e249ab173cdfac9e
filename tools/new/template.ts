// Templates are real files under tools/templates/, type-checked and tested like all others. Making something is
// copying them, with other names and with imports that lead from the new place to the same targets.
import { posix } from 'node:path';
import type { Tree } from '../tree.ts';

/** Template path → path in the tree, for files that are copied together. */
export type Places = ReadonlyMap<string, string>;

/** Words of the template and what stands for them; longer words first where one contains another. */
export type Words = readonly (readonly [word: string, replacement: string])[];

export function fromTemplate(tree: Tree, template: string, places: Places, words: Words): string {
  const target = places.get(template);
  if (target === undefined) throw new Error(`${template} has no place to go`);
  const moved = tree
    .read(template)
    .replace(/(from|import) '(\.[^']*)'/g, (_, keyword: string, path: string) => {
      const imported = posix.join(posix.dirname(template), path);
      const relative = posix.relative(posix.dirname(target), places.get(imported) ?? imported);
      return `${keyword} '${relative.startsWith('.') ? relative : `./${relative}`}'`;
    });
  return words.reduce((text, [word, replacement]) => text.replaceAll(word, replacement), moved);
}
