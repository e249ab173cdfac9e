// Who makes the first team of a new installation.
import { existsSync } from 'node:fs';
import { expect, test } from 'vitest';
import { generateKey } from '../../database/secret-box.ts';
import { useInstallation } from '../testing/test-installation.ts';
import { firstKeyFile } from './first-start.ts';

const planes = useInstallation({ INBOXKIT_ROLES: 'dns', INBOXKIT_SECRET_KEY: generateKey() });

test('a process without the API leaves the first team and its key to the one that has it', async () => {
  const { storage, firstKey } = planes.installation;
  expect(firstKey).toBeNull();
  expect(existsSync(firstKeyFile(storage.dataDir))).toBe(false);
  expect(await storage.db.selectFrom('team').select('uid').execute()).toEqual([]);
});
