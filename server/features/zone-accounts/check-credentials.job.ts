// Looks now and then whether stored credentials still work, so that one that was revoked is known before the next change
// of a zone fails, and one that works again is taken up without anybody asking. Any number of processes may run it.
import { inTransaction, type Tx } from '../../../database/database.ts';
import { ProviderFailure } from '../../../providers/contracts/failure.ts';
import type { FeatureContext } from '../context.ts';
import type { ZoneCredential } from './credential.ts';
import { noteStatus } from './keep.ts';
import { noteRefusal } from './note-refusal.ts';
import { accountsOf, storedAccount } from './open.ts';
import { credentialsToCheck, credentialUpdate } from './store.ts';

const EVERY_MS = 60 * 60_000;
const MOST_AT_ONCE = 20;
const MISSING_RIGHT = 'missing_right';

/** What waited for a credential goes on: the features that own it come later, and hand in how. */
export type Resume = (tx: Tx, context: FeatureContext, credentialUid: string) => Promise<void>;

export const checkCredentials = async (context: FeatureContext, resume: Resume): Promise<void> => {
  const now = context.clock.now();
  const before = new Date(now.getTime() - EVERY_MS);
  const due = await inTransaction(context.db, (tx) => credentialsToCheck(tx, before, now, MOST_AT_ONCE));
  for (const credential of due) await check(context, credential, resume);
};

const check = async (context: FeatureContext, credential: ZoneCredential, resume: Resume): Promise<void> => {
  const { db, clock } = context;
  const { uid } = credential;
  const account = await storedAccount(context, credential);
  if (!account) return;
  try {
    const zones = await account.zones();
    await inTransaction(db, async (tx) => {
      const now = clock.now();
      if (zones.length > 0) await credentialUpdate(tx, uid, { accounts: accountsOf(zones) }, now);
      // Reading shows nothing about the right to write; whoever gives that says so by connecting again.
      if (credential.statusCode === MISSING_RIGHT) return;
      if (await noteStatus(tx, uid, { status: 'active' }, now)) await resume(tx, context, uid);
    });
  } catch (error) {
    if (!(error instanceof ProviderFailure)) throw error;
    // A host that is away says nothing about the credential.
    const { failure } = error;
    if (failure.kind !== 'unauthorized') return;
    await noteRefusal(context, uid, failure);
  }
};
