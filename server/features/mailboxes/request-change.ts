// Changing a mailbox that is there: what it is now is written down at once, and a workflow brings the host into line.

import { setTimeout as sleep } from 'node:timers/promises';
import type { Db, Tx } from '../../../database/database.ts';
import { newId } from '../../../database/uuid.ts';
import type { Actor } from '../../http/caller.ts';
import type { FeatureContext } from '../context.ts';
import { recordEvents } from '../events/index.ts';
import type { Change, ChangedValues, ChangeKind } from './change.ts';
import { change, changeId } from './change.workflow.ts';
import { changeByUid, changeInsert } from './changes-store.ts';
import { mailboxBeingChanged, mailboxNotChangeable, mailboxNotFound } from './errors.ts';
import { changeRequested } from './events.ts';
import { isBeingMade, isGone, type Mailbox } from './mailbox.ts';
import { mailboxFind, mailboxLock, mailboxUpdate } from './store.ts';

/**
 * The mailbox, locked, when it can be changed.
 *
 * @throws ApiError mailbox_not_found, mailbox_not_changeable
 */
export const lockChangeable = async (tx: Tx, workspaceUid: string, uid: string): Promise<Mailbox> => {
  const found = await mailboxFind(tx, workspaceUid, { uid });
  const mailbox = found && (await mailboxLock(tx, uid));
  if (!mailbox) throw mailboxNotFound('Mailbox not found');
  assertChangeable(mailbox);
  return mailbox;
};

/** @throws ApiError mailbox_not_changeable */
export const assertNotGone = ({ address, status, statusReason }: Mailbox): void => {
  if (!isGone(status)) return;
  throw mailboxNotChangeable(`${address} is ${status} and cannot be changed`, {
    status,
    reason: statusReason,
  });
};

/** @throws ApiError mailbox_not_changeable */
export const assertChangeable = ({ address, status, statusReason }: Mailbox): void => {
  if (!isGone(status) && !isBeingMade(status)) return;
  throw mailboxNotChangeable(`${address} is ${status} and cannot be changed`, {
    status,
    reason: statusReason,
  });
};

/**
 * Begins a change of a mailbox that is locked; what it is to be is for the caller to write in the same transaction.
 *
 * @throws ApiError mailbox_being_changed
 */
export const requestChange = async <Kind extends ChangeKind>(
  tx: Tx,
  { clock, workflows }: Pick<FeatureContext, 'clock' | 'workflows'>,
  mailbox: Mailbox,
  values: { kind: Kind; before: ChangedValues[Kind]; after: ChangedValues[Kind] },
  by: Actor & { requestId: string },
): Promise<Change> => {
  const now = clock.now();
  const requested = {
    uid: newId(),
    mailboxUid: mailbox.uid,
    workspaceUid: mailbox.workspaceUid,
    ...values,
    status: 'queued',
    reason: null,
    requestedAt: now,
    finishedAt: null,
  } as Change;
  if (!(await changeInsert(tx, requested))) {
    throw mailboxBeingChanged(`The ${values.kind} of ${mailbox.address} is being changed`, {
      email: mailbox.address,
      change: values.kind,
    });
  }
  await mailboxUpdate(tx, mailbox.uid, { updateStatus: 'queued' }, now);
  await recordEvents(tx, [changeRequested(mailbox, values.kind, by, now)]);
  await workflows.start(tx, change, changeId(requested.uid), { changeUid: requested.uid });
  return requested;
};

const POLL_MS = 25;
const WAIT_MS = 3_000;

/**
 * Waits a moment for a change that is committed, so that whoever reads the answer finds it done where nothing is in the
 * way; a host that is slow or away does not hold the answer up for long.
 */
export const waitForChange = async (db: Db, uid: string): Promise<void> => {
  for (const end = performance.now() + WAIT_MS; performance.now() < end; await sleep(POLL_MS)) {
    if ((await changeByUid(db, uid))?.finishedAt) return;
  }
};
