// Every example of the README runs against an installation, as it stands there.
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { useInstallation } from '../../server/testing/test-installation.ts';

const installed = useInstallation();
const page = readFileSync(join(import.meta.dirname, 'README.md'), 'utf8');
/** Heading and code of every section that has some. */
const examples = page
  .split(/^## /m)
  .map((section): [string, string] => [
    section.split('\n', 1)[0]!.replace(/^# /, ''),
    [...section.matchAll(/^```ts\n([\s\S]*?)^```/gm)].map(([, code]) => code).join('\n'),
  ])
  .filter(([, code]) => code !== '');
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'inboxkit-examples-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('the page has examples', () => expect(examples.length).toBeGreaterThan(5));

test.each(examples)('the example of “%s” runs', async (_heading, code) => {
  // The first example makes the client that the others use.
  const client = examples[0]![1];
  const program = (code === client ? code : `${client}\n${code}`).replaceAll(
    "'@inboxkit/sdk'",
    `'${join(import.meta.dirname, 'index.ts')}'`,
  );
  const file = join(folder, `example-${examples.findIndex(([, text]) => text === code)}.ts`);
  writeFileSync(file, program);
  const { stderr } = await promisify(execFile)(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', file],
    {
      env: {
        ...process.env,
        INBOXKIT_URL: installed.installation.baseUrl,
        INBOXKIT_API_KEY: installed.apiKey,
        INBOXKIT_WORKSPACE_ID: installed.workspaceUid,
        WEBHOOK_SECRET: 'whsec_c2VjcmV0',
      },
    },
  );
  expect(stderr.replace(/.*MODULE_TYPELESS[\s\S]*/, '')).toBe('');
});
