// Changes of the built-in bank's payments that more than one thing brings about, each with the notice about it.
import { type Db, inTransaction, type Tx } from '../../database/database.ts';
import { newId } from '../../database/uuid.ts';

/** Writes down that the payment changed, in the transaction that changes it. */
export const noteChange = async (tx: Tx, paymentId: string, type: string, now: Date): Promise<void> => {
  await tx
    .insertInto('bank.notice')
    .values({ id: newId(), payment_id: paymentId, type, created_at: now, due_at: now })
    .execute();
};

/** Ends a checkout that nobody paid. The row is locked. */
export const endCheckout = async (tx: Tx, id: string, now: Date): Promise<void> => {
  await tx
    .updateTable('bank.payment')
    .set({ status: 'expired', finished_at: now })
    .where('id', '=', id)
    .execute();
  await noteChange(tx, id, 'checkout.expired', now);
};

/** Marks checkouts whose time is over, and tells of it. */
export const endOverdueCheckouts = (db: Db, now: Date): Promise<void> =>
  inTransaction(db, async (tx) => {
    const overdue = await tx
      .selectFrom('bank.payment')
      .select('id')
      .where('status', '=', 'open')
      .where('expires_at', '<=', now)
      .forUpdate()
      .skipLocked()
      .limit(100)
      .execute();
    for (const { id } of overdue) await endCheckout(tx, id, now);
  });
