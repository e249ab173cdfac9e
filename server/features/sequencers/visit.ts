// One visit of an export that is due: as many stages as go through at once. Each is written down before the next begins,
// and handing a mailbox over is written down before it is done: whoever finds it in the stage `find` after a crash looks
// before anything is repeated.
import { inTransaction } from '../../../database/database.ts';
import { type Failure, ProviderFailure } from '../../../providers/contracts/failure.ts';
import type { AtTarget, Sequencer, TargetMailbox } from '../../../providers/contracts/sequencer.ts';
import type { FeatureContext } from '../context.ts';
import { recordEvents } from '../events/index.ts';
import {
  hostOf,
  type Mailbox,
  mailboxByUid,
  readMailboxSecrets,
  signInToMailbox,
} from '../mailboxes/index.ts';
import { exportMoved, exportRemoved, sequencerEvent } from './events.ts';
import { type Leftover, readinessOf, type SequencerExport } from './export.ts';
import {
  type ExportChange,
  exportDelete,
  exportGiveBack,
  exportSettle,
  exportsLock,
  exportsOfSequencer,
  exportUpdate,
} from './export-store.ts';
import {
  after,
  againLater,
  allIsWell,
  because,
  beginAgain,
  callFailed,
  failedFor,
  finalCode,
  findAgain,
  goTo,
  handOverAgain,
  lookAgain,
  lost,
  signInAgain,
  wordsOf,
} from './judge.ts';
import { loginsOf } from './logins.ts';
import { noteCredential, openAccount, platformOf } from './open-account.ts';
import { holdAccount, OWN_PACE } from './pace.ts';
import type { SequencerAccount } from './sequencer.ts';
import { sequencerByUid, sequencerDelete, sequencerLock } from './store.ts';
import { showUse } from './use.ts';

export type VisitContext = Pick<FeatureContext, 'db' | 'clock' | 'secrets' | 'providers'> & {
  log: { warn(fields: object, message: string): void };
};

/** A mailbox that is being made tells when it is ready; this is for one that did so a moment too early. */
const LOOKS_AT_MAILBOX_EVERY_MS = 10 * 60_000;

type Visit = {
  context: VisitContext;
  workerUid: string;
  row: SequencerExport;
  account: SequencerAccount;
  mailbox: Mailbox;
  sequencer: Sequencer | null;
  /** What must never be written down, however it comes back. */
  secrets: string[];
};
/** `gone`: the export has ended, and its row with it. */
type Next = ExportChange | 'gone';

export const visitExport = async (
  context: VisitContext,
  workerUid: string,
  claimed: SequencerExport,
): Promise<void> => {
  const { db, clock } = context;
  const account = await sequencerByUid(db, claimed.sequencerUid);
  const mailbox = await mailboxByUid(db, claimed.mailboxUid);
  if (!account || !mailbox) return;
  const isFile = platformOf(context, account.platform)?.kind === 'file';
  const opened = isFile ? null : await openAccount(context, account);
  const visit: Visit = {
    context,
    workerUid,
    row: claimed,
    account,
    mailbox,
    sequencer: opened?.sequencer ?? null,
    secrets: Object.values(opened?.credential ?? {}),
  };
  for (;;) {
    const next = await step(visit);
    if (next === 'gone') return endExport(visit);
    const now = clock.now();
    const goesOn = next.dueAt !== null && next.dueAt !== undefined && next.dueAt <= now;
    if (!(await move(visit, next, { keeps: goesOn })) || !goesOn) return;
  }
};

const step = async (visit: Visit): Promise<Next> => {
  const { row, context } = visit;
  try {
    return await stages[row.stage](visit);
  } catch (error) {
    const now = context.clock.now();
    if (!(error instanceof ProviderFailure)) {
      context.log.warn({ err: error, export: row.uid, stage: row.stage }, 'an export went wrong');
      return againLater(row, 'unexpected', null, now);
    }
    const { failure, detail } = error;
    if (detail) context.log.warn({ detail, export: row.uid, stage: row.stage }, 'a sequencer failed');
    if (failure.kind === 'rateLimited' && failure.reason !== OWN_PACE) {
      await holdAccount(context.db, visit.account.accountKey, after(now, failure.retryAfterMs ?? 60_000));
    }
    if (failure.kind === 'unauthorized') return refusedCredential(visit, failure);
    return callFailed(row, failure, told(visit, failure.message), now);
  }
};

const stages: Record<SequencerExport['stage'], (visit: Visit) => Promise<Next>> = {
  waiting: signIn,
  sign_in: signIn,
  find,
  upsert,
  connect,
  tune,
  clean_up: cleanUp,
  watch: async () => ({ dueAt: null }),
  file: async () => ({ dueAt: null }),
  remove,
};

async function signIn(visit: Visit): Promise<Next> {
  const { context, row, mailbox, sequencer } = visit;
  const now = context.clock.now();
  switch (readinessOf(mailbox.status)) {
    case 'coming':
      return {
        ...goTo('waiting', now, after(now, LOOKS_AT_MAILBOX_EVERY_MS)),
        status: 'queued',
        ...because('waiting_for_mailbox'),
      };
    case 'closed':
      return { ...failedFor('mailbox_not_active', mailbox.statusReason), stage: 'sign_in' };
    case 'gone':
      return row.targetAddress !== null || row.leftovers.length > 0
        ? { ...goTo('remove', now), status: 'removing', ...because('mailbox_gone', mailbox.statusReason) }
        : failedFor('mailbox_gone', mailbox.statusReason);
  }
  if (!sequencer) {
    return { ...goTo('file', now, null), status: 'completed', ...allIsWell, connectedAt: now };
  }
  const access = await hostOf(context.providers, mailbox).access();
  const { appPassword } = await readMailboxSecrets(context, mailbox.uid);
  visit.secrets.push(appPassword);
  try {
    await signInToMailbox(access, { address: mailbox.address, password: appPassword });
  } catch (error) {
    if (!(error instanceof ProviderFailure)) throw error;
    return signInAgain(row, told(visit, error.failure.message), context.clock.now());
  }
  return { ...goTo('upsert', now), status: 'processing', ...allIsWell };
}

async function upsert(visit: Visit): Promise<Next> {
  const { context, account, mailbox } = visit;
  const handed = await loginsOf(context, mailbox);
  visit.secrets.push(handed.smtp.password);
  if (!(await move(visit, { stage: 'find' }, { keeps: true }))) return { dueAt: null };
  try {
    const accepted = await visit.sequencer!.upsertMailbox(handed, account.tuning);
    return {
      ...goTo('connect', context.clock.now()),
      targetId: accepted.id,
      ticket: accepted.ticket,
      targetAddress: mailbox.address,
    };
  } catch (error) {
    if (!(error instanceof ProviderFailure)) throw error;
    const now = context.clock.now();
    if (error.failure.kind === 'outcomeUnknown') return lost(told(visit, error.failure.message), now);
    // It was certainly not carried out, so it may simply be done again.
    visit.row = { ...visit.row, stage: 'upsert' };
    if (!(await move(visit, { stage: 'upsert' }, { keeps: true }))) return { dueAt: null };
    throw error;
  }
}

async function find(visit: Visit): Promise<Next> {
  const { context, row } = visit;
  const found = await poll(visit);
  const now = context.clock.now();
  if (!found) return findAgain(row, now);
  // Whether what is there has the password of now is known only of what came into being by this very call.
  if (row.targetAddress !== null) return handOverAgain(row, now);
  return {
    ...goTo('connect', now),
    targetId: found.id ?? row.targetId,
    targetAddress: visit.mailbox.address,
    ...allIsWell,
  };
}

async function connect(visit: Visit): Promise<Next> {
  const { context, row } = visit;
  const found = await poll(visit);
  const now = context.clock.now();
  if (!found || found.state === 'connecting') return lookAgain(row, now);
  const targetId = found.id ?? row.targetId;
  if (found.state === 'connected') {
    return { ...goTo('tune', now), targetId, connectedAt: now, checkedAt: now, ...allIsWell };
  }
  const code = found.state === 'refused' ? 'refused_by_target' : 'disconnected_by_target';
  const words = found.words === null ? null : told(visit, found.words);
  return { ...beginAgain(row, code, words, now), targetId, checkedAt: now };
}

async function tune(visit: Visit): Promise<Next> {
  const { context, row, account } = visit;
  const done = (): ExportChange => {
    const now = context.clock.now();
    const stage = row.leftovers.length > 0 ? goTo('clean_up', now) : goTo('watch', now, null);
    return { ...stage, status: 'completed', restarts: 0 };
  };
  try {
    await visit.sequencer!.tune(atTarget(visit), account.tuning);
    return { ...done(), ...allIsWell };
  } catch (error) {
    if (!(error instanceof ProviderFailure)) throw error;
    const words = told(visit, error.failure.message);
    if (finalCode(error.failure.kind)) return { ...done(), ...because('not_tuned', words) };
    if (error.failure.kind !== 'notFound') throw error;
    return beginAgain(row, 'missing_at_target', words, context.clock.now());
  }
}

async function cleanUp(visit: Visit): Promise<Next> {
  const { context, row } = visit;
  const end = { ...goTo('watch', context.clock.now(), null), leftovers: [] };
  try {
    await removeAll(visit, row.leftovers);
    return end;
  } catch (error) {
    if (!(error instanceof ProviderFailure) || !finalCode(error.failure.kind)) throw error;
    return { ...end, ...because('former_address_stays', told(visit, error.failure.message)) };
  }
}

async function remove(visit: Visit): Promise<Next> {
  const { row, mailbox } = visit;
  const there = { address: row.targetAddress ?? mailbox.address, id: row.targetId };
  try {
    if (visit.sequencer) await removeAll(visit, [...row.leftovers, there]);
  } catch (error) {
    if (!(error instanceof ProviderFailure) || !finalCode(error.failure.kind)) throw error;
    // Nothing more can be done from here; the event says what is left to do there.
    visit.row = { ...row, ...because('removal_unsupported', told(visit, error.failure.message)) };
  }
  return 'gone';
}

const removeAll = async (
  { sequencer, mailbox, row }: Visit,
  leftovers: readonly Leftover[],
): Promise<void> => {
  for (const { address, id } of leftovers) {
    // One that was given its former name again has it now.
    if (row.stage === 'clean_up' && address === mailbox.address) continue;
    await sequencer!.removeMailbox({ address, id, ticket: null });
  }
};

const atTarget = ({ row, mailbox }: Visit): AtTarget => ({
  address: row.targetAddress ?? mailbox.address,
  id: row.targetId,
  ticket: row.ticket,
});

const poll = (visit: Visit): Promise<TargetMailbox | null> =>
  visit.sequencer!.pollMailbox({ ...atTarget(visit), address: visit.mailbox.address });

/** The target's own words, without anything secret that it repeats. */
const told = ({ secrets }: Visit, message: string): string =>
  secrets
    .filter((secret) => secret.length >= 6)
    .reduce((text, secret) => text.replaceAll(secret, '•••'), wordsOf(message));

/** Whether the credential, or only this call, is refused: the target is asked. */
const refusedCredential = async (visit: Visit, failure: Failure): Promise<Next> => {
  const { context, account, row } = visit;
  const words = told(visit, failure.message);
  try {
    await visit.sequencer!.verifyTarget();
    return failedFor('refused_by_target', words);
  } catch (error) {
    if (!(error instanceof ProviderFailure)) throw error;
    if (error.failure.kind !== 'unauthorized')
      return callFailed(row, error.failure, words, context.clock.now());
  }
  await stopAccount(context, account, { ...failure, message: words }, row.uid);
  return failedFor('credential_refused', words);
};

/** Nothing of an account goes on whose credential is refused; each of its exports says so. */
export const stopAccount = async (
  context: Pick<VisitContext, 'db' | 'clock'>,
  account: SequencerAccount,
  failure: Failure,
  butUid: string | null,
): Promise<void> => {
  const { db, clock } = context;
  await noteCredential(context, account.uid, { status: 'invalid', failure });
  const unfinished = (await exportsOfSequencer(db, account.uid)).filter(
    ({ uid, status }) => uid !== butUid && (status === 'queued' || status === 'processing'),
  );
  for (const { uid } of unfinished) {
    await inTransaction(db, async (tx) => {
      const [row] = await exportsLock(tx, { uids: [uid] });
      if (!row || (row.status !== 'queued' && row.status !== 'processing')) return;
      const now = clock.now();
      const change = failedFor('credential_refused', failure.message);
      await exportUpdate(tx, uid, { ...change, generation: row.generation + 1 }, now);
      const email = (await mailboxByUid(tx, row.mailboxUid))?.address ?? '';
      await recordEvents(tx, [exportMoved({ ...row, ...change }, { email, previous: row.status }, now)]);
      await showUse(tx, [row.mailboxUid]);
    });
  }
};

/** Writes a change down; answers false when the export is somebody else's to go on with. */
const move = async (visit: Visit, change: ExportChange, { keeps }: { keeps: boolean }): Promise<boolean> => {
  const { context, workerUid, row, mailbox } = visit;
  const { db, clock } = context;
  const now = clock.now();
  const moved = { ...row, ...change };
  const isNews = moved.status !== row.status || moved.code !== row.code;
  const settled = await inTransaction(db, async (tx) => {
    if (!(await exportSettle(tx, workerUid, row, change, now, { keeps }))) return false;
    if (isNews) {
      await recordEvents(tx, [exportMoved(moved, { email: mailbox.address, previous: row.status }, now)]);
    }
    if (moved.status !== row.status) await showUse(tx, [row.mailboxUid]);
    return true;
  });
  if (!settled) {
    await exportGiveBack(db, workerUid, row.uid, { targetId: change.targetId, ticket: change.ticket });
    return false;
  }
  visit.row = moved;
  return true;
};

const endExport = async ({ context, workerUid, row, mailbox }: Visit): Promise<void> => {
  const { db, clock } = context;
  await inTransaction(db, async (tx) => {
    const now = clock.now();
    if (!(await exportSettle(tx, workerUid, row, {}, now, { keeps: true }))) return;
    await exportDelete(tx, row.uid);
    await recordEvents(tx, [exportRemoved(row, mailbox.address, now)]);
    await endAccount(tx, row.sequencerUid, now);
    await showUse(tx, [row.mailboxUid]);
  });
};

/** An account that is being removed goes with the last of its exports. */
export const endAccount = async (
  tx: Parameters<typeof sequencerLock>[0],
  uid: string,
  now: Date,
): Promise<void> => {
  const account = await sequencerLock(tx, uid);
  if (account?.status !== 'removing' || (await exportsOfSequencer(tx, uid)).length > 0) return;
  await sequencerDelete(tx, uid);
  await recordEvents(tx, [sequencerEvent('deleted', account, now)]);
};
