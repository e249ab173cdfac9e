// Opening an account at a sequencer with its sealed credential, at its pace; and writing down that it opens no more.
import { createHash } from 'node:crypto';
import { inTransaction } from '../../../database/database.ts';
import type { SecretBox } from '../../../database/secret-box.ts';
import type { CredentialValues } from '../../../providers/contracts/credential.ts';
import { type Failure, notFound } from '../../../providers/contracts/failure.ts';
import type { Sequencer, SequencerPlatform } from '../../../providers/contracts/sequencer.ts';
import type { FeatureContext } from '../context.ts';
import { recordEvents } from '../events/index.ts';
import { sequencerEvent } from './events.ts';
import { takeTurn } from './pace.ts';
import type { SequencerAccount, SequencerStatus } from './sequencer.ts';
import { sequencerLock, sequencerSealed, sequencerUpdate } from './store.ts';

type Context = Pick<FeatureContext, 'db' | 'clock' | 'secrets' | 'providers'>;

const context = (uid: string): string => `sequencer:${uid}:credential`;

export const sealCredential = (box: SecretBox, uid: string, values: CredentialValues): string =>
  box.seal(JSON.stringify(values), context(uid));

export const openCredential = (box: SecretBox, uid: string, sealed: string): CredentialValues =>
  JSON.parse(box.open(sealed, context(uid))) as CredentialValues;

/** What tells accounts apart without telling what opens them. Secrets of vendors are too long to be guessed. */
export const accountKeyOf = (platform: string, values: CredentialValues): string =>
  createHash('sha256')
    .update(JSON.stringify([platform, ...Object.entries(values).toSorted()]))
    .digest('base64url');

export const platformOf = (
  { providers }: Pick<FeatureContext, 'providers'>,
  key: string,
): SequencerPlatform | null => providers.sequencerPlatforms().find((known) => known.key === key) ?? null;

/** An account with a credential that somebody has just sent. */
export const openWith = (
  { db, clock, providers }: Omit<Context, 'secrets'>,
  platform: SequencerPlatform,
  credential: CredentialValues,
): Sequencer => {
  const accountKey = accountKeyOf(platform.key, credential);
  const { pace } = platform;
  return providers.sequencer(platform.key, {
    credential,
    ...(pace && { beforeCall: () => takeTurn({ db, clock }, accountKey, pace) }),
  });
};

/** @throws notFound when the sequencer was deleted meanwhile */
export const openAccount = async (
  context: Context,
  account: Pick<SequencerAccount, 'uid' | 'platform'>,
): Promise<{ sequencer: Sequencer; credential: CredentialValues }> => {
  const sealed = await sequencerSealed(context.db, account.uid);
  const platform = platformOf(context, account.platform);
  if (sealed === null || platform === null) throw notFound('The sequencer is gone.');
  const credential = openCredential(context.secrets, account.uid, sealed);
  return { sequencer: openWith(context, platform, credential), credential };
};

/** Whether the credential opens the account, told as an event when that is news. */
export const noteCredential = (
  { db, clock }: Pick<Context, 'db' | 'clock'>,
  uid: string,
  { status, failure }: { status: SequencerStatus; failure?: Failure },
): Promise<void> =>
  inTransaction(db, async (tx) => {
    const before = await sequencerLock(tx, uid);
    if (!before || before.status === 'removing') return;
    const now = clock.now();
    const statusReason = failure?.message ?? null;
    const isNews = before.status !== status;
    const change = { status, statusReason, checkedAt: now, ...(isNews && { statusSince: now }) };
    await sequencerUpdate(tx, uid, change, now);
    if (isNews) await recordEvents(tx, [sequencerEvent('status_changed', { ...before, ...change }, now)]);
  });
