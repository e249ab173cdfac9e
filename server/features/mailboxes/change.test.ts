// The workflow `mailboxes.change`, failed, killed and repeated at each of its steps: the mailbox and its host end in the
// same, the new or the old.
import { expect } from 'vitest';
import { inTransaction } from '../../../database/database.ts';
import { exerciseWorkflow } from '../../../workflow/testing.ts';
import { mailboxForTest } from '../../testing/active-mailbox.ts';
import { useInstallationWithoutWorker } from '../../testing/workflow-world.ts';
import { change } from './change.workflow.ts';
import { aliasesOf, changeByUid } from './changes-store.ts';
import { lockForRename, renameMailbox } from './rename.ts';
import { mailboxByUid } from './store.ts';

const api = useInstallationWithoutWorker();
// The harness starts it itself.
const startsNothing = { start: async () => {} };
const by = { keyId: 'a key', person: null, requestId: 'a request' };

const eventsOf = async (uid: string): Promise<string[]> => {
  const rows = await api.database.db
    .selectFrom('event')
    .select('type')
    .where('subject_uid', '=', uid)
    .orderBy('seq')
    .execute();
  return rows.map(({ type }) => type).filter((type) => type !== 'mailbox.status_changed');
};

exerciseWorkflow('mailboxes.change', {
  database: api.database,
  definition: change,
  context: () => api.installation.context,
  async setup({ db }) {
    const made = await mailboxForTest(api.installation);
    const changed = await inTransaction(db, async (tx) => {
      const mailbox = await lockForRename(tx, made.team.workspaceUid, made.mailboxUid);
      return renameMailbox(
        tx,
        { ...api.installation.context, workflows: startsNothing },
        mailbox,
        'mara.v',
        by,
      );
    });
    return { ...made, input: { changeUid: changed!.uid } };
  },
  check: {
    async succeeded({ mailboxUid, address, domain, input }) {
      const { db, providers } = api.installation.context;
      const renamed = `mara.v@${domain.name}`;
      expect(await mailboxByUid(db, mailboxUid)).toMatchObject({
        address: renamed,
        updateStatus: 'completed',
      });
      expect((await aliasesOf(db, mailboxUid)).map((alias) => alias.address)).toEqual([address]);
      const hosted = await providers.mailboxHost('GOOGLE').findMailbox({ id: mailboxUid });
      expect(hosted).toMatchObject({ address: renamed, aliases: [address] });
      expect(await changeByUid(db, input.changeUid)).toMatchObject({ status: 'completed', reason: null });
      expect(await eventsOf(mailboxUid)).toEqual(['mailbox.change_requested', 'mailbox.username_changed']);
    },
    async failed({ mailboxUid, address, input }) {
      const { db, providers } = api.installation.context;
      expect(await mailboxByUid(db, mailboxUid)).toMatchObject({ address, updateStatus: 'failed' });
      expect(await aliasesOf(db, mailboxUid)).toEqual([]);
      const hosted = await providers.mailboxHost('GOOGLE').findMailbox({ id: mailboxUid });
      expect(hosted).toMatchObject({ address, aliases: [] });
      expect(await changeByUid(db, input.changeUid)).toMatchObject({ status: 'failed' });
      expect(await eventsOf(mailboxUid)).toEqual(['mailbox.change_requested', 'mailbox.change_failed']);
    },
  },
});
