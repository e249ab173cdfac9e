// Keeping a credential that was looked at, and writing down whether it still works.
import type { Tx } from '../../../database/database.ts';
import type { SecretBox } from '../../../database/secret-box.ts';
import { newId } from '../../../database/uuid.ts';
import { credentialContext } from '../../../providers/contracts/credential.ts';
import type { Failure } from '../../../providers/contracts/failure.ts';
import { recordEvents } from '../events/index.ts';
import {
  type CredentialStatus,
  fingerprintOf,
  type GivenCredential,
  hintOf,
  type ZoneCredential,
} from './credential.ts';
import { credentialByFingerprint, credentialInsert, credentialLock, credentialUpdate } from './store.ts';

type Scope = { teamUid: string; workspaceUid: string };

/** Answers the credential's row: the one there is of it, which works again, or a new one. */
export const keepCredential = async (
  tx: Tx,
  secrets: SecretBox,
  scope: Scope,
  given: GivenCredential & { label: string | null; accounts: ZoneCredential['accounts'] },
  now: Date,
): Promise<ZoneCredential> => {
  const fingerprint = fingerprintOf(given);
  const known = await credentialByFingerprint(tx, scope.workspaceUid, given.vendor, fingerprint);
  if (known) {
    const change = { accounts: given.accounts, label: given.label ?? known.label, checkedAt: now };
    await credentialUpdate(tx, known.uid, change, now);
    await noteStatus(tx, known.uid, { status: 'active' }, now);
    return { ...known, ...change, status: 'active', statusReason: null, statusCode: null };
  }
  const uid = newId();
  const { vendor, kind, label, accounts, values, secret } = given;
  const credential: ZoneCredential = {
    uid,
    ...scope,
    vendor,
    kind,
    label,
    hint: hintOf(secret),
    accounts,
    status: 'active',
    statusReason: null,
    statusCode: null,
    statusSince: now,
    checkedAt: now,
    createdAt: now,
  };
  const sealed = secrets.seal(JSON.stringify(values), credentialContext(uid));
  await credentialInsert(tx, { ...credential, sealed, fingerprint });
  await recordEvents(tx, [eventOf(credential, 'zone_credential.stored', now)]);
  return credential;
};

/** Whether that is news. Told as an event when it is. */
export const noteStatus = async (
  tx: Tx,
  uid: string,
  { status, failure }: { status: CredentialStatus; failure?: Pick<Failure, 'message' | 'reason'> },
  now: Date,
): Promise<boolean> => {
  const credential = await credentialLock(tx, uid);
  if (!credential) return false;
  const why = { statusReason: failure?.message ?? null, statusCode: failure?.reason ?? null };
  const isNews = credential.status !== status;
  await credentialUpdate(tx, uid, { status, ...why, ...(isNews && { statusSince: now }) }, now);
  if (isNews) {
    const changed = { ...credential, status, ...why };
    await recordEvents(tx, [eventOf(changed, 'zone_credential.status_changed', now)]);
  }
  return isNews;
};

/** What is told of a credential: nothing that opens anything. */
export const eventOf = (credential: ZoneCredential, type: string, now: Date) => ({
  teamUid: credential.teamUid,
  workspaceUid: credential.workspaceUid,
  type,
  subjectType: 'zone_credential' as const,
  subjectUid: credential.uid,
  data: {
    vendor: credential.vendor,
    kind: credential.kind,
    label: credential.label,
    hint: credential.hint,
    status: credential.status,
    reason: credential.statusReason,
  },
  occurredAt: now,
});
