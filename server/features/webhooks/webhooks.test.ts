// Webhooks through HTTP: made, signed, shown, rotated, tested, replayed, and in the form of the reference API.
import { createHash } from 'node:crypto';
import { Webhook } from 'standardwebhooks';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { askUntil, orderEnded } from '../../testing/follow.ts';
import { type HookReceiver, type Received, startHookReceiver } from '../../testing/hook-receiver.ts';
import { freshName, mailboxesOn, orderOf } from '../../testing/order-body.ts';
import { addTeam } from '../../testing/second-team.ts';
import { type Body, useInstallation } from '../../testing/test-installation.ts';

const api = useInstallation({ INBOXKIT_ALLOW_TARGETS: '127.0.0.1/32' });
let receiver: HookReceiver;
beforeAll(async () => {
  receiver = await startHookReceiver();
});
afterAll(() => receiver.close());

let count = 0;
/** A path of its own for each endpoint, so that tests do not see each other's deliveries. */
const freshPath = () => {
  count += 1;
  return `/hook-${count}`;
};
const create = async (wish: object = {}) => {
  const path = freshPath();
  const made = await api.post('/webhooks', { url: receiver.url(path), ...wish });
  return { path, uid: made.body.uid as string, secret: made.body.secret as string, made };
};
const at = (path: string): Received[] => receiver.received.filter((one) => one.path === path);
const arrived = (path: string, enough = 1): Promise<Received[]> =>
  askUntil(
    async () => at(path),
    (received) => received.length >= enough,
  );
const createWorkspace = async (body: object = {}) =>
  (await api.post('/workspaces/create', { name: `W ${freshName()}`, ...body })).body.uid as string;
const orderOne = async (workspace = api.workspaceUid): Promise<Body> => {
  const name = freshName();
  const options = { workspace };
  const placed = await api.post('/orders', orderOf([{ name, mailboxes: mailboxesOn(name, 1) }]), options);
  const ask = { ...api, get: (path: string) => api.get(path, options) };
  return orderEnded(ask, placed.body.order_id);
};

describe('an endpoint', () => {
  test('is told what changes, signed so that a Standard Webhooks library accepts it and nothing else', async () => {
    const { path, secret } = await create({ event_types: ['workspace.*'] });
    const workspace = await createWorkspace();
    const [hook] = await arrived(path);
    expect(hook!.body).toMatchObject({
      type: 'workspace.created',
      team_id: api.teamUid,
      workspace_id: workspace,
      subject: { type: 'workspace', id: workspace },
    });
    const headers = hook!.headers as Record<string, string>;
    // The library itself checks that the time of sending is recent.
    expect(new Webhook(secret).verify(hook!.text, headers)).toEqual(hook!.body);
    expect(() => new Webhook(secret).verify(hook!.text.replace('created', 'deleted'), headers)).toThrow();
    expect(headers['webhook-id']).not.toBe(hook!.body.id);
  });

  test('has two signatures while its secret is rotated, and the new one alone after', async () => {
    const { path, uid, secret } = await create({ event_types: ['workspace.created'] });
    const rotated = await api.post('/webhooks/rotate-secret', { uid });
    await createWorkspace();
    const [during] = await arrived(path);
    for (const either of [secret, rotated.body.secret]) {
      new Webhook(either).verify(during!.text, during!.headers as Record<string, string>);
    }
    const last = await api.post('/webhooks/rotate-secret', { uid, overlap_hours: 0 });
    await createWorkspace();
    const after = (await arrived(path, 2))[1]!;
    expect(String(after.headers['webhook-signature']).split(' ')).toHaveLength(1);
    new Webhook(last.body.secret).verify(after.text, after.headers as Record<string, string>);
  });

  test('is told of its own workspace only, and of all when it has none', async () => {
    const mine = await createWorkspace();
    const [one, all] = [
      await create({ workspace_uid: mine, event_types: ['workspace.updated'] }),
      await create({ event_types: ['workspace.updated'] }),
    ];
    const other = await createWorkspace();
    for (const uid of [other, mine])
      await api.call('PUT', '/workspaces/update', { uid, name: `R ${freshName()}` });
    await arrived(all.path, 2);
    await arrived(one.path);
    expect(at(one.path).map(({ body }) => body.workspace_id)).toEqual([mine]);
    // Different things do not wait for each other, so either may come first.
    expect(new Set(at(all.path).map(({ body }) => body.workspace_id))).toEqual(new Set([other, mine]));
  });

  test('is told nothing while disabled, and by a replay what happened meanwhile', async () => {
    const { path, uid } = await create({ event_types: ['workspace.created'] });
    const since = new Date().toISOString();
    await api.post('/webhooks/update', { uid, enabled: false });
    const missed = await createWorkspace();
    const refused = await api.post('/webhooks/test', { uid });
    expect([refused.status, refused.body.code]).toEqual([409, 'webhook_disabled']);
    await askUntil(
      async () => (await api.get('/events?limit=500')).body.events,
      (events) => events.some((event: Body) => event.subject.id === missed),
    );
    const enabled = await api.post('/webhooks/update', { uid, enabled: true });
    expect(enabled.body.webhook).toMatchObject({ enabled: true, disabled_reason: null });
    expect(at(path)).toEqual([]);
    const replayed = await api.post('/webhooks/replay', { uid, since });
    expect(replayed.body).toMatchObject({ queued: 1, has_more: false });
    expect((await arrived(path))[0]!.body.subject.id).toBe(missed);
  });

  test('that contradicts itself is refused with the field to change', async () => {
    const refusals = [
      { wish: { url: 'ftp://hooks.example' }, field: 'url' },
      { wish: { include_secrets: true }, field: 'include_secrets' },
      { wish: { format: 'inboxkit', include_secrets: true }, field: 'include_secrets' },
      { wish: { format: 'inboxkit', event_types: ['order.*'] }, field: 'event_types' },
      { wish: { event_types: ['everything'] }, field: 'event_types' },
      { wish: { sign: false }, field: 'sign' },
    ];
    for (const { wish, field } of refusals) {
      const { status, body } = await api.post('/webhooks', { url: receiver.url(), ...wish });
      expect([status, body.code, body.problems[0].path.split('[')[0]]).toEqual([
        400,
        'validation_failed',
        field,
      ]);
    }
    const { uid } = await create();
    const changed = await api.post('/webhooks/update', { uid, include_secrets: true });
    expect([changed.status, changed.body.problems[0].path]).toEqual([400, 'include_secrets']);
  });

  test('of another team is as unknown as its deliveries', async () => {
    const { uid } = await create();
    const { key } = await addTeam(api.installation);
    expect((await api.get(`/webhooks/details?uid=${uid}`, { key })).body.code).toBe('webhook_not_found');
    expect((await api.get(`/webhooks/deliveries?uid=${uid}`, { key })).body.code).toBe('webhook_not_found');
    expect((await api.get('/webhooks', { key })).body).toMatchObject({ webhooks: [], total: 0 });
    const elsewhere = await api.post(
      '/webhooks',
      { url: receiver.url(), workspace_uid: api.workspaceUid },
      { key },
    );
    expect(elsewhere.body.code).toBe('workspace_not_found');
  });

  test('never shows its secret again', async () => {
    const { uid, secret } = await create({ description: 'Größe' });
    for (const path of [`/webhooks/details?uid=${uid}`, '/webhooks', '/events?limit=500']) {
      expect(JSON.stringify((await api.get(path)).body)).not.toContain(secret);
    }
    const deleted = await api.post('/webhooks/delete', { uid });
    expect(deleted.status).toBe(200);
    expect((await api.get(`/webhooks/${uid}`)).status).toBe(404);
  });
});

describe('a delivery', () => {
  test('shows what was sent and what was answered, and can be sent again', async () => {
    const { path, uid } = await create({ event_types: ['workspace.created'] });
    receiver.answer = (hook) =>
      hook.path === path && at(path).length === 0
        ? { status: 404, headers: { 'X-Request-Id': 'r1' }, body: 'x'.repeat(10_000) }
        : { status: 200 };
    const tested = await api.post('/webhooks/test', { uid });
    expect(tested.status).toBe(202);
    const uidOfTest = tested.body.delivery_uid;
    const { body } = await askUntil(
      () => api.get(`/webhooks/delivery?uid=${uidOfTest}`),
      (reply) => reply.body.delivery.attempts === 1,
    );
    expect(body.event.type).toBe('webhook.test');
    expect(body.delivery).toMatchObject({ status: 'pending', last_status: 404, webhook_uid: uid });
    expect(body.attempts).toHaveLength(1);
    expect(body.attempts[0]).toMatchObject({ number: 1, response_status: 404 });
    expect(body.attempts[0].response_headers['x-request-id']).toBe('r1');
    expect(body.attempts[0].response_body).toHaveLength(4_096);
    expect(Object.keys(body.attempts[0].request_headers).join()).not.toMatch(/signature/i);

    await api.post('/webhooks/replay', { uid, delivery_uid: uidOfTest });
    const [first, second] = await arrived(path, 2);
    expect(second!.body).toEqual(first!.body);
    expect(second!.headers['webhook-id']).not.toBe(first!.headers['webhook-id']);
    const listed = await api.get(`/webhooks/deliveries?uid=${uid}&status=delivered`);
    expect(listed.body.deliveries).toMatchObject([{ replay: true, event_id: first!.body.id }]);
    const neither = await api.post('/webhooks/replay', { uid });
    expect(neither.body.problems[0].message).toContain('either delivery_uid or since');
  });
});

describe('the form of the reference API', () => {
  test('is what a workspace’s webhook address gets: its events, headers, bodies and constant signature', async () => {
    const path = freshPath();
    const workspace = await createWorkspace();
    // Addresses in settings are https; here the endpoint is made the way the settings make it.
    await api.post('/webhooks', { url: receiver.url(path), workspace_uid: workspace, format: 'inboxkit' });
    const order = await orderOne(workspace);
    const mailbox = order.domains[0].mailboxes[0];
    const received = await askUntil(
      async () => at(path),
      (hooks) => hooks.some(({ body }) => body.data.mailbox?.status === 'active'),
    );
    const active = received.find(({ body }) => body.data.mailbox?.status === 'active')!;
    expect(active.body).toMatchObject({
      event: 'mailbox.status_changed',
      team_id: api.teamUid,
      team_name: 'My team',
      data: {
        mailbox: {
          uid: mailbox.uid,
          email: mailbox.email,
          platform: 'GOOGLE',
          previous_status: 'finalizing_setup',
          password: null,
          app_password: null,
          secret: null,
        },
        metadata: { workspace_id: workspace, domain_name: order.domains[0].name },
      },
    });
    expect(active.headers).toMatchObject({
      'x-inboxkit-event': 'mailbox.status_changed',
      'x-inboxkit-signature': `sha256=${createHash('sha256').update(api.apiKey).digest('hex')}`,
      'user-agent': 'InboxKit-Webhook/1.0',
    });
    // In order per thing, and nothing the reference API does not announce.
    const statuses = received
      .filter(({ body }) => body.data.mailbox?.uid === mailbox.uid)
      .map(({ body }) => body.data.mailbox.status);
    expect(statuses[0]).toBe('scheduled');
    expect(statuses.at(-1)).toBe('active');
    expect(new Set(received.map(({ body }) => body.event))).toEqual(
      new Set(['mailbox.status_changed', 'domain.status_changed']),
    );
  });

  test('the address in the settings of a workspace is such an endpoint, changed there and nowhere else', async () => {
    const workspace = await createWorkspace({ webhook_url: 'https://hooks.example/a' });
    const list = async () => (await api.get(`/webhooks?workspace_uid=${workspace}`)).body.webhooks;
    const [made] = await list();
    expect(made).toMatchObject({
      url: 'https://hooks.example/a',
      format: 'inboxkit',
      include_secrets: false,
      of_workspace_settings: true,
    });
    await api.post('/workspaces/webhook', { uid: workspace, webhook_url: 'https://hooks.example/b' });
    expect(await list()).toMatchObject([{ uid: made.uid, url: 'https://hooks.example/b' }]);
    const elsewhere = await api.post('/webhooks/update', { uid: made.uid, url: 'https://hooks.example/c' });
    expect([elsewhere.status, elsewhere.body.code]).toEqual([409, 'webhook_of_settings']);
    expect((await api.post('/webhooks/delete', { uid: made.uid })).body.code).toBe('webhook_of_settings');
    const shown = await api.post('/webhooks/update', { uid: made.uid, include_secrets: true });
    expect(shown.body.webhook).toMatchObject({ include_secrets: true });
    await api.call('PUT', '/workspaces/update', { uid: workspace, webhook_url: '' });
    expect(await list()).toEqual([]);
  });
});
