// The files of this repository as the checks see them: what is committed or would be, never what is ignored.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Paths are relative to the repository and use `/`. Tests make one from a map, without a disk. */
export type Tree = { files: readonly string[]; read(path: string): string };

/** Something that does not follow the house rules; `message` says what to do instead. */
export type Problem = { path: string; line?: number; message: string };

export const repositoryRoot = join(import.meta.dirname, '..');

/** @throws when `root` is not a git work tree. */
export function readTree(root = repositoryRoot): Tree {
  const listed = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });
  // A file deleted but not yet committed is still listed.
  const files = [...new Set(listed.split('\0'))].filter(
    (path) => path !== '' && existsSync(join(root, path)),
  );
  return { files: files.sort(), read: (path) => readFileSync(join(root, path), 'utf8') };
}

export function treeOf(contents: Record<string, string>): Tree {
  return {
    files: Object.keys(contents).sort(),
    read: (path) => {
      const content = contents[path];
      if (content === undefined) throw new Error(`no file ${path}`);
      return content;
    },
  };
}

/** Prints the problems and sets the exit code, the same way for every check. */
export function report(problems: readonly Problem[], rule: string): void {
  for (const { path, line, message } of problems) {
    console.error(`${path}${line === undefined ? '' : `:${line}`}  ${message}`);
  }
  if (problems.length === 0) return;
  console.error(`\n${problems.length} problem${problems.length === 1 ? '' : 's'}. The rules: ${rule}`);
  process.exitCode = 1;
}
