// Sequencers through HTTP, with everything running by itself: what there is to choose, orders that export, files, the end.
import { beforeAll, describe, expect, test } from 'vitest';
import { readCsv } from '../../../protocols/csv.ts';
import { askUntil, orderEnded } from '../../testing/follow.ts';
import { freshName, mailboxesOn, orderOf } from '../../testing/order-body.ts';
import { addTeam } from '../../testing/second-team.ts';
import { environmentOf, signInMailboxes, useSequencerFakes } from '../../testing/sequencer-world.ts';
import { type Body, useInstallation } from '../../testing/test-installation.ts';

const [target] = await useSequencerFakes(1);
const { fake, platform } = target!;
const api = useInstallation({
  ...environmentOf([target!]),
  INBOXKIT_SEQUENCER_CALLS_PER_MINUTE: '1000000',
});
let sequencer: string;
beforeAll(async () => {
  const added = await api.post('/sequencers/add', { name: 'Main', platform, ...fake.credential });
  sequencer = added.body.uid;
});

const exportsOf = async (mailbox_uids: string[]): Promise<Body[]> =>
  (await api.post('/sequencers/export/status', { mailbox_uids, limit: 500 })).body.data;
const settled = (mailboxUids: string[]) =>
  askUntil(
    () => exportsOf(mailboxUids),
    (rows) => rows.length > 0 && rows.every(({ status }) => status === 'completed'),
  );

test('an order hands its mailboxes to the sequencer that it names, when they are ready', async () => {
  const name = freshName();
  const [first, second] = mailboxesOn(name, 2);
  const mailboxes = [{ ...first!, sequencer_uid: sequencer }, second!];
  const placed = await api.post('/orders', orderOf([{ name, mailboxes }]));
  expect(placed.status, JSON.stringify(placed.body)).toBe(201);
  const uids = placed.body.domains[0].mailboxes.map(({ uid }: Body) => uid);
  expect(await exportsOf(uids)).toMatchObject([{ status: 'queued', code: 'waiting_for_mailbox' }]);
  await orderEnded(api, placed.body.order_id);
  expect(await settled(uids)).toMatchObject([{ mailbox_email: `mara0@${name}`, status: 'completed' }]);
});

test('an order that names a sequencer of somebody else buys nothing', async () => {
  const stranger = await addTeam(api.installation);
  const name = freshName();
  const domain = { name, sequencer, mailboxes: mailboxesOn(name, 1) };
  const as = { key: stranger.key, workspace: stranger.workspaceUid };
  const { status, body } = await api.post('/orders', orderOf([domain]), as);
  expect([status, body.code]).toEqual([404, 'sequencer_not_found']);
});

describe('a platform', () => {
  test('says what it needs and what it cannot, and why', async () => {
    const { data } = (await api.get('/sequencers/platforms')).body;
    expect(data).toHaveLength(12);
    for (const one of data) {
      expect(
        one.can.every(({ can, note }: Body) => can || note.length > 10),
        one.key,
      ).toBe(true);
      if (one.kind === 'api') expect(one.requires.length, one.key).toBeGreaterThan(0);
    }
  });

  test('that nobody knows, a credential that is not whole, and one that does not open are each refused', async () => {
    const add = async (body: object) => (await api.post('/sequencers/add', { name: 'X', ...body })).body;
    expect(await add({ platform: 'acme' })).toMatchObject({ code: 'sequencer_platform_unknown' });
    expect(await add({ platform })).toMatchObject({
      code: 'sequencer_credential_incomplete',
      missing: ['api_key'],
    });
    expect(await add({ platform, api_key: 'k', workspace: 'w' })).toMatchObject({
      code: 'sequencer_credential_incomplete',
      unknown: ['workspace'],
    });
    expect(await add({ platform, api_key: 'nobodys-key' })).toMatchObject({
      code: 'sequencer_credential_refused',
    });
    expect(await add({ platform, ...fake.credential })).toMatchObject({
      code: 'sequencer_exists',
      uid: sequencer,
    });
  });

  test('shows of a credential its end and nothing more', async () => {
    const listed = JSON.stringify((await api.post('/sequencers/list', {})).body);
    expect(listed).not.toContain(fake.credential.api_key);
    expect(listed).toContain(fake.credential.api_key!.slice(-4));
  });
});

test('a file has what opens each mailbox that was exported to it, and whoever takes it is told of', async () => {
  const added = await api.post('/sequencers/add', { name: 'Import', platform: 'csv', layout: 'generic' });
  const { uid } = added.body;
  const mailboxes = await signInMailboxes(api.installation, api, 2);
  await api.post('/sequencers/export', { sequencer_uid: uid, mailbox_uids: mailboxes });
  await settled(mailboxes);
  const response = await fetch(`${api.installation.baseUrl}/v1/api/sequencers/file?uid=${uid}`, {
    headers: { Authorization: `Bearer ${api.apiKey}`, 'X-Workspace-Id': api.workspaceUid },
  });
  const [header, ...rows] = readCsv(await response.text());
  expect(header!.cells.slice(0, 2)).toEqual(['email', 'password']);
  expect(rows).toHaveLength(2);
  const shown = await api.get(`/mailboxes/show-credentials?uid=${mailboxes[0]}`);
  const own = rows.find(({ cells }) => cells[0] === shown.body.email);
  expect(own!.cells[1]).toBe(shown.body.app_password);
  await askUntil(
    async () => (await api.get(`/events?limit=500&subject_uid=${mailboxes[1]}`)).body.events,
    (events) => events.some(({ type }: Body) => type === 'mailbox.credentials_revealed'),
  );
  const refused = await api.get(`/sequencers/file?uid=${sequencer}`);
  expect(refused.body.code).toBe('sequencer_is_no_file');
});

test('a sequencer that is deleted with its mailboxes removes them there, and then is gone', async () => {
  const mailboxes = await signInMailboxes(api.installation, api, 2);
  await api.post('/sequencers/export', { sequencer_uid: sequencer, mailbox_uids: mailboxes });
  const rows = await settled(mailboxes);
  const ended = await api.post('/sequencers/delete', { uids: [sequencer], remove_mailboxes: true });
  expect(ended.body).toMatchObject({ deleted: [], removing: [sequencer] });
  await askUntil(
    async () => (await api.post('/sequencers/list', { sequencer_platforms: [platform] })).body.data,
    (data) => data.length === 0,
  );
  for (const { mailbox_email } of rows) expect(fake.held.byAddress(mailbox_email)).toBeNull();
  const { body } = await api.get(`/mailboxes/details?uid=${mailboxes[0]}`);
  expect([body.sequencers, body.sequencer_status]).toEqual([[], 'na']);
});
