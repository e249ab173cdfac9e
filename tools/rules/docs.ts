// Rules over the documentation: what it points at exists, and vendors are named only where they belong.
import { posix } from 'node:path';
import type { Problem, Tree } from '../tree.ts';

export function checkDocs(tree: Tree): Problem[] {
  const pages = tree.files.filter((path) => path.endsWith('.md'));
  const places = placesOf(tree);
  return [...pages.flatMap((page) => checkPage(tree, page, places)), ...checkVendorNames(tree)];
}

/** Every file and every folder above one. */
function placesOf(tree: Tree): Set<string> {
  const places = new Set<string>();
  for (const path of tree.files) {
    for (let place = path; place !== '.'; place = posix.dirname(place)) places.add(place);
  }
  return places;
}

function checkPage(tree: Tree, page: string, places: Set<string>): Problem[] {
  const problems: Problem[] = [];
  for (const { text, line } of proseLines(tree.read(page))) {
    for (const [, quoted = ''] of text.matchAll(/`([^`]+)`/g)) {
      if (looksLikeOurPath(quoted, places) && !pathExists(quoted, page, places)) {
        problems.push({ path: page, line, message: `\`${quoted}\` does not exist` });
      }
    }
    for (const [, target = ''] of text.matchAll(/\]\(([^)\s]+)\)/g)) {
      const problem = checkLink(tree, page, target, places);
      if (problem !== null) problems.push({ path: page, line, message: problem });
    }
  }
  return problems;
}

/** Lines outside of fenced blocks, which show commands and output rather than point at things. */
function proseLines(markdown: string): { text: string; line: number }[] {
  let fenced = false;
  return markdown.split('\n').flatMap((text, index) => {
    if (/^\s*(```|~~~)/.test(text)) {
      fenced = !fenced;
      return [];
    }
    return fenced ? [] : [{ text, line: index + 1 }];
  });
}

/** In a folder at the top of the tree, or a relative path to a kind of file that we keep. */
function looksLikeOurPath(quoted: string, places: Set<string>): boolean {
  if (!/^[\w.@*<>{},…-]+(\/[\w.@*<>{},…-]*)+$/.test(quoted)) return false;
  const top = quoted.split('/')[0] ?? '';
  if (top === '..') return true;
  return places.has(top) || /\.(ts|md|sql|json|ya?ml|cjs)$/.test(quoted);
}

/** From the root, from the page, or the end of a path where the text has already said which folder it is about. */
function pathExists(quoted: string, page: string, places: Set<string>): boolean {
  const path = quoted.replace(/\/+$/, '');
  const fromPage = posix.join(posix.dirname(page), path);
  if (places.has(posix.normalize(path)) || places.has(fromPage)) return true;
  // `<feature>`, `*`, `{a,b}` and `NNNN` stand for any name; one match is enough.
  const pattern = [path, fromPage].map(patternOf).join('|');
  const matches = new RegExp(`(^|/)(${pattern})$`);
  return [...places].some((place) => matches.test(place));
}

function patternOf(path: string): string {
  return path
    .replace(/[.+^$()|[\]\\]/g, '\\$&')
    .replace(/<[^>]+>|\*+|…|NNNN/g, '[^/]*')
    .replace(/\{([^}]+)\}/g, (_, words: string) => `(${words.split(',').join('|')})`);
}

function checkLink(tree: Tree, page: string, target: string, places: Set<string>): string | null {
  if (/^[a-z][a-z0-9+.-]*:/.test(target)) return null;
  const [file = '', anchor] = target.split('#');
  const path = file === '' ? page : posix.join(posix.dirname(page), file).replace(/\/$/, '');
  if (!places.has(path)) return `the link to ${target} leads nowhere`;
  if (anchor === undefined || !path.endsWith('.md')) return null;
  return anchorsOf(tree.read(path)).has(anchor) ? null : `${path} has no heading for #${anchor}`;
}

/** Anchors as the usual Markdown renderers make them from headings. */
function anchorsOf(markdown: string): Set<string> {
  return new Set(
    proseLines(markdown)
      .filter(({ text }) => /^#{1,6} /.test(text))
      .map(({ text }) =>
        text
          .replace(/^#+ /, '')
          .toLowerCase()
          .replace(/[^\p{L}\p{N} _-]/gu, '')
          .replace(/ /g, '-'),
      ),
  );
}

/** Names of vendors that the HTTP contract itself uses, as platforms and operations. */
const contractWords = new Set(['google', 'microsoft', 'cloudflare', 'csv']);

/**
 * The control plane must not know who serves it, or a vendor could not be exchanged. The composition root hands vendors
 * their settings, and the list of names that are always taken is full of well-known brands.
 */
function checkVendorNames(tree: Tree): Problem[] {
  const vendors = new Set(
    tree.files
      .map((path) => /^providers\/([^/]+)\//.exec(path)?.[1])
      .filter(
        (name) => name !== undefined && !['contracts', 'builtin'].includes(name) && !contractWords.has(name),
      ),
  );
  if (vendors.size === 0) return [];
  const pattern = new RegExp(`\\b(${[...vendors].join('|')})`, 'i');
  const neutral =
    /^(server\/(?!config\/|roles\/providers\.ts$)|workflow\/|planes\/|protocols\/|database\/(?!migrations\/0013_registry\.sql$)|clients\/|providers\/contracts\/)/;
  return tree.files
    .filter((path) => neutral.test(path) && /\.(ts|tsx|sql)$/.test(path))
    .flatMap((path) =>
      tree
        .read(path)
        .split('\n')
        .flatMap((text, index) => {
          const vendor = pattern.exec(text)?.[1];
          const message = `names the vendor ${vendor}; only its folder, the registry, docs and config do`;
          return vendor === undefined ? [] : [{ path, line: index + 1, message }];
        }),
    );
}
