// Tags through HTTP: made, put on domains and mailboxes, looked for, renamed, taken away.
import { beforeAll, describe, expect, test } from 'vitest';
import { readCsv } from '../../../protocols/csv.ts';
import { activeDomains } from '../../testing/active-domain.ts';
import { activeMailboxes } from '../../testing/active-mailbox.ts';
import { addTeam } from '../../testing/second-team.ts';
import { type Body, useInstallation } from '../../testing/test-installation.ts';
import { MAX_TAGS_PER_THING } from './tag.ts';

const api = useInstallation();
let domains: { uid: string; name: string }[];
let mailboxes: { uid: string; email: string }[];

beforeAll(async () => {
  domains = await activeDomains(api, 2);
  mailboxes = await activeMailboxes(api, domains[0]!.name, ['mara', 'nils', 'oona']);
}, 60_000);

let made = 0;
const freshTag = async (name = `tag ${made++}`): Promise<string> => {
  const { status, body } = await api.post('/tags', { name });
  expect(status, JSON.stringify(body)).toBe(200);
  return body.uid;
};
const assign = (body: object) => api.post('/tags/assign', body);
const emailsOf = async (filter: object): Promise<string[]> =>
  (await api.post('/mailboxes/list', { limit: 500, ...filter })).body.mailboxes
    .map(({ email }: Body) => email.split('@')[0])
    .sort();
const named = async (uid: string): Promise<Body> =>
  (await api.get('/tags')).body.tags.find((tag: Body) => tag.uid === uid);
const eventsOf = (subjectUid: string) =>
  api.database.db
    .selectFrom('event')
    .select(['type', 'data'])
    .where('subject_uid', '=', subjectUid)
    .where('type', 'like', '%tag%')
    .orderBy('seq')
    .execute();

describe('a tag', () => {
  test('is made with a name of any script, is listed with its counts, and has uid and id', async () => {
    const { status, body } = await api.post('/tags', { name: '  顧客 №1 – Zürich 🚀 ' });
    expect(status).toBe(200);
    expect(body).toMatchObject({ error: false, name: '顧客 №1 – Zürich 🚀', id: body.uid });
    expect(await named(body.uid)).toMatchObject({ name: '顧客 №1 – Zürich 🚀', domains: 0, mailboxes: 0 });
  });

  test('has its name for itself: upper case, and letters composed of two signs, are the same', async () => {
    const uid = await freshTag('Crème');
    for (const name of ['CRÈME', 'cre\u0300me']) {
      const again = await api.post('/tags', { name });
      expect([again.status, again.body.code, again.body.tag]).toEqual([409, 'tag_name_taken', uid]);
    }
    const other = await freshTag('Sorbet');
    const renamed = await api.call('PUT', `/tags/${other}`, { name: 'crème' });
    expect([renamed.status, renamed.body.code]).toEqual([409, 'tag_name_taken']);
    expect((await api.call('PATCH', `/tags/${uid}`, { name: 'CRÈME' })).body.tag.name).toBe('CRÈME');
  });

  test('of ten that want one name at once, one gets it', async () => {
    const replies = await Promise.all(Array.from({ length: 10 }, () => api.post('/tags', { name: 'Race' })));
    expect(replies.map(({ body }) => body.code ?? 'made').sort()).toEqual([
      'made',
      ...Array(9).fill('tag_name_taken'),
    ]);
  });

  test('refuses a name that would not stay on its line', async () => {
    for (const name of ['', '   ', 'a\nb', 'a\u202eb', 'x'.repeat(101)]) {
      expect((await api.post('/tags', { name })).body.code).toBe('validation_failed');
    }
  });

  test('belongs to its workspace: another has the same name for its own, and cannot use it', async () => {
    const uid = await freshTag('Ours');
    const other = (await api.post('/workspaces/create', { name: 'Other client' })).body.uid;
    const options = { workspace: other };
    const theirs = await api.post('/tags', { name: 'ours' }, options);
    expect(theirs.status).toBe(200);
    expect((await api.get('/tags', options)).body.tags).toHaveLength(1);
    const foreign = await assign({ tag_uids: [theirs.body.uid], mailbox_uids: [mailboxes[0]!.uid] });
    expect([foreign.status, foreign.body.code]).toEqual([404, 'tag_not_found']);
    for (const [method, body] of [
      ['PUT', { name: 'Mine' }],
      ['DELETE', undefined],
    ] as const) {
      expect((await api.call(method, `/tags/${uid}`, body, options)).body.code).toBe('tag_not_found');
    }
  });

  test('that is renamed stays where it is, that is deleted is off everything, and both are told', async () => {
    const uid = await freshTag('Before');
    await assign({ tag_uids: [uid], domain_uids: [domains[1]!.uid], mailbox_uids: [mailboxes[2]!.uid] });
    await api.call('PUT', `/tags/${uid}`, { name: 'After' });
    expect(await named(uid)).toMatchObject({ name: 'After', domains: 1, mailboxes: 1 });
    const details = () => api.get(`/domains/details?uid=${domains[1]!.uid}`);
    expect((await details()).body.domain.tags).toContain('After');
    const deleted = await api.call('DELETE', `/tags/${uid}`);
    expect(deleted.body).toMatchObject({ error: false, domains: 1, mailboxes: 1 });
    expect((await details()).body.domain.tags).not.toContain('After');
    expect(await named(uid)).toBeUndefined();
    expect((await api.call('DELETE', `/tags/${uid}`)).body.code).toBe('tag_not_found');
    expect(await eventsOf(uid)).toEqual([
      { type: 'tag.created', data: { name: 'Before' } },
      { type: 'tag.renamed', data: { name: 'After', previous_name: 'Before' } },
      { type: 'tag.deleted', data: { name: 'After', domains: 1, mailboxes: 1 } },
    ]);
    await freshTag('After');
  });
});

describe('assigning', () => {
  test('says of every thing what became of it, and does the good ones', async () => {
    const tags = [await freshTag('b-side'), await freshTag('A-side')];
    const unknown = crypto.randomUUID();
    const { status, body } = await assign({
      tag_uids: tags,
      domain_uids: [domains[0]!.uid, 'nonsense'],
      mailbox_uids: [mailboxes[0]!.uid, unknown, mailboxes[0]!.uid],
    });
    expect(status).toBe(200);
    expect(body.updated).toBe(2);
    expect(body.results).toEqual({
      success: [
        { uid: domains[0]!.uid, type: 'domain', tags: ['A-side', 'b-side'] },
        { uid: mailboxes[0]!.uid, type: 'mailbox', tags: ['A-side', 'b-side'] },
      ],
      failed: [
        { uid: 'nonsense', type: 'domain', code: 'domain_not_found', error: 'Not found in this workspace' },
        { uid: unknown, type: 'mailbox', code: 'mailbox_not_found', error: 'Not found in this workspace' },
      ],
    });
  });

  test('when nothing is left to do it on, is refused with the first reason', async () => {
    const uid = await freshTag();
    const { status, body } = await assign({ tag_uids: [uid], mailbox_uids: [crypto.randomUUID()] });
    expect([status, body.code, body.results.failed.length]).toEqual([404, 'mailbox_not_found', 1]);
  });

  test('takes both forms of the body, and refuses one that names nothing', async () => {
    const uid = await freshTag();
    const domain = domains[1]!.uid;
    const other = await assign({ tag_ids: [uid], resource_type: 'domain', resource_ids: [domain] });
    expect(other.body.updated).toBe(1);
    const again = await assign({ tag_uids: [uid], domain_uids: [domain] });
    expect(again.body).toMatchObject({ updated: 0, results: { failed: [] } });
    for (const body of [
      {},
      { tag_uids: [uid] },
      { domain_uids: [domain] },
      { tag_ids: [uid], resource_ids: [domain] },
    ]) {
      expect((await assign(body)).body.code).toBe('validation_failed');
    }
  });

  test('and removing are told once for each thing they changed', async () => {
    const [first, second] = [await freshTag('told 1'), await freshTag('told 2')];
    const { uid } = mailboxes[1]!;
    await assign({ tag_uids: [first, second], mailbox_uids: [uid] });
    await assign({ tag_uids: [first], mailbox_uids: [uid] });
    const removed = await api.post('/tags/remove', {
      tag_uids: [first],
      mailbox_uids: [uid, mailboxes[2]!.uid],
    });
    expect(removed.body.updated).toBe(1);
    const told = (await eventsOf(uid)).map(({ data }) => data as Body);
    expect(told.slice(-2).map(({ added, removed }) => [added.sort(), removed])).toEqual([
      [['told 1', 'told 2'], []],
      [[], ['told 1']],
    ]);
    expect(told.at(-1)).toMatchObject({ email: mailboxes[1]!.email });
    expect(told.at(-1).tags).not.toContain('told 1');
  });

  test('a thing carries fifty at most, whoever puts them on', async () => {
    const uids: string[] = [];
    for (let index = 0; index <= MAX_TAGS_PER_THING; index += 1) uids.push(await freshTag());
    const mailbox_uids = [mailboxes[2]!.uid];
    expect((await assign({ tag_uids: uids.slice(0, MAX_TAGS_PER_THING), mailbox_uids })).status).toBe(200);
    const over = await assign({ tag_uids: uids.slice(-1), mailbox_uids });
    expect([over.status, over.body.code]).toEqual([409, 'too_many_tags']);
    expect((await assign({ tag_uids: uids.slice(0, 2), mailbox_uids })).body.updated).toBe(0);
    await api.post('/tags/remove', { tag_uids: uids.slice(0, MAX_TAGS_PER_THING), mailbox_uids });
  });
});

describe('a list', () => {
  test('of mailboxes is cut to a tag or several, by name or uid, and counts what it shows', async () => {
    const [red, blue] = [await freshTag('Red'), await freshTag('Blue')];
    const [mara, nils] = [mailboxes[0]!.uid, mailboxes[1]!.uid];
    await assign({ tag_uids: [red], mailbox_uids: [mara, nils] });
    await assign({ tag_uids: [blue], mailbox_uids: [nils] });
    expect(await emailsOf({ tags: 'RED' })).toEqual(['mara', 'nils']);
    expect(await emailsOf({ tags: ['red', 'blue'] })).toEqual(['mara', 'nils']);
    expect(await emailsOf({ tags: ['red', 'BLUE'], tag_match: 'all' })).toEqual(['nils']);
    expect(await emailsOf({ tag_uids: [red], tags: ['blue'], tag_match: 'all' })).toEqual(['nils']);
    expect(await emailsOf({ tags: 'no such tag' })).toEqual([]);
    expect(await emailsOf({ tags: '' })).toEqual(['mara', 'nils', 'oona']);
    const page = await api.post('/mailboxes/list', { tags: 'red', limit: 1 });
    expect(page.body).toMatchObject({ total: 2, pages: 2 });
    const rest = await api.post('/mailboxes/list', { tags: 'red', limit: 1, cursor: page.body.next_cursor });
    expect(rest.body.mailboxes.map(({ uid }: Body) => uid)).toEqual([mara]);
    const status = await api.post('/mailboxes/status', { uids: [nils] });
    expect(status.body.mailboxes[0].tags).toEqual(expect.arrayContaining(['Blue', 'Red']));
  });

  test('of mailboxes as a file, of domains, and of assignable domains are cut alike', async () => {
    const tag = await freshTag('Filed');
    await assign({ tag_uids: [tag], mailbox_uids: [mailboxes[1]!.uid], domain_uids: [domains[1]!.uid] });
    const file = await fetch(
      `${api.installation.baseUrl}/v1/api/mailboxes/export.csv?tags=filed&tags=other`,
      {
        headers: { Authorization: `Bearer ${api.apiKey}`, 'X-Workspace-Id': api.workspaceUid },
      },
    );
    expect(
      readCsv(await file.text())
        .slice(1)
        .map(({ cells }) => cells[0]),
    ).toEqual([mailboxes[1]!.email]);
    for (const { body } of [
      await api.post('/domains/list', { tags: ['filed'] }),
      await api.post('/domains/list', { tag_uids: [tag], keyword: 'nova' }),
      await api.get('/domains/assignable?tags=filed'),
    ]) {
      expect([body.total, body.domains.map(({ name }: Body) => name)]).toEqual([1, [domains[1]!.name]]);
      expect(body.domains[0].tags).toContain('Filed');
    }
    expect((await api.get('/cloudflare-domains/list?tags=filed')).body.total).toBe(0);
  });

  test('of another team is not cut by our tags', async () => {
    const tag = await freshTag('Secret client');
    const stranger = await addTeam(api.installation);
    const options = { key: stranger.key, workspace: stranger.workspaceUid };
    expect((await api.get('/tags', options)).body.tags).toEqual([]);
    expect((await api.post('/mailboxes/list', { tag_uids: [tag] }, options)).body.mailboxes).toEqual([]);
  });
});
