// A vendor did not accept a stored credential, whatever it was used for: that is written down where its owner looks.
import type { Clock } from '../../../database/clock.ts';
import { type Db, inTransaction } from '../../../database/database.ts';
import type { Failure } from '../../../providers/contracts/failure.ts';
import { noteStatus } from './keep.ts';

export const noteRefusal = async (
  { db, clock }: { db: Db; clock: Clock },
  credentialUid: string,
  failure: Failure,
): Promise<void> => {
  await inTransaction(db, (tx) => noteStatus(tx, credentialUid, { status: 'invalid', failure }, clock.now()));
};
