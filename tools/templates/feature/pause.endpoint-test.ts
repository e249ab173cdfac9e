// What mailboxes.pause guarantees, through the API.
import { expect, test } from 'vitest';
import { useInstallation } from '../../../server/testing/test-installation.ts';

const api = useInstallation();

test('answers the workspace it was asked for', async () => {
  const { status, body } = await api.post('/mailboxes/pause', {});
  expect(status).toBe(200);
  expect(body).toMatchObject({ error: false, workspace_uid: api.workspaceUid });
});
