/** The domains and mailboxes of this installation, as mail that arrives asks for them. What many ask at once is one query. */
import { sql } from 'kysely';
import type { Db } from '../../../database/database.ts';
import { inRounds } from '../../../database/rounds.ts';
import { withoutDetail } from '../../../protocols/mail/address.ts';

const MOST_AT_ONCE = 200;

/** Where published.mail_forward sends all mail for a domain on to, and mail for addresses it does not have. */
export type HostedDomain = { everything: string | null; remaining: string | null };

export type MailboxAt = {
  id: string;
  status: string;
  address: string;
  forwardTo: string | null;
  keepsCopy: boolean;
};

export type Directory = {
  /** Null for one that is not hosted here. */
  domain(name: string): Promise<HostedDomain | null>;
  /** The mailbox of an address (its own or an alias), or the one it is a sub-address of. A mailbox of exactly that address goes first. */
  mailbox(address: string): Promise<MailboxAt | null>;
  /** The oldest of a domain that is active. */
  firstMailbox(domain: string): Promise<MailboxAt | undefined>;
};

export const createDirectory = (db: Db): Directory => ({
  domain: inRounds({ most: MOST_AT_ONCE, round: (names: readonly string[]) => domainsNamed(db, names) }),
  mailbox: inRounds({
    most: MOST_AT_ONCE,
    round: (addresses: readonly string[]) => mailboxesAt(db, addresses),
  }),
  firstMailbox: (domain) =>
    db
      .selectFrom('published.mailbox')
      .select(['id', 'status', 'address', 'forward_to as forwardTo', 'forward_keeps_copy as keepsCopy'])
      .where('domain', '=', domain)
      .where('status', '=', 'active')
      // Ids are ordered by creation.
      .orderBy('id')
      .limit(1)
      .executeTakeFirst(),
});

const domainsNamed = async (db: Db, names: readonly string[]): Promise<(HostedDomain | null)[]> => {
  const { rows } = await sql<HostedDomain & { name: string }>`
    select d.name, min(f.target_address) filter (where f.kind = 'forward') as everything,
      min(f.target_address) filter (where f.kind = 'catch_all') as remaining
    from published.mail_domain d left join published.mail_forward f on f.domain = d.name
    where d.name = any(${names}::text[]) group by d.name`.execute(db);
  const found = new Map(rows.map(({ name, ...domain }) => [name, domain]));
  return names.map((name) => found.get(name) ?? null);
};

const mailboxesAt = async (db: Db, addresses: readonly string[]): Promise<(MailboxAt | null)[]> => {
  const candidates = addresses.flatMap((address) => [address, withoutDetail(address)]);
  const { rows } = await sql<MailboxAt & { found: string }>`
    select m.id, m.status, m.address, m.forward_to as "forwardTo", m.forward_keeps_copy as "keepsCopy", f.found
    from (
      select id, address as found from published.mailbox where address = any(${candidates}::text[])
      union all
      select mailbox_id, address from published.mailbox_alias where address = any(${candidates}::text[])
    ) f join published.mailbox m on m.id = f.id`.execute(db);
  const at = new Map(rows.map(({ found, ...mailbox }) => [found, mailbox]));
  return addresses.map((address) => at.get(address) ?? at.get(withoutDetail(address)) ?? null);
};
