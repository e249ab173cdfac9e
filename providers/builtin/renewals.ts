// Renewals of names in the built-in registry.
import type { Db, Tx } from '../../database/database.ts';
import { conflict, notFound, rejected } from '../contracts/failure.ts';
import type { Renewal, RenewName } from '../contracts/registrar.ts';

/** The longest a name can be registered ahead (RFC 5731 §3.2.3 leaves it to the registry; those of .com take ten). */
const MOST_YEARS = 10;

export const renew = async (
  tx: Tx,
  request: RenewName,
  now: Date,
): Promise<{ renewal: Renewal; acted: boolean }> => {
  checkRequest(request);
  // Whoever renews the name at the same moment is waited for here, a twin of this request among them.
  const held = await tx
    .selectFrom('registry.name')
    .select(['id', 'name', 'registered_at', 'expires_at'])
    .where('name', '=', request.name.toLowerCase())
    .where('failure_reason', 'is', null)
    .forUpdate()
    .executeTakeFirst();
  const earlier = await findRenewal(tx, request);
  if (earlier) return { renewal: earlier, acted: false };

  if (!held) throw notFound(`${request.name} is not registered here.`);
  if (held.registered_at > now) {
    throw conflict(`${request.name} is still being registered.`, 'registration_pending');
  }
  if (held.expires_at.getTime() !== Date.parse(request.expiresAt)) {
    throw conflict(`${request.name} runs out at ${held.expires_at.toISOString()}.`, 'expiry_changed');
  }
  const expiresAt = yearsAfter(held.expires_at, request.years);
  if (expiresAt > yearsAfter(now, MOST_YEARS)) {
    throw rejected(`No name is held for more than ${MOST_YEARS} years ahead.`, 'renewal_too_long');
  }
  await tx
    .insertInto('registry.renewal')
    .values({
      idempotency_key: request.idempotencyKey,
      name_id: held.id,
      years: request.years,
      expires_before: held.expires_at,
      expires_after: expiresAt,
      renewed_at: now,
    })
    .execute();
  await tx.updateTable('registry.name').set({ expires_at: expiresAt }).where('id', '=', held.id).execute();
  const renewal = { name: held.name, years: request.years, expiresAt: expiresAt.toISOString() };
  return { renewal, acted: true };
};

export const findRenewal = async (db: Db, request: RenewName): Promise<Renewal | null> => {
  const row = await db
    .selectFrom('registry.renewal as renewal')
    .innerJoin('registry.name as name', 'name.id', 'renewal.name_id')
    .select(['name.name', 'renewal.years', 'renewal.expires_after'])
    .where('renewal.idempotency_key', '=', request.idempotencyKey)
    .executeTakeFirst();
  if (!row) return null;
  if (row.name !== request.name.toLowerCase()) {
    throw conflict('This idempotency key renewed another name.', 'idempotency_key_reused');
  }
  return { name: row.name, years: row.years, expiresAt: row.expires_after.toISOString() };
};

const checkRequest = ({ years, expiresAt }: RenewName): void => {
  if (!Number.isInteger(years) || years < 1 || years > MOST_YEARS) {
    throw rejected(`A name is renewed for 1 to ${MOST_YEARS} whole years.`, 'invalid_years');
  }
  if (Number.isNaN(Date.parse(expiresAt))) throw rejected(`${expiresAt} is not a time.`, 'invalid_expiry');
};

const yearsAfter = (date: Date, years: number): Date => {
  const later = new Date(date);
  later.setUTCFullYear(later.getUTCFullYear() + years);
  return later;
};
