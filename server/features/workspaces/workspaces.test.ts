// Workspaces through HTTP: made, changed, emptied, deleted, and each seen by its own team only.
import { sql } from 'kysely';
import { describe, expect, test } from 'vitest';
import { inTransaction } from '../../../database/database.ts';
import { askUntil, orderEnded } from '../../testing/follow.ts';
import { freshName, orderOf } from '../../testing/order-body.ts';
import { addTeam } from '../../testing/second-team.ts';
import { type Body, type Reply, useInstallation } from '../../testing/test-installation.ts';
import { lockFunds } from '../billing/index.ts';
import { holdWorkspace } from './index.ts';

const api = useInstallation();
const create = (body: object) => api.post('/workspaces/create', body);

/** Resolves when so many transactions of the database wait for another one. */
const waitingForLocks = (count: number) =>
  askUntil(
    async () => {
      const waiting = await sql`select from pg_stat_activity
        where datname = current_database() and wait_event_type = 'Lock'`.execute(api.database.db);
      return waiting.rows.length;
    },
    (waiting) => waiting >= count,
  );

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

  test('of ten that are renamed to one name at once, one gets it', async () => {
    const made = await Promise.all(
      Array.from({ length: 10 }, (_, index) => create({ name: `Was ${index}` })),
    );
    const replies = await Promise.all(
      made.map(({ body }) => api.call('PUT', '/workspaces/update', { uid: body.uid, name: 'Renamed' })),
    );
    expect(replies.map(({ status, body }) => body.code ?? status).sort()).toEqual([
      200,
      ...Array(9).fill('workspace_name_taken'),
    ]);
  });

  test('what counts as the same letter is the same when one is made and when one is renamed', async () => {
    await create({ name: 'istanbul' });
    const { body } = await create({ name: 'Ankara' });
    for (const reply of [
      await create({ name: 'İstanbul' }),
      await api.call('PUT', '/workspaces/update', { uid: body.uid, name: 'İstanbul' }),
    ]) {
      expect([reply.status, reply.body.code]).toEqual([409, 'workspace_name_taken']);
    }
    const same = await api.call('PUT', '/workspaces/update', { uid: body.uid, name: 'ANKARA' });
    expect(same.body.workspace.name).toBe('ANKARA');
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
    await api.call('PUT', `/workspaces/${body.uid}`, { webhook_url: 'https://hooks.example/y' });
    const nulled = await api.call('PUT', `/workspaces/${body.uid}`, { webhook_url: null });
    expect(nulled.body.workspace.webhook_url).toBeNull();
    const without = await create({ name: 'Unhooked', webhook_url: null, admins_only: null });
    expect(without.body.workspace).toMatchObject({ webhook_url: null, admins_only: false });
  });

  test('every change is told once, without the webhook address', async () => {
    const { body } = await create({ name: 'Told' });
    const path = `/workspaces/${body.uid}`;
    await api.call('PUT', path, { name: 'Told again', webhook_url: 'https://hooks.example/secret' });
    await api.call('PUT', path, { name: 'Told again' });
    await api.call('DELETE', path);
    const events = await api.database.db
      .selectFrom('event')
      .select(['type', 'workspace_uid', 'data'])
      .where('subject_uid', '=', body.uid)
      .orderBy('seq')
      .execute();
    expect(events.map(({ type }) => type)).toEqual([
      'workspace.created',
      'workspace.updated',
      'workspace.deleted',
    ]);
    expect(events[1]).toMatchObject({
      workspace_uid: body.uid,
      data: { name: 'Told again', previous_name: 'Told', changed: ['name', 'webhook_url'] },
    });
    expect(JSON.stringify(events)).not.toContain('hooks.example');
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

  test('what cannot be a uid is an unknown workspace, wherever it is said', async () => {
    const replies = await Promise.all([
      api.get('/workspaces/details?uid=aurora'),
      api.get('/workspaces/aurora'),
      api.call('DELETE', '/workspaces/delete?uid=aurora'),
      api.call('PUT', '/workspaces/aurora', { name: 'Aurora' }),
      api.post('/workspaces/webhook', { uid: 'aurora', webhook_url: '' }),
    ]);
    for (const { status, body } of replies) {
      expect([status, body.code]).toEqual([404, 'workspace_not_found']);
    }
  });

  test('a team never loses its last one, however many are deleted at once', async () => {
    for (let round = 0; round < 5; round += 1) {
      const team = await addTeam(api.installation);
      const options = { key: team.key, workspace: team.workspaceUid };
      const second = await api.post('/workspaces/create', { name: 'Second' }, options);
      const replies = await Promise.all(
        [team.workspaceUid, second.body.uid].map((uid) =>
          api.call('DELETE', `/workspaces/delete?uid=${uid}`, undefined, options),
        ),
      );
      expect(replies.map(({ status, body }) => body.code ?? status).sort()).toEqual([200, 'last_workspace']);
    }
  });

  test('one that an order is just being placed in is not deleted', async () => {
    const { body } = await create({ name: 'Busy' });
    const options = { workspace: body.uid };
    const order = orderOf([{ name: freshName(), mailboxes: [] }]);
    let deleting: Promise<Reply> | undefined;
    let buying: Promise<Reply> | undefined;
    // The purchase stops at the team's wallet, which this transaction holds; meanwhile the workspace is deleted.
    await inTransaction(api.database.db, async (tx) => {
      await lockFunds(tx, api.teamUid);
      buying = api.post('/orders', order, options);
      await waitingForLocks(1);
      deleting = api.call('DELETE', `/workspaces/delete?uid=${body.uid}`);
      await Promise.race([deleting, waitingForLocks(2)]);
    });
    const [bought, deleted] = [await buying!, await deleting!];
    expect(bought.body.error, JSON.stringify(bought.body)).toBe(false);
    expect([deleted.status, deleted.body.code]).toEqual([409, 'workspace_not_empty']);
    await orderEnded({ ...api, get: (path: string) => api.get(path, options) }, bought.body.order_id);
  });

  test('nothing is bought into one that was deleted after the request came in', async () => {
    const { db } = api.database;
    const made = await create({ name: 'Just gone' });
    await expect(
      inTransaction(db, async (tx) => {
        await tx
          .updateTable('workspace')
          .set({ deleted_at: new Date() })
          .where('uid', '=', made.body.uid)
          .execute();
        await holdWorkspace(tx, made.body.uid);
      }),
    ).rejects.toThrow('Invalid workspace');
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
