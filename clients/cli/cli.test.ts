// The command line, as the process and against a real installation.
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { useInstallation } from '../../server/testing/test-installation.ts';
import { runCommand } from './program.ts';
import type { Terminal } from './terminal.ts';

const api = useInstallation();
let home: string;
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'inboxkit-cli-'));
});
afterAll(() => rm(home, { recursive: true, force: true }));

type Ran = { code: number; out: string; notes: string };

/** Runs a command in this process; `answers` is what a person types. */
const run = async (argv: string[], answers?: string[], env: Record<string, string> = {}): Promise<Ran> => {
  const [out, notes]: [string[], string[]] = [[], []];
  const terminal: Terminal = {
    env: { HOME: home, ...env },
    interactive: answers !== undefined,
    width: undefined,
    out: (text) => out.push(text),
    bytes: (chunk) => out.push(Buffer.from(chunk).toString()),
    note: (text) => notes.push(text),
    ask: async (question) => {
      notes.push(question);
      return answers!.shift() ?? '';
    },
    signal: new AbortController().signal,
  };
  const code = await runCommand(argv, terminal);
  return { code, out: out.join('\n'), notes: notes.join('\n') };
};
const json = async (...argv: string[]) => JSON.parse((await run([...argv, '--json'])).out);

test('without a profile it says how to sign in', async () => {
  expect(await run(['billing', 'wallet'])).toMatchObject({
    code: 2,
    notes: expect.stringContaining('inboxkit login'),
  });
});

test('login refuses a wrong key, and keeps a right one where only its owner reads it', async () => {
  const server = api.installation.baseUrl;
  const wrong = await run(['login', '--server', server, '--key', 'no-key']);
  expect([wrong.code, wrong.notes]).toEqual([3, expect.stringContaining('unauthorized')]);
  const right = await run(['login'], [server, api.apiKey]);
  expect(right).toMatchObject({ code: 0, notes: expect.stringContaining('profile default') });
  expect(right.notes + right.out).not.toContain(api.apiKey);
  const path = join(home, '.config/inboxkit/profiles.json');
  expect((await stat(path)).mode & 0o777).toBe(0o600);
  expect(JSON.parse(await readFile(path, 'utf8')).profiles.default.workspace_id).toBe(api.workspaceUid);
  expect((await run(['profiles', 'list'])).out).toContain(server);
});

describe('an operation', () => {
  test('is a command of its name, with a flag for each field', async () => {
    expect(await json('billing', 'wallet')).toMatchObject({ error: false, credits_remaining: 1000 });
    expect(await json('domains', 'available', '--domain', 'northpeak.com')).toMatchObject({
      available: true,
    });
    const searched = await json(
      'domains',
      'search',
      '--keyword',
      'northpeak',
      '--tlds',
      'com,net',
      '--num',
      '3',
    );
    expect(searched.domains).toHaveLength(3);
    const { out } = await run(['domains', 'search', '--help']);
    expect(out).toContain('--check-banned [true|false]');
    expect(out).toContain('--keyword <text>');
  });

  test('takes its whole input as JSON too, and flags over it', async () => {
    const input = JSON.stringify({ keyword: 'northpeak', num: 3 });
    expect((await json('domains', 'search', '--input', input, '--num', '2')).domains).toHaveLength(2);
    const wrong = await run(['domains', 'search', '--input', '{']);
    expect([wrong.code, wrong.notes]).toEqual([2, expect.stringContaining('no JSON')]);
  });

  test('shows rows as a table for people', async () => {
    const { code, out } = await run(['workspaces', 'list', '--columns', 'name,uid']);
    expect(code).toBe(0);
    expect(out.split('\n')[0]).toMatch(/^NAME\s+UID$/);
    expect(out).toContain(api.workspaceUid);
  });

  test('of a purchase says the price and buys only when told to', async () => {
    const mail = { first_name: 'Mara', last_name: 'Voss', email: 'mara@north-cli.com', platform: 'GOOGLE' };
    const domains = JSON.stringify([
      { name: 'north-cli.com', redirect_url: 'https://northpeak.example', mailboxes: [mail] },
    ]);
    const place = ['orders', 'place', '--domains', domains];
    const unasked = await run(place);
    expect([unasked.code, unasked.notes]).toEqual([2, expect.stringContaining('--yes buys')]);
    expect(unasked.notes).toContain('north-cli.com');
    expect((await run(place, ['n'])).notes).toContain('Nothing was bought');
    expect((await json('orders', 'list')).orders).toEqual([]);

    const placed = JSON.parse((await run([...place, '--json'], ['y'])).out);
    const followed = await run(['orders', 'follow', placed.order_id]);
    expect([followed.code, followed.notes]).toEqual([0, '']);
    expect(followed.out).toContain('order  done');
    expect(followed.out).toContain('mara@north-cli.com  ');
    const all = await run(['mailboxes', 'list', '--all', '--json']);
    expect(all.out.split('\n').map((line) => JSON.parse(line).email)).toEqual(['mara@north-cli.com']);
  });

  test('that answers a file writes it', async () => {
    const file = join(home, 'logs.csv');
    expect((await run(['billing', 'wallet-logs', '--format', 'csv', '--output', file])).code).toBe(0);
    expect(await readFile(file, 'utf8')).toMatch(/^created_at,[^\n]*\n\S/);
  });
});

describe('what a process ends with', () => {
  test.each<[title: string, argv: string[], code: number]>([
    ['a command that there is not', ['domains', 'fly'], 2],
    ['a flag that there is not', ['domains', 'list', '--colour', 'red'], 2],
    ['a value of the wrong kind', ['domains', 'list', '--limit', 'many'], 2],
    ['input that the server refuses', ['domains', 'list', '--limit', '100000'], 2],
    ['a wrong key', ['billing', 'wallet', '--key', 'no-key'], 3],
    ['a thing that there is not', ['orders', 'get', '--order-id', '018f0000-0000-7000-8000-000000000000'], 4],
    ['a change that cannot be', ['domains', 'nameservers', '--domains', 'nowhere'], 2],
    ['an installation that does not answer', ['billing', 'wallet', '--server', 'http://127.0.0.1:9'], 8],
  ])(
    '%s',
    async (_title, argv, code) => {
      expect((await run(argv)).code).toBe(code);
    },
    60_000,
  );

  test('is told with the code of the refusal, as JSON for programs', async () => {
    const refused = await run([
      'orders',
      'get',
      '--order-id',
      '018f0000-0000-7000-8000-000000000000',
      '--json',
    ]);
    expect(JSON.parse(refused.out)).toMatchObject({ error: true, code: 'order_not_found', status: 404 });
  });
});

test('shells complete nouns, verbs and flags', async () => {
  expect((await run(['completion', 'bash'])).out).toContain('complete -o default -F _inboxkit inboxkit');
  const words = async (line: string) => (await run(['complete', line])).out.split('\n');
  expect(await words('inboxkit dom')).toEqual(['domains']);
  expect(await words('inboxkit domains set-d')).toEqual(['set-dmarc']);
  expect(await words('inboxkit domains set-dmarc --po')).toEqual(['--policy']);
});

test('is a program', async () => {
  const main = fileURLToPath(new URL('./main.ts', import.meta.url));
  const stdout = await new Promise<string>((resolve, reject) => {
    execFile(process.execPath, [main, '--help'], (error, out) => (error ? reject(error) : resolve(out)));
  });
  expect(stdout).toContain('mailboxes');
});
