// A stock of RSA keys made ahead of need, so that setting up a domain does not wait for one. It is shared by all
// processes on one database, and no key ever leaves it twice.
import { sql } from 'kysely';
import type { Clock } from '../../database/clock.ts';
import { type Db, inTransaction, type Tx } from '../../database/database.ts';
import type { SecretBox } from '../../database/secret-box.ts';
import { newId } from '../../database/uuid.ts';
import { makePrivateKey } from './dkim-keys.ts';

export type DkimKeyStock = {
  /** Takes a key out of the stock as part of the caller's transaction; null when there is none. */
  take(tx: Tx): Promise<string | null>;
  /** Fills the stock up. Calls while it is being filled join the one under way. */
  topUp(): Promise<void>;
  /** Stops filling and waits until no work is left. */
  close(): Promise<void>;
};

type Dependencies = {
  db: Db;
  secrets: SecretBox;
  clock: Clock;
  /** Keys to hold ready. */
  size: number;
};

const contextOf = (id: string) => `dkim_key_stock:${id}`;

export const createDkimKeyStock = ({ db, secrets, clock, size }: Dependencies): DkimKeyStock => {
  let filling: Promise<void> | null = null;
  let closed = false;

  /** Adds one key; false when the stock is full or another process is filling it. */
  const addOne = () =>
    inTransaction(db, async (tx) => {
      // One process at a time, or each would make the same missing keys. The lock ends with the transaction.
      const { rows } = await sql<{ locked: boolean }>`
        select pg_try_advisory_xact_lock(hashtext('dkim_key_stock')) as locked`.execute(tx);
      if (!rows[0]?.locked) return false;
      const { count } = await tx
        .selectFrom('dkim_key_stock')
        .select((eb) => eb.fn.countAll<number>().as('count'))
        .executeTakeFirstOrThrow();
      if (count >= size) return false;
      const id = newId();
      const sealed = secrets.seal(await makePrivateKey('rsa-sha256'), contextOf(id));
      await tx
        .insertInto('dkim_key_stock')
        .values({ id, private_key_sealed: sealed, created_at: clock.now() })
        .execute();
      return true;
    });

  const fill = async () => {
    while (!closed && size > 0 && (await addOne()));
  };

  return {
    take: async (tx) => {
      // SKIP LOCKED: a key that another transaction is taking is passed over instead of waited for.
      const { rows } = await sql<{ id: string; private_key_sealed: string }>`
        delete from dkim_key_stock where id = (
          select id from dkim_key_stock order by id limit 1 for update skip locked
        ) returning id, private_key_sealed`.execute(tx);
      const row = rows[0];
      return row ? secrets.open(row.private_key_sealed, contextOf(row.id)) : null;
    },

    topUp: () => {
      filling ??= fill().finally(() => {
        filling = null;
      });
      return filling;
    },

    close: async () => {
      closed = true;
      // Whoever asked for the filling hears of its failure; here only its end matters.
      await filling?.catch(() => {});
    },
  };
};
