// The workflow `mailboxes.erase`, failed, killed and repeated at each of its steps.
import { expect } from 'vitest';
import { inTransaction } from '../../../database/database.ts';
import { exerciseWorkflow } from '../../../workflow/testing.ts';
import { openMailboxes } from '../../testing/open-mailbox.ts';
import { addTeam } from '../../testing/second-team.ts';
import { mailboxStatuses, timesTold, useInstallationWithoutWorker } from '../../testing/workflow-world.ts';
import { erase } from './erase.workflow.ts';
import { moveMailbox } from './move.ts';

const api = useInstallationWithoutWorker();

exerciseWorkflow('mailboxes.erase', {
  database: api.database,
  definition: erase,
  context: () => api.installation.context,
  async setup({ db, clock }) {
    const team = await addTeam(api.installation);
    const { uids } = await openMailboxes(api.installation, team, 1);
    const mailboxUid = uids[0]!;
    await inTransaction(db, (tx) => moveMailbox(tx, mailboxUid, 'cancelled', clock.now()));
    return { input: { mailboxUid } };
  },
  check: {
    async succeeded({ input: { mailboxUid } }, _value, { providers }) {
      expect(await providers.mailboxHost('SMTP').findMailbox({ id: mailboxUid })).toBeNull();
      expect(await mailboxStatuses(api.installation, [mailboxUid])).toEqual(['deleted']);
      expect(await timesTold(api.installation, mailboxUid, 'deleted')).toBe(1);
    },
    // It keeps its address until its mail is known to be gone.
    async failed({ input: { mailboxUid } }, _failure, { db }) {
      const row = db.selectFrom('mailbox').select(['status', 'status_reason']).where('uid', '=', mailboxUid);
      const { status, status_reason } = await row.executeTakeFirstOrThrow();
      if (status !== 'deleted') expect(status_reason).toContain('could not be removed');
    },
  },
});
