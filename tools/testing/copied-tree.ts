// A copy of the tree for tests of tools that write into it.
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import { readTree, repositoryRoot } from '../tree.ts';

export type CopiedTree = {
  /** Valid from the first `beforeAll` after the call on. */
  readonly root: string;
  read(path: string): string;
  files(): readonly string[];
  /** Runs a script of the copy with Node: its exit code and everything it said. */
  run(...args: string[]): { status: number | null; output: string };
  /** The same for scripts that must succeed; answers what it said. */
  succeed(...args: string[]): string;
};

/** Call at the top level of a file. The copy shares the installed packages and is removed at the end. */
export const useCopiedTree = (): CopiedTree => {
  let root = '';
  beforeAll(() => {
    root = mkdtempSync(join(tmpdir(), 'inboxkit-tree-'));
    for (const path of readTree().files) {
      cpSync(join(repositoryRoot, path), join(root, path), { recursive: true });
    }
    symlinkSync(join(repositoryRoot, 'node_modules'), join(root, 'node_modules'));
    // The checks look at what is, or would be, committed.
    execFileSync('git', ['init', '--quiet'], { cwd: root });
    // .gitignore names the folder; here it is a link.
    writeFileSync(join(root, '.git/info/exclude'), 'node_modules\n');
  });
  afterAll(() => rmSync(root, { recursive: true, force: true }));

  const run: CopiedTree['run'] = (...args) => {
    const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd: root, encoding: 'utf8' });
    return { status, output: stdout + stderr };
  };
  return {
    get root() {
      return root;
    },
    read: (path) => readFileSync(join(root, path), 'utf8'),
    files: () => readTree(root).files,
    run,
    succeed: (...args) => {
      const { status, output } = run(...args);
      if (status !== 0) throw new Error(`node ${args.join(' ')} ended with ${status}:\n${output}`);
      return output;
    },
  };
};
