// Proves that a workspace keeps its list of addresses it does not write to, by hand and by file.
import { expect, test } from 'vitest';
import { addTeam } from '../../testing/second-team.ts';
import { type Body, useInstallation } from '../../testing/test-installation.ts';

const api = useInstallation();

const emails = async (filter: object = {}): Promise<string[]> =>
  (await api.post('/suppressions/list', filter)).body.suppressions.map(({ email }: Body) => email);

test('addresses are added and removed in any spelling, and twice is the same as once', async () => {
  const sent = { emails: ['Bob@North.example', 'bob@north.example', 'eve@müller.example'], reason: 'asked' };
  expect((await api.post('/suppressions/add', sent)).body.added.toSorted()).toEqual([
    'bob@north.example',
    'eve@xn--mller-kva.example',
  ]);
  expect((await api.post('/suppressions/add', sent)).body).toMatchObject({
    added: [],
    already_there: ['bob@north.example', 'eve@xn--mller-kva.example'],
  });
  expect(await emails({ keyword: 'NORTH.example' })).toEqual(['bob@north.example']);
  const removed = await api.post('/suppressions/remove', { emails: ['BOB@north.example', 'who@x.example'] });
  expect(removed.body).toMatchObject({ removed: ['bob@north.example'], not_there: ['who@x.example'] });
  expect(await emails({ keyword: 'north.example' })).toEqual([]);
});

test('what is no address is a 400 that names its place, and nothing is added', async () => {
  const reply = await api.post('/suppressions/add', { emails: ['fine@x.example', 'nonsense'] });
  expect(reply.status).toBe(400);
  expect(reply.body.problems).toEqual([
    { in: 'body', path: 'emails[1]', message: '"nonsense" is not an e-mail address' },
  ]);
  expect(await emails({ keyword: 'fine@x.example' })).toEqual([]);
});

test('a file is taken whole, its header in any order, and what is exported is read back', async () => {
  const csv = 'Reason;E-Mail\nsaid "no"; One@File.example\n;two@file.example\n';
  expect((await api.post('/suppressions/import', { csv })).body).toMatchObject({
    added: 2,
    already_there: 0,
  });
  const response = await fetch(`${api.installation.baseUrl}/v1/api/suppressions/export.csv`, {
    headers: { Authorization: `Bearer ${api.apiKey}`, 'X-Workspace-Id': api.workspaceUid },
  });
  expect(response.headers.get('content-type')).toBe('text/csv; charset=utf-8');
  const exported = await response.text();
  expect(exported).toContain('email,source,reason,created_at\r\n');
  expect(exported).toMatch(/^one@file\.example,import,"?said ""no""/m);
  const { added, already_there } = (await api.post('/suppressions/import', { csv: exported })).body;
  expect([added, already_there]).toEqual([0, (await emails({ limit: 500 })).length]);
});

test('a file without a header is one address a line; one with a wrong line changes nothing and says which', async () => {
  expect(
    (await api.post('/suppressions/import', { csv: 'a@plain.example\nb@plain.example' })).body.added,
  ).toBe(2);
  const reply = await api.post('/suppressions/import', { csv: 'c@plain.example\n\nnot an address\n' });
  expect([reply.status, reply.body.code]).toEqual([400, 'invalid_suppression_file']);
  expect(reply.body.lines).toEqual([{ line: 3, text: 'not an address' }]);
  expect(await emails({ keyword: 'c@plain.example' })).toEqual([]);
  const form = new FormData();
  form.set('file', new Blob(['d@plain.example\n'], { type: 'text/csv' }), 'd.csv');
  const uploaded = await fetch(`${api.installation.baseUrl}/v1/api/suppressions/import`, {
    method: 'POST',
    headers: { Authorization: `Bearer ${api.apiKey}`, 'X-Workspace-Id': api.workspaceUid },
    body: form,
  });
  expect(await uploaded.json()).toMatchObject({ added: 1 });
});

test('a list longer than one page of the export is exported whole', async () => {
  const lines = Array.from({ length: 2500 }, (_, n) => `n${n}@long.example`);
  await api.post('/suppressions/import', { csv: lines.join('\n') });
  const response = await fetch(`${api.installation.baseUrl}/v1/api/suppressions/export.csv`, {
    headers: { Authorization: `Bearer ${api.apiKey}`, 'X-Workspace-Id': api.workspaceUid },
  });
  const exported = await response.text();
  expect(new Set(exported.match(/n\d+@long\.example/g)).size).toBe(2500);
});

test('other workspaces have lists of their own', async () => {
  const stranger = await addTeam(api.installation);
  const options = { key: stranger.key, workspace: stranger.workspaceUid };
  await api.post('/suppressions/add', { emails: ['only@mine.example'] });
  expect((await api.post('/suppressions/list', {}, options)).body.total).toBe(0);
  const reply = await api.post('/suppressions/remove', { emails: ['only@mine.example'] }, options);
  expect(reply.body.not_there).toEqual(['only@mine.example']);
  expect(await emails({ keyword: 'only@mine.example' })).toEqual(['only@mine.example']);
});
