// The allow-list: what a client of one's own is given, what deleting it ends, and who may see which.
import { expect, test } from 'vitest';
import { addTeam } from '../../testing/second-team.ts';
import { type Body, useInstallation } from '../../testing/test-installation.ts';

const api = useInstallation({ INBOXKIT_CONSENT_BROWSERS: '0' });
const redirect_uris = ['https://app.example/done', 'http://127.0.0.1/done', 'com.example.app:/done'];

const published = (clientId: string): Promise<Body> =>
  api.database.db
    .selectFrom('published.oauth_client')
    .selectAll()
    .where('client_id', '=', clientId)
    .executeTakeFirst();

test('a client is shown its secret once, and the sign-in pages keep no more than a hash of it', async () => {
  const { status, body } = await api.post('/oauth-clients', {
    name: 'Desk',
    redirect_uris,
    scopes: ['openid'],
  });
  expect([status, body.issuer]).toEqual([201, api.installation.identityUrl]);
  expect(body.client).toMatchObject({
    kind: 'registered',
    hosts: ['app.example', '127.0.0.1'],
    approved: true,
  });
  const row = await published(body.client_id);
  expect(row).toMatchObject({ name: 'Desk', redirect_uris, scopes: ['openid'] });
  expect(JSON.stringify(row)).not.toContain(body.client_secret);
  const { body: listed } = await api.get('/oauth-clients');
  expect(listed.clients.map(({ client_id }: Body) => client_id)).toEqual([body.client_id]);
  expect(JSON.stringify(listed)).not.toContain(body.client_secret);

  const { uid } = body.client;
  expect((await api.call('DELETE', '/oauth-clients', { uid })).body.client_id).toBe(body.client_id);
  expect(await published(body.client_id)).toBeUndefined();
  expect((await api.call('DELETE', '/oauth-clients', { uid })).status).toBe(404);
});

test.each([
  'http://app.example/done',
  'https://app.example/done#part',
  'javascript:alert(1)',
  'https://user:password@app.example/',
  'app:/done',
])('a client may not wait for its answer at %s', async (uri) => {
  const { status, body } = await api.post('/oauth-clients', { name: 'Desk', redirect_uris: [uri] });
  expect([status, body.problems?.[0]?.path]).toEqual([400, 'redirect_uris[0]']);
});

test('a workspace has a client once, another has its own, and each sees only what is its', async () => {
  const wish = { client_id: 'outside.apps.example', hosts: ['*.app.example'], scopes: ['mail'] };
  expect((await api.post('/oauth-clients/allow', wish)).status).toBe(201);
  const again = await api.post('/oauth-clients/allow', wish);
  expect([again.status, again.body.code]).toEqual([409, 'oauth_client_exists']);
  const { key, workspaceUid: workspace } = await addTeam(api.installation);
  expect((await api.get('/oauth-clients', { key, workspace })).body.clients).toEqual([]);
  expect((await api.post('/oauth-clients/allow', wish, { key, workspace })).status).toBe(201);
});
