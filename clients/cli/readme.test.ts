// Runs the examples of the README as a shell would, against a real installation.
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { useInstallation } from '../../server/testing/test-installation.ts';

const api = useInstallation();
const here = (name: string) => fileURLToPath(new URL(`./${name}`, import.meta.url));

test('every example of the README does what it says', async () => {
  const home = await mkdtemp(join(tmpdir(), 'inboxkit-cli-'));
  const readme = await readFile(here('README.md'), 'utf8');
  const examples = [...readme.matchAll(/^```sh\n(.*?)^```$/gms)].map(([, lines]) => lines);
  expect(examples.length).toBeGreaterThan(1);
  const script = `inboxkit() { "${process.execPath}" "${here('main.ts')}" "$@"; }\n${examples.join('\n')}`;
  const env = {
    PATH: process.env.PATH,
    HOME: home,
    INBOXKIT_URL: api.installation.baseUrl,
    INBOXKIT_API_KEY: api.apiKey,
    INBOXKIT_WORKSPACE_ID: api.workspaceUid,
  };
  const { stdout } = await promisify(execFile)('bash', ['-euo', 'pipefail', '-c', script], { env });
  expect(stdout).toContain('mara@northpeak-cli.com  active');
  expect(stdout).toContain('"overall_health": "healthy"');
  await rm(home, { recursive: true });
});
