// The addresses of the built-in mailbox host's mailboxes: one each, and aliases beside it.
//
// No address belongs to two mailboxes, whether as theirs or as an alias. Two tables hold them, so whoever writes either
// of them first locks the row of the domain.
import { sql } from 'kysely';
import type { Clock } from '../../database/clock.ts';
import type { Db, Tx } from '../../database/database.ts';
import { normalizeAddress, splitAddress } from '../../protocols/mail/address.ts';
import { conflict, notFound, rejected } from '../contracts/failure.ts';
import { change } from './database-failure.ts';
import { lockDomain } from './mail-domain.ts';

export type Addresses = { address: string; aliases: string[] };

/** Which mailbox has the address. */
export const holderOf = async (db: Db, address: string): Promise<string | undefined> => {
  const { rows } = await sql<{ id: string }>`
    select id from published.mailbox where address = ${address}
    union all
    select mailbox_id from published.mailbox_alias where address = ${address}`.execute(db);
  return rows[0]?.id;
};

/** Gives the mailbox exactly these; sessions that were opened with others are over. */
export const setAddresses = (db: Db, clock: Clock, id: string, wanted: Addresses): Promise<void> =>
  change(db, async (tx) => {
    const before = await tx
      .selectFrom('published.mailbox')
      .select(['address', 'domain'])
      .where('id', '=', id)
      .executeTakeFirst();
    if (!before) throw notFound('This mailbox does not exist.');
    const address = ownAddress(wanted.address, before.domain);
    const aliases = [...new Set(wanted.aliases.map((alias) => ownAddress(alias, before.domain)))].filter(
      (alias) => alias !== address,
    );
    await lockDomain(tx, before.domain);
    for (const one of [address, ...aliases]) {
      const holder = await holderOf(tx, one);
      if (holder !== undefined && holder !== id) {
        throw conflict(`${one} belongs to another mailbox.`, 'address_taken');
      }
    }
    const ended = await tx
      .deleteFrom('published.mailbox_alias')
      .where('mailbox_id', '=', id)
      .$if(aliases.length > 0, (query) => query.where('address', 'not in', aliases))
      .returning('address')
      .execute();
    await addAliases(tx, id, aliases);
    if (before.address === address && ended.length === 0) return;
    await tx
      .updateTable('published.mailbox')
      .set({ address, login_version: sql`login_version + 1`, updated_at: clock.now() })
      .where('id', '=', id)
      .execute();
  });

const addAliases = async (tx: Tx, id: string, aliases: string[]): Promise<void> => {
  if (aliases.length === 0) return;
  await tx
    .insertInto('published.mailbox_alias')
    .values(aliases.map((alias) => ({ address: alias, mailbox_id: id })))
    .onConflict((on) => on.doNothing())
    .execute();
};

const ownAddress = (text: string, domain: string): string => {
  const address = normalizeAddress(text);
  if (!address) throw rejected(`${text} is not a mail address.`, 'invalid_address');
  if (splitAddress(address)!.domain !== domain) {
    throw rejected(`${address} is not of the domain ${domain}.`, 'other_domain');
  }
  return address;
};
