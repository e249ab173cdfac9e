// API keys through HTTP: what each may do, where, from where, and until when.
import { describe, expect, test } from 'vitest';
import { type Right, rights } from '../../http/rights.ts';
import { freshName } from '../../testing/order-body.ts';
import { addTeam } from '../../testing/second-team.ts';
import { type Body, useInstallation } from '../../testing/test-installation.ts';

const api = useInstallation({ INBOXKIT_TRUSTED_PROXIES: '127.0.0.1/32' });

const create = async (wish: object = {}): Promise<{ key: string; uid: string; row: Body }> => {
  const { body } = await api.post('/keys', { name: 'Test', ...wish });
  return { key: body.api_key, uid: body.key?.uid, row: body.key };
};

describe('a key', () => {
  test('is shown once, is listed with what it may do, and says when it was used', async () => {
    const { key, row } = await create({ name: 'Lesen & Schreiben', scopes: ['read', 'write'] });
    expect(row).toMatchObject({ scopes: ['read', 'write'], status: 'active', last_used_at: null });
    expect((await api.get('/account', { key })).status).toBe(200);
    const { body } = await api.get('/keys');
    expect(body.keys[0]).toMatchObject({
      uid: row.uid,
      name: 'Lesen & Schreiben',
      last_used_from: '127.0.0.1',
    });
    expect(JSON.stringify(body)).not.toContain(key);
    expect(body.keys.at(-1)).toMatchObject({ name: 'First key', scopes: [...rights] });
  });

  // One operation for each right there is: what is asked here holds for all of them by the check in the pipeline.
  const doors: Record<Right, [string, string, object?]> = {
    read: ['GET', '/account'],
    write: ['POST', '/webhooks', { url: 'https://hooks.example' }],
    purchase: ['POST', '/domains/register', { domains: [{ name: 'a.com' }] }],
    secrets: ['GET', '/mailboxes/show-credentials?email=nobody@nowhere.com'],
    admin: ['POST', '/workspaces/create', { name: '' }],
  };
  test.each(rights)('with the scope %s opens its own doors and no others', async (right) => {
    const { key } = await create({ scopes: [right] });
    for (const [needed, [method, path, body]] of Object.entries(doors)) {
      const reply = await api.call(method, path, body, { key });
      expect(reply.body.code === 'insufficient_scope', `${right} at ${path}`).toBe(needed !== right);
      if (needed !== right) expect([reply.status, reply.body.needs]).toEqual([403, needed]);
    }
  });

  test('gives away nothing it does not have', async () => {
    const { key } = await create({ scopes: ['read', 'admin'] });
    const more = await api.post('/keys', { name: 'More', scopes: ['read', 'purchase'] }, { key });
    expect([more.status, more.body.code, more.body.missing]).toEqual([403, 'scope_not_held', ['purchase']]);
    const full = await create();
    const rotated = await api.post('/keys/rotate', { uid: full.uid }, { key });
    expect(rotated.body.code).toBe('scope_not_held');
  });

  test('limited to workspaces sees those and nothing of the team’s', async () => {
    const other = (await api.post('/workspaces/create', { name: `W ${freshName()}` })).body.uid;
    const { key } = await create({ workspace_uids: [other] });
    expect((await api.post('/domains/list', {}, { key, workspace: other })).status).toBe(200);
    const elsewhere = await api.post('/domains/list', {}, { key });
    expect([elsewhere.status, elsewhere.body.message]).toEqual([400, 'Invalid workspace']);
    const listed = (await api.get('/workspaces/list', { key })).body.workspaces;
    expect(listed.map(({ uid }: Body) => uid)).toEqual([other]);
    expect((await api.get(`/workspaces/${api.workspaceUid}`, { key })).body.code).toBe('workspace_not_found');
    for (const path of ['/billing/wallet', '/events', '/webhooks', '/keys']) {
      expect((await api.get(path, { key })).body.code, path).toBe('insufficient_scope');
    }
  });

  test('is refused from networks it is not meant for, whatever the caller says of itself', async () => {
    const { key } = await create({ allowed_networks: ['203.0.113.0/24', '2001:db8::/32'] });
    const from = async (address?: string) => {
      const headers: Record<string, string> = address ? { 'X-Forwarded-For': address } : {};
      const { body } = await api.get('/account', { key, headers });
      return body.code ?? 'ok';
    };
    expect(await from('203.0.113.9')).toBe('ok');
    expect(await from('2001:db8:1::9')).toBe('ok');
    expect(await from('203.0.112.255')).toBe('address_not_allowed');
    // The proxy adds the address it saw behind what the client wrote.
    expect(await from('203.0.113.9, 198.51.100.1')).toBe('address_not_allowed');
    expect(await from()).toBe('address_not_allowed');
  });

  test.each(['203.0.113.1/24', '203.0.113.0/33', 'example.com', '', '2001:db8::1/64', '300.1.1.1'])(
    'cannot be limited to what is no network: %s',
    async (network) => {
      const { status, body } = await api.post('/keys', { name: 'x', allowed_networks: [network] });
      expect([status, body.problems[0].path]).toEqual([400, 'allowed_networks[0]']);
    },
  );

  test('that expires is refused from then on', async () => {
    const { key } = await create({ expires_at: new Date(Date.now() - 1_000).toISOString() });
    const reply = await api.get('/account', { key });
    expect([reply.status, reply.body]).toEqual([401, { code: 401, message: 'jwt expired' }]);
  });
});

describe('rotation and revocation', () => {
  test('the old key is good until the overlap ends, and is rotated once', async () => {
    const old = await create({ scopes: ['read'] });
    const rotated = await api.post('/keys/rotate', { uid: old.uid, overlap_hours: 1 });
    expect(rotated.body.key).toMatchObject({ name: 'Test', scopes: ['read'] });
    for (const key of [old.key, rotated.body.api_key])
      expect((await api.get('/account', { key })).status).toBe(200);
    const { body } = await api.get('/keys');
    expect(body.keys.find(({ uid }: Body) => uid === old.uid)).toMatchObject({
      status: 'ending',
      replaced_by: rotated.body.key.uid,
    });
    expect((await api.post('/keys/rotate', { uid: old.uid })).body.code).toBe('key_revoked');
    const atOnce = await api.post('/keys/rotate', { uid: rotated.body.key.uid, overlap_hours: 0 });
    const refused = await api.get('/account', { key: rotated.body.api_key });
    expect([refused.status, refused.body.message]).toEqual([401, 'jwt revoked']);
    expect((await api.get('/account', { key: atOnce.body.api_key })).status).toBe(200);
  });

  test('a revoked key is refused at once, and revoking it again changes nothing', async () => {
    const { key, uid } = await create();
    const first = await api.post('/keys/revoke', { uid });
    expect(first.body.key.status).toBe('revoked');
    expect((await api.get('/account', { key })).body.message).toBe('jwt revoked');
    const second = await api.call('DELETE', `/keys/${uid}`, {});
    expect(second.body.key.revoked_at).toBe(first.body.key.revoked_at);
  });

  test('the last key that may decide about keys stays, also when two revoke each other', async () => {
    const team = await addTeam(api.installation);
    const uidOf = async (key: string) =>
      (await api.get('/keys', { key })).body.keys.map(({ uid }: Body) => uid);
    const [first] = await uidOf(team.key);
    const refused = await api.post('/keys/revoke', { uid: first }, { key: team.key });
    expect([refused.status, refused.body.code]).toEqual([409, 'last_admin_key']);
    const second = (await api.post('/keys', { name: 'Second' }, { key: team.key })).body;
    const replies = await Promise.all([
      api.post('/keys/revoke', { uid: second.key.uid }, { key: team.key }),
      api.post('/keys/revoke', { uid: first }, { key: second.api_key }),
    ]);
    expect(replies.filter(({ status }) => status === 200)).toHaveLength(1);
  });

  test('a key of another team is unknown', async () => {
    const team = await addTeam(api.installation);
    const { uid } = await create();
    for (const path of ['/keys/revoke', '/keys/rotate']) {
      expect((await api.post(path, { uid }, { key: team.key })).body.code).toBe('key_not_found');
    }
  });
});
