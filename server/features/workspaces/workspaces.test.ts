// Workspaces through HTTP: made, changed, emptied, deleted, and each seen by its own team only.
import { describe, expect, test } from 'vitest';
import { freshName, orderOf } from '../../testing/order-body.ts';
import { type Body, useInstallation } from '../../testing/test-installation.ts';

const api = useInstallation();
const create = (body: object) => api.post('/workspaces/create', body);

describe('workspaces', () => {
  test('a new one is empty, is listed, and is found by its uid on every path', async () => {
    const made = await create({
      name: 'Client Aurora',
      webhook_url: 'https://hooks.example/ik',
      admins_only: true,
    });
    expect(made.body).toMatchObject({ error: false, uid: made.body.workspace.uid });
    expect(made.body.workspace).toMatchObject({ domains: 0, assignable_domains: 0, team: api.teamUid });
    const listed = (await api.get('/workspaces/list')).body.workspaces;
    expect(listed.map((workspace: Body) => workspace.name)).toContain('Client Aurora');
    for (const path of [`/workspaces/details?uid=${made.body.uid}`, `/workspaces/${made.body.uid}`]) {
      expect((await api.get(path)).body.workspace.name).toBe('Client Aurora');
    }
  });

  test('two of one team never share a name, whatever its case', async () => {
    await create({ name: 'Bořek' });
    const second = await create({ name: 'BOŘEK' });
    expect([second.status, second.body.code]).toEqual([409, 'workspace_name_taken']);
  });

  test('of ten that want one name at once, one gets it', async () => {
    const replies = await Promise.all(Array.from({ length: 10 }, () => create({ name: 'Race' })));
    expect(replies.filter((reply) => reply.status === 200)).toHaveLength(1);
    expect(replies.filter((reply) => reply.status === 409)).toHaveLength(9);
  });

  test('an update changes what it names and nothing else', async () => {
    const { body } = await create({ name: 'Before', webhook_url: 'https://hooks.example/a' });
    const updated = await api.call('PUT', '/workspaces/update', { uid: body.uid, name: 'After' });
    expect(updated.body.workspace).toMatchObject({ name: 'After', webhook_url: 'https://hooks.example/a' });
    const byPath = await api.call('PUT', `/workspaces/${body.uid}`, { name: 'After that' });
    expect(byPath.body.workspace.name).toBe('After that');
  });

  test('the webhook address must be https, and an empty one clears it', async () => {
    const { body } = await create({ name: 'Hooked' });
    const plain = await api.post('/workspaces/webhook', {
      uid: body.uid,
      webhook_url: 'http://hooks.example',
    });
    expect([plain.status, plain.body.code]).toEqual([400, 'validation_failed']);
    const set = await api.post(`/workspaces/${body.uid}/webhook`, { webhook_url: 'https://hooks.example/x' });
    expect(set.body.webhook_url).toBe('https://hooks.example/x');
    const cleared = await api.post('/workspaces/webhook', { uid: body.uid, webhook_url: '' });
    expect(cleared.body.webhook_url).toBeNull();
  });

  test('one that holds a domain is not deleted, an empty one is, and then is gone everywhere', async () => {
    const { body } = await create({ name: 'Full' });
    const options = { workspace: body.uid };
    const order = await api.post('/orders', orderOf([{ name: freshName(), mailboxes: [] }]), options);
    await expect
      .poll(async () => (await api.get(`/orders/${order.body.order_id}`, options)).body.status, {
        timeout: 20_000,
      })
      .toBe('done');
    const refused = await api.call('DELETE', `/workspaces/delete?uid=${body.uid}`);
    expect([refused.status, refused.body.code, refused.body.domains]).toEqual([
      409,
      'workspace_not_empty',
      1,
    ]);

    const empty = (await create({ name: 'Empty' })).body.uid;
    expect((await api.call('DELETE', `/workspaces/${empty}`)).status).toBe(200);
    expect((await api.get(`/workspaces/details?uid=${empty}`)).status).toBe(404);
    const inside = await api.post('/domains/list', {}, { workspace: empty });
    expect(inside.body).toEqual({ code: 400, message: 'Invalid workspace' });
    expect((await create({ name: 'Empty' })).status).toBe(200);
  });

  test('an unknown one is a 404 with its own code', async () => {
    const reply = await api.get('/workspaces/details?uid=6f1c2b3a-0000-4000-8000-000000000000');
    expect([reply.status, reply.body.code]).toEqual([404, 'workspace_not_found']);
  });
});

test('the account shows the team, its plan and its credits', async () => {
  const { body } = await api.get('/account');
  expect(body).toMatchObject({
    team: 'My team',
    total_credits: 1000,
    cost_per_google_mailbox: 3.5,
    current_plan: { name: 'Professional', cycle: 'monthly' },
  });
});

test('orders that are under way keep their workspace from looking empty', async () => {
  const { body } = await create({ name: 'Under way' });
  const options = { workspace: body.uid };
  const placed = await api.post('/orders', orderOf([{ name: freshName(), mailboxes: [] }]), options);
  expect((await api.call('DELETE', `/workspaces/delete?uid=${body.uid}`)).status).toBe(409);
  await expect
    .poll(async () => (await api.get(`/orders/${placed.body.order_id}`, options)).body.status, {
      timeout: 20_000,
    })
    .toBe('done');
});
