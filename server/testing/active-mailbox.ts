// Mailboxes that are made and active, for tests of what happens to them afterwards.
import { expect } from 'vitest';
import { inTransaction } from '../../database/database.ts';
import { captureCharges } from '../features/billing/index.ts';
import type { Installation } from '../roles/installation.ts';
import { askUntil } from './follow.ts';
import type { Body, TestInstallation } from './test-installation.ts';
import { type Bought, buyForTest } from './workflow-world.ts';

/** Buys mailboxes over HTTP on an active domain and waits until somebody can sign in to them. */
export const activeMailboxes = async (
  api: TestInstallation,
  domainName: string,
  usernames: string[],
): Promise<{ uid: string; email: string }[]> => {
  const mailboxes = usernames.map((username) => ({
    username,
    domain_name: domainName,
    first_name: 'Mara',
    last_name: 'Voss',
    platform: 'GOOGLE',
  }));
  const { status, body } = await api.post('/mailboxes/buy', { mailboxes });
  expect(status, JSON.stringify(body)).toBe(200);
  const uids: string[] = body.mailboxes.map((box: Body) => box.uid);
  await askUntil(
    async () => (await api.post('/mailboxes/status', { uids, limit: 500 })).body.mailboxes,
    (boxes) => boxes.every((box: Body) => box.status === 'active'),
  );
  return body.mailboxes.map(({ uid, email }: Body) => ({ uid, email }));
};

/** The same for the failure harness: a team of its own whose mailbox is active, here and at its host. */
export const mailboxForTest = async (
  installation: Installation,
): Promise<Bought & { mailboxUid: string; address: string }> => {
  const { db, clock, providers } = installation.context;
  const bought = await buyForTest(installation, 1);
  const { domain, team } = bought;
  const mailboxUid = bought.mailboxUids[0]!;
  const address = `mara0@${domain.name}`;
  const host = providers.mailboxHost('GOOGLE');
  await host.setUpDomain({ name: domain.name, workspaceId: team.workspaceUid });
  await host.createMailbox({
    id: mailboxUid,
    workspaceId: team.workspaceUid,
    address,
    displayName: 'Mara Voss',
    platform: 'GOOGLE',
    password: 'first-Password-1',
    appPassword: 'qwjxkdbnvhpslfty',
    idempotencyKey: mailboxUid,
  });
  await inTransaction(db, async (tx) => {
    await captureCharges(tx, { type: 'domain', uid: domain.uid }, clock.now());
    await captureCharges(tx, { type: 'mailbox', uid: mailboxUid }, clock.now());
    await tx.updateTable('domain').set({ status: 'active' }).where('uid', '=', domain.uid).execute();
    await tx.updateTable('mailbox').set({ status: 'active' }).where('uid', '=', mailboxUid).execute();
  });
  return { ...bought, mailboxUid, address };
};
