// What is stored of mailboxes and what their host has, compared both ways.
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { VirtualClock } from '../../../database/clock.ts';
import { generateKey } from '../../../database/secret-box.ts';
import { newId } from '../../../database/uuid.ts';
import { type OpenMailboxes, openMailboxes } from '../../testing/open-mailbox.ts';
import { type Body, useInstallation } from '../../testing/test-installation.ts';
import { reconcileMailboxes } from './index.ts';
import { openSecrets } from './secrets.ts';
import { mailboxSecrets } from './store.ts';

const HOUR_MS = 3_600_000;
const clock = new VirtualClock(new Date('2027-03-01T00:00:00.000Z'));
const api = useInstallation({ INBOXKIT_ROLES: 'api', INBOXKIT_SECRET_KEY: generateKey() }, { clock });
let boxes: OpenMailboxes;

const host = () => api.installation.context.providers.mailboxHost('SMTP');
const found = (uid: string) => host().findMailbox({ id: uid });
const drift = async (query = ''): Promise<Body[]> => (await api.get(`/mailboxes/drift${query}`)).body.drift;
const reconcile = async (): Promise<void> => {
  await clock.advance(HOUR_MS);
  await reconcileMailboxes(api.installation.context);
};

beforeAll(async () => {
  boxes = await openMailboxes(api.installation, api, 4);
  // The host gets the secrets that are stored, as it has them of a mailbox that was bought.
  const { db, secrets } = api.installation.context;
  for (const uid of boxes.uids) {
    const { password, appPassword } = openSecrets(secrets, uid, await mailboxSecrets(db, uid));
    await host().setPassword(uid, password, appPassword);
  }
});
beforeEach(async () => {
  for (let hour = 0; hour < 2; hour += 1) await reconcile();
  expect(await drift()).toEqual([]);
});

describe('the reconciler', () => {
  test('makes a mailbox again that its host has lost, with the secrets it had, and tells of it', async () => {
    const uid = boxes.uids[0]!;
    await host().removeMailbox(uid);
    await reconcile();
    expect(await found(uid)).toMatchObject({ address: `mara0@${boxes.domain.name}`, status: 'active' });
    const { db, secrets } = api.installation.context;
    expect(await host().opensWith(uid, openSecrets(secrets, uid, await mailboxSecrets(db, uid)))).toBe(true);
    const [row] = await drift('?status=resolved&kind=missing_at_host');
    expect(row).toMatchObject({ mailbox_uid: uid, kind: 'missing_at_host', repaired: true });
    const told = db.selectFrom('event').select('data').where('subject_uid', '=', uid);
    expect(await told.where('type', '=', 'mailbox.drift_found').execute()).toHaveLength(1);
  });

  test('closes again what is suspended, opens what is not, and corrects the name', async () => {
    const [, closed, open] = boxes.uids as [string, string, string, string];
    await api.post('/mailboxes/suspend', { uids: [closed] });
    await host().setStatus(closed, 'active');
    await host().setStatus(open, 'archived');
    await host().setDisplayName(open, 'Somebody Else');
    await reconcile();
    expect(await found(closed)).toMatchObject({ status: 'suspended' });
    expect(await found(open)).toMatchObject({ status: 'active', displayName: 'Mara Voss' });
    const kinds = (await drift('?status=resolved&kind=status')).map((row) => [row.mailbox_uid, row.found]);
    expect(kinds).toContainEqual([open, 'archived']);
    expect(kinds).toContainEqual([closed, 'active']);
  });

  test('tells of an address, a forwarding and a password that differ, changes none, and says when it is over', async () => {
    const uid = boxes.uids[3]!;
    const before = (await found(uid))!;
    await host().setAddresses(uid, { address: `other@${boxes.domain.name}`, aliases: [before.address] });
    await host().setForwarding(uid, { address: 'spy@elsewhere.example', keepCopy: true });
    await host().setPassword(uid, 'Somebody-elses-1', 'abcdabcdabcdabcd');
    for (let hour = 0; hour < 24; hour += 1) await reconcile();
    const open = await drift();
    expect(open.map(({ kind }) => kind).toSorted()).toEqual(['address', 'aliases', 'forwarding', 'password']);
    expect(JSON.stringify(open)).not.toContain('Somebody-elses');
    expect((await found(uid))?.forwarding?.address).toBe('spy@elsewhere.example');
    await host().setAddresses(uid, { address: before.address, aliases: [] });
    await host().setForwarding(uid, null);
    const { db, secrets } = api.installation.context;
    const { password, appPassword } = openSecrets(secrets, uid, await mailboxSecrets(db, uid));
    await host().setPassword(uid, password, appPassword);
    for (let hour = 0; hour < 24; hour += 1) await reconcile();
    expect(await drift()).toEqual([]);
  });

  test('tells of a mailbox that only the host knows, to the workspace of its domain, and leaves it alone', async () => {
    const id = newId();
    await host().createMailbox({
      id,
      workspaceId: api.workspaceUid,
      address: `nobody@${boxes.domain.name}`,
      displayName: 'Nobody',
      platform: 'SMTP',
      password: 'correct-horse-Battery-9',
      appPassword: 'qwjxkdbnvhpslfty',
      idempotencyKey: id,
    });
    await reconcile();
    expect(await drift()).toMatchObject([{ host_id: id, mailbox_uid: null, kind: 'unknown_at_host' }]);
    expect(await found(id)).not.toBeNull();
    await host().removeMailbox(id);
  });

  test('compares a host once in its time, however many processes ask', async () => {
    const uid = boxes.uids[0]!;
    await host().setDisplayName(uid, 'Somebody Else');
    await reconcileMailboxes(api.installation.context);
    expect(await found(uid)).toMatchObject({ displayName: 'Somebody Else' });
    await clock.advance(HOUR_MS);
    const { context } = api.installation;
    await Promise.all([reconcileMailboxes(context), reconcileMailboxes(context)]);
    expect(await found(uid)).toMatchObject({ displayName: 'Mara Voss' });
  });
});
