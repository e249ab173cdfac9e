// The workflows that follow the life of a mailbox, failed, killed and repeated at each of their steps.
import { expect, test } from 'vitest';
import { inTransaction } from '../../../database/database.ts';
import { exerciseWorkflow } from '../../../workflow/testing.ts';
import { openMailboxes } from '../../testing/open-mailbox.ts';
import { addTeam } from '../../testing/second-team.ts';
import { mailboxStatuses, timesTold, useInstallationWithoutWorker } from '../../testing/workflow-world.ts';
import { moveMailbox } from './move.ts';
import { settle } from './settle.workflow.ts';

const api = useInstallationWithoutWorker();

exerciseWorkflow('mailboxes.settle', {
  database: api.database,
  definition: settle,
  context: () => api.installation.context,
  async setup({ db, clock }) {
    const team = await addTeam(api.installation);
    const { uids } = await openMailboxes(api.installation, team, 1);
    const mailboxUid = uids[0]!;
    await inTransaction(db, (tx) =>
      moveMailbox(tx, mailboxUid, 'suspended', clock.now(), { suspendedFor: 'request' }),
    );
    return { input: { mailboxUid } };
  },
  check: {
    async succeeded({ input: { mailboxUid } }, _value, { providers }) {
      expect(await providers.mailboxHost('SMTP').findMailbox({ id: mailboxUid })).toMatchObject({
        status: 'suspended',
      });
      expect(await timesTold(api.installation, mailboxUid, 'suspended')).toBe(1);
    },
    // What the customer asked for stays; the reason says that the host has not followed.
    async failed({ input: { mailboxUid } }, _failure, { db }) {
      expect(await mailboxStatuses(api.installation, [mailboxUid])).toEqual(['suspended']);
      const row = db.selectFrom('mailbox').select('status_reason').where('uid', '=', mailboxUid);
      expect((await row.executeTakeFirstOrThrow()).status_reason).toContain('did not follow');
    },
  },
});

test('what its host no longer has is not made again to be closed', async () => {
  const { db, clock, providers } = api.installation.context;
  const { uids } = await openMailboxes(api.installation, await addTeam(api.installation), 1);
  const mailboxUid = uids[0]!;
  const host = providers.mailboxHost('SMTP');
  const step = { key: 'once', attempt: 1, signal: AbortSignal.timeout(60_000) };
  await host.removeMailbox(mailboxUid);
  for (const status of ['suspended', 'deleted'] as const) {
    await inTransaction(db, (tx) => moveMailbox(tx, mailboxUid, status, clock.now()));
    await settle.steps.follow!.run(api.installation.context, { mailboxUid }, step);
    expect(await host.findMailbox({ id: mailboxUid })).toBeNull();
  }
});
