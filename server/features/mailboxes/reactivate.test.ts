// The workflow `mailboxes.reactivate`, failed, killed and repeated at each of its steps.
import { expect } from 'vitest';
import { inTransaction } from '../../../database/database.ts';
import { exerciseWorkflow } from '../../../workflow/testing.ts';
import { openMailboxes } from '../../testing/open-mailbox.ts';
import { addTeam } from '../../testing/second-team.ts';
import {
  booksOf,
  mailboxStatuses,
  timesTold,
  useInstallationWithoutWorker,
} from '../../testing/workflow-world.ts';
import { lockFunds } from '../billing/index.ts';
import { moveMailbox } from './move.ts';
import { reactivate } from './reactivate.workflow.ts';
import { mailboxLock, mailboxUpdate } from './store.ts';
import { monthPrice, newTerm, reserveTerm } from './terms.ts';

const api = useInstallationWithoutWorker();
const MONTH = 3.5;

exerciseWorkflow('mailboxes.reactivate', {
  database: api.database,
  definition: reactivate,
  context: () => api.installation.context,
  async setup({ db, clock, providers }) {
    const team = await addTeam(api.installation, 100);
    const { uids } = await openMailboxes(api.installation, team, 11, { useWalletBalance: false });
    const mailboxUid = uids[10]!; // the ten included seats are taken
    await providers.mailboxHost('SMTP').setStatus(mailboxUid, 'archived');
    const termUid = await inTransaction(db, async (tx) => {
      const now = clock.now();
      await lockFunds(tx, team.teamUid);
      await moveMailbox(tx, mailboxUid, 'cancelled', now, { cancellationStatus: 'completed' });
      const mailbox = (await mailboxLock(tx, mailboxUid))!;
      const term = newTerm(mailbox, now);
      await reserveTerm(tx, mailbox, term, await monthPrice(tx, mailbox, now), now);
      await mailboxUpdate(tx, mailboxUid, { reactivationStatus: 'pending', dueAt: null }, now);
      return term.uid;
    });
    return { team, input: { mailboxUid, termUid } };
  },
  check: {
    async succeeded({ team, input: { mailboxUid } }, _value, { providers }) {
      const books = await booksOf(api.installation, team.teamUid);
      expect(books).toEqual({ wallet: 100 - 2 * MONTH, reserved: 0, spent: 2 * MONTH });
      expect(await providers.mailboxHost('SMTP').findMailbox({ id: mailboxUid })).toMatchObject({
        status: 'active',
      });
      expect(await mailboxStatuses(api.installation, [mailboxUid])).toEqual(['active']);
      expect(await timesTold(api.installation, mailboxUid, 'active')).toBe(1);
    },
    async failed({ team, input: { mailboxUid } }, _failure, { db, providers }) {
      const row = db
        .selectFrom('mailbox')
        .select(['status', 'reactivation_status'])
        .where('uid', '=', mailboxUid);
      const { status, reactivation_status } = await row.executeTakeFirstOrThrow();
      const books = await booksOf(api.installation, team.teamUid);
      const hosted = await providers.mailboxHost('SMTP').findMailbox({ id: mailboxUid });
      // What was opened is paid for; anything else cost nothing and is closed.
      if (status === 'active') {
        expect(books).toEqual({ wallet: 100 - 2 * MONTH, reserved: 0, spent: 2 * MONTH });
        expect(hosted?.status).toBe('active');
        return;
      }
      expect([status, reactivation_status, hosted?.status]).toEqual(['cancelled', 'failed', 'archived']);
      expect(books).toEqual({ wallet: 100 - MONTH, reserved: 0, spent: MONTH });
      const terms = db.selectFrom('mailbox_term').select('uid').where('mailbox_uid', '=', mailboxUid);
      expect(await terms.execute()).toEqual([]);
    },
  },
});
