// The command that checks a file of audit entries.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type ChainPlace, chainEntry, chainStart, endLine, headerLine } from '../protocols/audit-chain.ts';
import { repositoryRoot } from './tree.ts';

const TEAM = '0197b000-0000-7000-8000-000000000001';
let directory: string;
let path: string;
let end: ChainPlace;
const lines: string[] = [headerLine(TEAM, chainStart)];

const run = (...args: string[]) => {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [join(repositoryRoot, 'tools/audit.ts'), ...args],
    { encoding: 'utf8' },
  );
  return { status, output: stdout + stderr };
};

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'inboxkit-audit-'));
  path = join(directory, 'audit.jsonl');
  end = chainStart;
  for (const operation of ['tags.create', 'tags.assign', 'mailboxes.buy']) {
    const entry = chainEntry({ team_id: TEAM, operation, input: { name: 'Zürich 🚀' } }, end);
    end = { position: entry.position, hash: entry.hash };
    lines.push(`${JSON.stringify(entry)}\n`);
  }
  lines.push(endLine(end));
  writeFileSync(path, lines.join(''));
});
afterAll(() => rmSync(directory, { recursive: true }));

test('it says of an intact file how many entries it holds, and where it ends', () => {
  const { status, output } = run('verify', path);
  expect(output).toBe(
    `intact: 3 entries of team ${TEAM}\nbegins with the first entry\nends at 3:${end.hash}\n`,
  );
  expect(status).toBe(0);
  expect(run('verify', path, '--known', `3:${end.hash}`).status).toBe(0);
});

test('it names the line of the first entry that is not as it was, and fails', () => {
  const changed = join(directory, 'changed.jsonl');
  writeFileSync(changed, lines.join('').replace('tags.assign', 'tags.remove'));
  expect(run('verify', changed)).toEqual({
    status: 1,
    output: 'BROKEN at line 3: entry 2 was changed: its hash is another\n',
  });
  expect(run('verify', path, '--known', `2:${'0'.repeat(64)}`)).toEqual({
    status: 1,
    output: 'BROKEN at line 3: entry 2 is not the one that was noted\n',
  });
});

test('a file that cannot be read, and a command that is none, are neither intact nor broken', () => {
  expect(run('verify', join(directory, 'not-there.jsonl')).status).toBe(2);
  for (const args of [[], ['verify'], ['check', path], ['verify', path, '--known', 'x']]) {
    const { status, output } = run(...args);
    expect([status, /npm run audit|--known takes/.test(output)], output).toEqual([2, true]);
  }
});
