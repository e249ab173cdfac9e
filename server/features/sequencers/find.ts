// The sequencers and mailboxes a request is about, or the refusal.
import { z } from 'zod';
import type { Db, Tx } from '../../../database/database.ts';
import { ProviderFailure } from '../../../providers/contracts/failure.ts';
import type { SequencerPlatform } from '../../../providers/contracts/sequencer.ts';
import type { FeatureContext } from '../context.ts';
import { type Mailbox, mailboxesOfUids, mailboxNotFound } from '../mailboxes/index.ts';
import { credentialRefused, platformUnknown, sequencerNotFound, sequencerUnavailable } from './errors.ts';
import { wordsOf } from './judge.ts';
import { platformOf } from './open-account.ts';
import type { SequencerAccount } from './sequencer.ts';
import { sequencerLock, sequencersOfWorkspace } from './store.ts';

/** @throws ApiError sequencer_not_found when one of them is not the workspace's, or is being deleted */
export const findSequencers = async (
  db: Db,
  workspaceUid: string,
  uids: readonly string[],
  { alsoRemoving = false } = {},
): Promise<SequencerAccount[]> => {
  const own = uids.filter((uid) => z.uuid().safeParse(uid).success);
  const found = await sequencersOfWorkspace(db, workspaceUid, own);
  const isThere = (uid: string): boolean => {
    const status = found.get(uid)?.status;
    return status !== undefined && (alsoRemoving || status !== 'removing');
  };
  const missing = [...new Set(uids)].filter((uid) => !isThere(uid));
  if (missing.length > 0) {
    throw sequencerNotFound(`Sequencer not found: ${missing.join(', ')}`, { uids: missing });
  }
  return [...found.values()];
};

/** @throws ApiError sequencer_not_found */
export const lockSequencer = async (tx: Tx, workspaceUid: string, uid: string): Promise<SequencerAccount> => {
  const account = await sequencerLock(tx, uid);
  if (account?.workspaceUid !== workspaceUid) throw sequencerNotFound('Sequencer not found');
  return account;
};

/** In the order of the request. @throws ApiError mailbox_not_found */
export const findMailboxes = async (
  db: Db,
  workspaceUid: string,
  uids: readonly string[],
): Promise<Mailbox[]> => {
  const found = await mailboxesOfUids(db, [...new Set(uids)]);
  const missing = [...new Set(uids)].filter((uid) => found.get(uid)?.workspaceUid !== workspaceUid);
  if (missing.length > 0) {
    throw mailboxNotFound(`Mailbox not found: ${missing.join(', ')}`, { uids: missing });
  }
  return [...new Set(uids)].map((uid) => found.get(uid)!);
};

/** @throws ApiError sequencer_platform_unknown */
export const findPlatform = (context: Pick<FeatureContext, 'providers'>, key: string): SequencerPlatform => {
  const platform = platformOf(context, key);
  if (platform) return platform;
  const known = context.providers.sequencerPlatforms().map((one) => one.key);
  throw platformUnknown(`platform must be one of ${known.join(', ')}`, { platforms: known });
};

/** A call to an account on behalf of a request. @throws ApiError for what it can fail with */
export const asking = async <T>(call: () => Promise<T>): Promise<T> => {
  try {
    return await call();
  } catch (error) {
    if (!(error instanceof ProviderFailure)) throw error;
    const { kind, message, retryAfterMs } = error.failure;
    if (kind === 'transient' || kind === 'rateLimited' || kind === 'outcomeUnknown') {
      const retryAfterS = Math.ceil((retryAfterMs ?? 30_000) / 1000);
      throw sequencerUnavailable(message, {}, { 'Retry-After': String(retryAfterS) });
    }
    throw credentialRefused(`The credential was refused: ${wordsOf(message)}`);
  }
};
