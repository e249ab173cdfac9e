// The workflow `mailboxes.change` for a password: whatever happens on the way, the one that is shown is the one that is
// good.
import { verify } from '@node-rs/argon2';
import { expect } from 'vitest';
import { inTransaction } from '../../../database/database.ts';
import { exerciseWorkflow } from '../../../workflow/testing.ts';
import { mailboxForTest } from '../../testing/active-mailbox.ts';
import { useInstallationWithoutWorker } from '../../testing/workflow-world.ts';
import { change } from './change.workflow.ts';
import { requestChange } from './request-change.ts';
import { openSecret, sealNewPassword } from './secrets.ts';
import { mailboxLock, mailboxSecrets, mailboxUpdate } from './store.ts';

const api = useInstallationWithoutWorker();
// The harness starts it itself.
const startsNothing = { start: async () => {} };
const by = { keyId: 'a key', person: null, requestId: 'a request' };

exerciseWorkflow('mailboxes.change', {
  database: api.database,
  definition: change,
  context: () => api.installation.context,
  async setup({ db, secrets, providers }) {
    const made = await mailboxForTest(api.installation);
    const { mailboxUid } = made;
    const before = await mailboxSecrets(db, mailboxUid);
    const old = openSecret(secrets, mailboxUid, 'password', before.password);
    await providers.mailboxHost('GOOGLE').setPassword(mailboxUid, old, null);
    const changed = await inTransaction(db, async (tx) => {
      const mailbox = (await mailboxLock(tx, mailboxUid))!;
      const after = sealNewPassword(secrets, mailboxUid, undefined);
      await mailboxUpdate(tx, mailboxUid, { sealed: after }, new Date());
      const context = { ...api.installation.context, workflows: startsNothing };
      return requestChange(tx, context, mailbox, { kind: 'password', before, after }, by);
    });
    return { ...made, old, input: { changeUid: changed.uid } };
  },
  check: {
    succeeded: ({ mailboxUid, old }) => expectShownPasswordIsGood(mailboxUid, { not: old }),
    failed: ({ mailboxUid, old }) => expectShownPasswordIsGood(mailboxUid, { is: old }),
  },
});

/** What the mailbox shows is what its host lets in. */
async function expectShownPasswordIsGood(
  uid: string,
  wanted: { is: string } | { not: string },
): Promise<void> {
  const { db, secrets } = api.installation.context;
  const shown = openSecret(secrets, uid, 'password', (await mailboxSecrets(db, uid)).password);
  if ('is' in wanted) expect(shown).toBe(wanted.is);
  else expect(shown).not.toBe(wanted.not);
  const row = await db
    .selectFrom('published.mailbox')
    .select('password_hash')
    .where('id', '=', uid)
    .executeTakeFirstOrThrow();
  expect(await verify(row.password_hash, shown)).toBe(true);
}
