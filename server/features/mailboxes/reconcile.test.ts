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

  test('sets addresses, forwarding and password at the host to what is stored, and tells of each', async () => {
    const uid = boxes.uids[3]!;
    const before = (await found(uid))!;
    await host().setAddresses(uid, { address: `other@${boxes.domain.name}`, aliases: [before.address] });
    await host().setForwarding(uid, { address: 'spy@elsewhere.example', keepCopy: true });
    await host().setPassword(uid, 'Somebody-elses-1', 'abcdabcdabcdabcd');
    await reconcile();
    expect(await found(uid)).toMatchObject({ address: before.address, aliases: [], forwarding: null });
    // The password has its turn once in 24 comparisons.
    for (let hour = 0; hour < 24; hour += 1) await reconcile();
    const { db, secrets } = api.installation.context;
    expect(await host().opensWith(uid, openSecrets(secrets, uid, await mailboxSecrets(db, uid)))).toBe(true);
    expect(await drift()).toEqual([]);
    const over = (await drift('?status=resolved')).filter((row) => row.mailbox_uid === uid);
    expect(over.map(({ kind }) => kind).toSorted()).toEqual(['address', 'aliases', 'forwarding', 'password']);
    expect(over.every(({ repaired }) => repaired)).toBe(true);
    expect(JSON.stringify(over)).not.toContain('Somebody-elses');
  });

  test('gives a mailbox that is made again the alias and the forwarding it had', async () => {
    const uid = boxes.uids[2]!;
    const { db } = api.installation.context;
    const alias = `former@${boxes.domain.name}`;
    await db
      .insertInto('mailbox_alias')
      .values({
        mailbox_uid: uid,
        address: alias,
        created_at: clock.now(),
        ends_at: new Date('2028-01-01T00:00:00.000Z'),
      })
      .execute();
    await db
      .updateTable('mailbox')
      .set({ forwarding_email: 'away@elsewhere.example', forwarding_keep_copy: false })
      .where('uid', '=', uid)
      .execute();
    await reconcile();
    const before = await found(uid);
    expect(before).toMatchObject({
      aliases: [alias],
      forwarding: { address: 'away@elsewhere.example', keepCopy: false },
    });
    await host().removeMailbox(uid);
    await reconcile();
    expect(await found(uid)).toEqual(before);
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

    const [{ uid, email }] = (await drift()) as [Body];
    const remove = (body: object) => api.post('/mailboxes/drift/remove-unknown', body);
    expect((await remove({ uid: newId(), confirm_email: email })).body.code).toBe('mailbox_drift_not_found');
    expect((await remove({ uid, confirm_email: 'x@y.example' })).body.code).toBe('removal_not_confirmed');
    expect(await found(id)).not.toBeNull();
    expect((await remove({ uid, confirm_email: email })).status).toBe(200);
    expect(await found(id)).toBeNull();
    expect(await drift()).toEqual([]);
    expect((await remove({ uid, confirm_email: email })).body.code).toBe('mailbox_drift_not_removable');
    const told = api.installation.context.db.selectFrom('event').select('data');
    expect(await told.where('type', '=', 'workspace.unknown_mailbox_removed').execute()).toMatchObject([
      { data: { email, host_id: id } },
    ]);
  });

  test('a mailbox that is made here again in the meantime is not removed as unknown', async () => {
    const uid = boxes.uids[1]!;
    const { db } = api.installation.context;
    const address = (await found(uid))!.address;
    const drifted = newId();
    await db
      .insertInto('mailbox_drift')
      .values({
        uid: drifted,
        vendor: 'builtin',
        host_id: uid,
        mailbox_uid: uid,
        workspace_uid: api.workspaceUid,
        address,
        kind: 'unknown_at_host',
        found_at: clock.now(),
        seen_at: clock.now(),
        repaired: false,
      })
      .execute();
    const { body } = await api.post('/mailboxes/drift/remove-unknown', {
      uid: drifted,
      confirm_email: address,
    });
    expect(body.code).toBe('mailbox_drift_not_removable');
    expect(await found(uid)).not.toBeNull();
    await db.deleteFrom('mailbox_drift').where('uid', '=', drifted).execute();
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
