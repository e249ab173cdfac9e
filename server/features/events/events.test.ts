// Reading events: in order, from wherever one stopped, by list and by stream, and by their own team only.
import { describe, expect, test } from 'vitest';
import { inTransaction } from '../../../database/database.ts';
import { newId } from '../../../database/uuid.ts';
import { type Joined, joinTeam } from '../../testing/browser.ts';
import { askUntil } from '../../testing/follow.ts';
import { freshName } from '../../testing/order-body.ts';
import { addTeam } from '../../testing/second-team.ts';
import { type Body, useInstallation } from '../../testing/test-installation.ts';
import { recordEvents } from './index.ts';

const api = useInstallation();

const createWorkspace = async (options = {}) =>
  (await api.post('/workspaces/create', { name: `W ${freshName()}` }, options)).body.uid as string;

/** Everything from `after` on, page by page. */
const readAll = async (after = '0', limit = 3): Promise<{ events: Body[]; cursor: string }> => {
  const events: Body[] = [];
  for (let cursor = after; ; ) {
    const { body } = await api.get(`/events?after=${cursor}&limit=${limit}`);
    events.push(...body.events);
    cursor = body.cursor;
    if (!body.has_more) return { events, cursor };
  }
};

const told = (workspaceUid: string) =>
  askUntil(
    () => readAll(),
    ({ events }) => events.some((event) => event.subject.id === workspaceUid),
  );

describe('the list', () => {
  test('read to the end and asked again, it answers each event once and in order', async () => {
    const first = [await createWorkspace(), await createWorkspace(), await createWorkspace()];
    await told(first.at(-1)!);
    const before = await readAll();
    expect(
      before.events.filter(({ type }) => type === 'workspace.created').map(({ subject }) => subject.id),
    ).toEqual([api.workspaceUid, ...first]);
    const next = await createWorkspace();
    const after = await askUntil(
      () => readAll(before.cursor),
      ({ events }) => events.length > 0,
    );
    expect(after.events.map(({ subject }) => subject.id)).toEqual([next]);
    expect((await readAll(after.cursor)).events).toEqual([]);
  });

  test('an event whose transaction was slow appears behind what was read, not before it', async () => {
    const { cursor } = await told(await createWorkspace());
    const event = (subjectUid: string) => ({
      teamUid: api.teamUid,
      workspaceUid: null,
      type: 'workspace.updated',
      subjectType: 'workspace' as const,
      subjectUid,
      data: {},
      occurredAt: new Date(),
    });
    const [slow, fast] = [newId(), newId()];
    const quick = Promise.withResolvers<void>();
    const slowly = inTransaction(api.database.db, async (tx) => {
      // Written first, committed last.
      await recordEvents(tx, [event(slow)]);
      await quick.promise;
    });
    await inTransaction(api.database.db, (tx) => recordEvents(tx, [event(fast)]));
    const read = await askUntil(
      () => readAll(cursor),
      ({ events }) => events.some(({ subject }) => subject.id === fast),
    );
    quick.resolve();
    await slowly;
    const rest = await askUntil(
      () => readAll(read.cursor),
      ({ events }) => events.length > 0,
    );
    expect(rest.events.map(({ subject }) => subject.id)).toEqual([slow]);
  });

  test('can be cut to types, a workspace and a thing, and still comes to the end', async () => {
    const workspace = await createWorkspace();
    await api.call('PUT', '/workspaces/update', { uid: workspace, name: `R ${freshName()}` });
    await askUntil(
      () => readAll(),
      ({ events }) => events.filter(({ subject }) => subject.id === workspace).length === 2,
    );
    const types = async (query: string) =>
      (await api.get(`/events?limit=500&${query}`)).body.events.map(({ type }: Body) => type);
    expect(await types(`subject_uid=${workspace}`)).toEqual(['workspace.created', 'workspace.updated']);
    expect(await types(`workspace_uid=${workspace}&types=workspace.updated`)).toEqual(['workspace.updated']);
    expect(new Set(await types('types=wallet.*'))).toEqual(new Set(['wallet.credited']));
    expect((await api.get('/events?types=nonsense')).body.code).toBe('validation_failed');
    const { body } = await api.get('/events?types=order.placed&limit=1');
    expect(body).toMatchObject({ events: [], has_more: false });
  });

  test('shows nothing of another team', async () => {
    const stranger = await addTeam(api.installation);
    const theirs = await createWorkspace({ key: stranger.key, workspace: stranger.workspaceUid });
    await askUntil(
      async () => (await api.get('/events?limit=500', { key: stranger.key })).body.events,
      (events) => events.some(({ subject }: Body) => subject.id === theirs),
    );
    expect((await readAll()).events.filter(({ team_id }) => team_id !== api.teamUid)).toEqual([]);
  });
});

const closedWorkspace = async (): Promise<string> => {
  const name = `W ${freshName()}`;
  return (await api.post('/workspaces/create', { name, admins_only: true })).body.uid;
};

test('people are told nothing of workspaces for admins only that they are no members of, also when these are gone', async () => {
  const [admin, operator] = [await joinTeam(api, 'admin'), await joinTeam(api, 'operator')];
  const uid = await closedWorkspace();
  await told(uid);
  const seenBy = async ({ browser }: Joined, query = '') =>
    (await browser.get(`/events?limit=500${query}`)).body.events
      .filter(({ subject, workspace_id }: Body) => [subject.id, workspace_id].includes(uid))
      .map(({ type }: Body) => type);
  expect(await seenBy(admin)).toEqual(['workspace.created']);
  expect(await seenBy(operator)).toEqual([]);
  expect(await seenBy(operator, `&workspace_uid=${uid}`)).toEqual([]);
  await api.call('DELETE', `/workspaces/${uid}`);
  await askUntil(
    () => seenBy(admin),
    (types) => types.length === 2,
  );
  expect(await seenBy(operator)).toEqual([]);
});

describe('the stream', () => {
  const open = async (
    headers: Record<string, string> = { Authorization: `Bearer ${api.apiKey}` },
    query = '',
  ) => {
    const response = await fetch(`${api.installation.baseUrl}/v1/api/events/stream${query}`, { headers });
    const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
    let text = '';
    return {
      response,
      /** The events so far, when there are enough. */
      async events(enough: number): Promise<{ id: string; data: Body }[]> {
        for (;;) {
          const events = [...text.matchAll(/^id: (\d+)\nevent: \S+\ndata: (.*)$/gm)].map(([, id, data]) => ({
            id: id!,
            data: JSON.parse(data!),
          }));
          if (events.length >= enough) return events;
          const { value, done } = await reader.read();
          if (done) throw new Error(`the stream ended after ${text}`);
          text += value;
        }
      },
      text: () => text,
      close: () => reader.cancel(),
    };
  };

  test('tells what happens from now on, and after a break what was missed', async () => {
    const stream = await open();
    expect(stream.response.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
    const first = await createWorkspace();
    const [one] = await stream.events(1);
    expect(one!.data).toMatchObject({ type: 'workspace.created', subject: { id: first } });
    await stream.close();
    const [second, third] = [await createWorkspace(), await createWorkspace()];
    const again = await open({ Authorization: `Bearer ${api.apiKey}`, 'Last-Event-ID': one!.id });
    const events = await again.events(2);
    expect(events.map(({ data }) => data.subject.id)).toEqual([second, third]);
    await again.close();
  });

  test('is refused to a key that is none, in JSON', async () => {
    const response = await fetch(`${api.installation.baseUrl}/v1/api/events/stream`, {
      headers: { Authorization: 'Bearer nonsense' },
    });
    expect([response.status, await response.json()]).toEqual([401, { code: 401, message: 'jwt malformed' }]);
  });

  test('of a person ends where they may see other workspaces than before, and begins anew with what they may see', async () => {
    const { browser } = await joinTeam(api, 'viewer');
    const cookie = [...browser.cookies].map((pair) => pair.join('=')).join('; ');
    const stream = await open({ Cookie: cookie });
    const uid = await closedWorkspace();
    await expect(stream.events(1)).rejects.toThrow('the stream ended');
    const from = /^id: (\d+)/.exec(stream.text())![1]!;
    const again = await open({ Cookie: cookie, 'Last-Event-ID': from });
    const next = await api.post('/webhooks', { url: 'https://hooks.example/ik' });
    for (let enough = 1; !again.text().includes(next.body.uid); enough++) await again.events(enough);
    expect(again.text()).not.toContain(uid);
    await again.close();
  });
});
