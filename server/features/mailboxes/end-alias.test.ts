// The workflow `mailboxes.end-alias`, failed, killed and repeated at each of its steps.
import { expect } from 'vitest';
import { exerciseWorkflow } from '../../../workflow/testing.ts';
import { mailboxForTest } from '../../testing/active-mailbox.ts';
import { useInstallationWithoutWorker } from '../../testing/workflow-world.ts';
import { aliasesOf } from './changes-store.ts';
import { endAlias } from './end-alias.workflow.ts';

const api = useInstallationWithoutWorker();

exerciseWorkflow('mailboxes.end-alias', {
  database: api.database,
  definition: endAlias,
  context: () => api.installation.context,
  async setup({ db, providers }) {
    const made = await mailboxForTest(api.installation);
    const { mailboxUid, address, domain } = made;
    const old = `old@${domain.name}`;
    const host = providers.mailboxHost('GOOGLE');
    await host.setAddresses(mailboxUid, { address, aliases: [old] });
    const endsAt = new Date();
    const row = { address: old, mailbox_uid: mailboxUid, ends_at: endsAt, created_at: endsAt };
    await db.insertInto('mailbox_alias').values(row).execute();
    return { ...made, host, input: { mailboxUid, address: old, endsAt: endsAt.toISOString() } };
  },
  check: {
    async succeeded({ mailboxUid, host, input }) {
      const { db } = api.installation.context;
      expect(await aliasesOf(db, mailboxUid)).toEqual([]);
      expect((await host.findMailbox({ id: mailboxUid }))?.aliases).toEqual([]);
      const told = await db
        .selectFrom('event')
        .select('data')
        .where('type', '=', 'mailbox.alias_ended')
        .where('subject_uid', '=', mailboxUid)
        .execute();
      expect(told.map(({ data }) => data)).toMatchObject([{ previous_email: input.address }]);
    },
    // The address stays reserved: nobody gets it while the host may still take mail for the mailbox there.
    async failed({ mailboxUid }) {
      expect(await aliasesOf(api.installation.context.db, mailboxUid)).toHaveLength(1);
    },
  },
});
