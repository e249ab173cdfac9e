// Compares an account at a sequencer with what was exported to it: what dropped out is connected again, what failed for a
// reason that passes is tried again, and what somebody connected by hand counts as connected.
import { inTransaction } from '../../../database/database.ts';
import { newId } from '../../../database/uuid.ts';
import { ProviderFailure } from '../../../providers/contracts/failure.ts';
import type { Sequencer, TargetMailbox } from '../../../providers/contracts/sequencer.ts';
import type { FeatureContext } from '../context.ts';
import { recordEvents } from '../events/index.ts';
import { mailboxesOfUids } from '../mailboxes/index.ts';
import { checkInsert, checksForget } from './check-store.ts';
import { exportMoved } from './events.ts';
import { type ExportCode, passingCodes, type SequencerExport } from './export.ts';
import { exportsLock, exportsOfSequencer, exportsSeen, exportUpdate } from './export-store.ts';
import { allIsWell, because, failedFor, goTo, wordsOf } from './judge.ts';
import { noteCredential, openAccount, platformOf } from './open-account.ts';
import { holdAccount, OWN_PACE } from './pace.ts';
import { restartExports } from './restart.ts';
import type { SequencerAccount } from './sequencer.ts';
import { sequencerUpdate } from './store.ts';
import { showUse } from './use.ts';
import { stopAccount } from './visit.ts';

const MOST_PAGES = 10_000;
/** One that could not be looked at is looked at again sooner. */
const AFTER_FAILURE_MS = 5 * 60_000;
/** What was handed over or connected a moment ago may not be on the target's list yet. */
const SETTLES_MS = 10 * 60_000;
const KEPT_MS = 90 * 24 * 60 * 60_000;

type Context = Pick<FeatureContext, 'db' | 'clock' | 'secrets' | 'providers'> & {
  log: { warn(fields: object, message: string): void };
};
type Tally = { expected: number; connected: number; missing: number; disconnected: number; repairs: number };

export const reconcileSequencer = async (context: Context, account: SequencerAccount): Promise<void> => {
  const { db, clock } = context;
  if (platformOf(context, account.platform)?.kind !== 'api') return;
  const began = clock.now();
  const tally: Tally = { expected: 0, connected: 0, missing: 0, disconnected: 0, repairs: 0 };
  let error: string | null = null;
  try {
    const { sequencer } = await openAccount(context, account);
    const listed = await readAll(sequencer);
    await compare(context, account, listed, began, tally);
    await noteCredential(context, account.uid, { status: 'active' });
  } catch (thrown) {
    if (!(thrown instanceof ProviderFailure)) throw thrown;
    error = wordsOf(thrown.failure.message);
    await failedToLook(context, account, thrown);
  }
  await inTransaction(db, async (tx) => {
    const endedAt = clock.now();
    const check = { uid: newId(), sequencerUid: account.uid, beganAt: began, endedAt, ...tally, error };
    await checkInsert(tx, check);
    const retryAt = new Date(endedAt.getTime() + AFTER_FAILURE_MS);
    const sooner = error !== null && retryAt < account.reconcileAt ? { reconcileAt: retryAt } : {};
    await sequencerUpdate(tx, account.uid, { checkedAt: endedAt, ...sooner }, endedAt);
  });
  await checksForget(db, new Date(began.getTime() - KEPT_MS));
};

const readAll = async (sequencer: Sequencer): Promise<Map<string, TargetMailbox>> => {
  const listed = new Map<string, TargetMailbox>();
  for (let cursor: string | null = null, page = 0; page < MOST_PAGES; page += 1) {
    const read: Awaited<ReturnType<Sequencer['listMailboxes']>> = await sequencer.listMailboxes({ cursor });
    for (const mailbox of read.mailboxes) listed.set(mailbox.address, mailbox);
    if (read.next === null) break;
    cursor = read.next;
  }
  return listed;
};

const compare = async (
  context: Context,
  account: SequencerAccount,
  listed: ReadonlyMap<string, TargetMailbox>,
  began: Date,
  tally: Tally,
): Promise<void> => {
  const { db, clock } = context;
  const rows = await exportsOfSequencer(db, account.uid);
  const mailboxes = await mailboxesOfUids(
    db,
    rows.map(({ mailboxUid }) => mailboxUid),
  );
  const well: string[] = [];
  for (const row of rows) {
    const address = row.targetAddress ?? mailboxes.get(row.mailboxUid)?.address ?? '';
    const seen = listed.get(address) ?? null;
    if (row.status === 'completed' && row.stage === 'watch') {
      tally.expected += 1;
      if (seen === null) tally.missing += 1;
      else if (seen.state === 'disconnected' || seen.state === 'refused') tally.disconnected += 1;
      else tally.connected += 1;
      if (seen?.state === 'connected') well.push(row.uid);
      if (seen === null || seen.state === 'disconnected' || seen.state === 'refused') {
        if (await droppedOut(context, account, row, seen, began)) tally.repairs += 1;
      }
    } else if (row.status === 'failed' && isPassing(row.code)) {
      tally.expected += 1;
      if (seen?.state === 'connected') {
        tally.connected += 1;
        await connectedByItself(context, row, seen);
      } else {
        tally[seen ? 'disconnected' : 'missing'] += 1;
        if (account.autoReconnect && (await tryAgain(context, row))) tally.repairs += 1;
      }
    }
  }
  await exportsSeen(db, well, clock.now());
};

const isPassing = (code: ExportCode | null): boolean =>
  code !== null && (passingCodes as readonly ExportCode[]).includes(code);

/** Answers whether it is connected again. */
const droppedOut = (
  { db, clock }: Context,
  account: SequencerAccount,
  row: SequencerExport,
  seen: TargetMailbox | null,
  began: Date,
): Promise<boolean> =>
  inTransaction(db, async (tx) => {
    const now = clock.now();
    const current = await lockUnchanged(tx, row);
    const isFresh = current && began.getTime() - (current.connectedAt?.getTime() ?? 0) < SETTLES_MS;
    if (!current || (seen === null && isFresh)) return false;
    const code = seen === null ? 'missing_at_target' : 'disconnected_by_target';
    const words = seen?.words ?? null;
    if (account.autoReconnect) {
      const change = { ...because(code, words), ...(seen === null && { targetId: null, ticket: null }) };
      await restartExports(tx, [{ row: current, change, cause: 'dropped_out' }], now);
      return true;
    }
    const change = failedFor(code, words);
    await exportUpdate(tx, row.uid, { ...change, checkedAt: now }, now);
    await tell(tx, current, change, 'dropped_out', now);
    return false;
  });

const tryAgain = ({ db, clock }: Context, row: SequencerExport): Promise<boolean> =>
  inTransaction(db, async (tx) => {
    const current = await lockUnchanged(tx, row);
    if (!current) return false;
    await restartExports(tx, [{ row: current, cause: 'compared' }], clock.now());
    return true;
  });

/** Somebody saw to it at the target; limits and warm-up are ours to set again. */
const connectedByItself = (
  { db, clock }: Context,
  row: SequencerExport,
  seen: TargetMailbox,
): Promise<void> =>
  inTransaction(db, async (tx) => {
    const current = await lockUnchanged(tx, row);
    if (!current) return;
    const now = clock.now();
    const change = {
      ...goTo('tune', now),
      ...allIsWell,
      status: 'completed' as const,
      targetId: seen.id,
      targetAddress: seen.address,
      restarts: 0,
      connectedAt: now,
      checkedAt: now,
    };
    await exportUpdate(tx, row.uid, { ...change, generation: current.generation + 1 }, now);
    await tell(tx, current, change, 'compared', now);
  });

type Tx = Parameters<typeof exportsLock>[0];

/** The row, locked, when it still stands where it stood when the comparison began. */
const lockUnchanged = async (tx: Tx, row: SequencerExport): Promise<SequencerExport | null> => {
  const [current] = await exportsLock(tx, { uids: [row.uid] });
  const same = current?.status === row.status && current.generation === row.generation;
  return same ? current : null;
};

const tell = async (
  tx: Tx,
  row: SequencerExport,
  change: Partial<SequencerExport>,
  cause: string,
  now: Date,
): Promise<void> => {
  const email = (await mailboxesOfUids(tx, [row.mailboxUid])).get(row.mailboxUid)?.address ?? '';
  const moved = { ...row, ...change };
  await recordEvents(tx, [exportMoved(moved, { email, previous: row.status, cause }, now)]);
  await showUse(tx, [row.mailboxUid]);
};

const failedToLook = async (
  context: Context,
  account: SequencerAccount,
  { failure, detail }: ProviderFailure,
): Promise<void> => {
  const { db, clock, log } = context;
  if (detail) log.warn({ detail, sequencer: account.uid }, 'a sequencer could not be compared');
  if (failure.kind === 'unauthorized') return stopAccount(context, account, failure, null);
  if (failure.kind !== 'rateLimited' || failure.reason === OWN_PACE) return;
  const until = new Date(clock.now().getTime() + (failure.retryAfterMs ?? 60_000));
  await holdAccount(db, account.accountKey, until);
};
