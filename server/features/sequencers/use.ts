// Keeps on each mailbox's row where it is used, in the transaction that changes it.
import type { Tx } from '../../../database/database.ts';
import { mailboxUseLock, mailboxUseSet } from '../mailboxes/index.ts';
import { useStatus } from './export.ts';
import { exportsShown } from './export-store.ts';

/** The last thing a transaction does: the mailboxes stay locked until it ends. */
export const showUse = async (tx: Tx, mailboxUids: readonly string[]): Promise<void> => {
  const uids = [...new Set(mailboxUids)];
  if (uids.length === 0) return;
  // Locked before the exports are read, so that of two who change exports of one mailbox the later sees both.
  await mailboxUseLock(tx, uids);
  const exports = await exportsShown(tx, uids);
  const uses = uids.map((uid) => {
    const of = exports.get(uid) ?? [];
    return {
      uid,
      sequencerUids: of.map(({ sequencerUid }) => sequencerUid),
      status: useStatus(of.map(({ status }) => status)),
    };
  });
  await mailboxUseSet(tx, uses);
};
