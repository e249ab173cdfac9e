/** Which mailbox an address at this installation leads to. */
import type { Db } from '../../../database/database.ts';
import { normalizeAddress, splitAddress, withoutDetail } from '../../../protocols/mail/address.ts';
import { SmtpRefusal } from './reply.ts';

// RFC 5321 §4.5.1 and RFC 2142 §2, §4: every domain that takes mail answers for these.
const ROLE_NAMES = ['postmaster', 'abuse'];

/**
 * Finds the mailbox for an address: its own, the one it is a sub-address of, or for a role name the first of
 * the domain.
 *
 * @returns the mailbox uid.
 * @throws SmtpRefusal 550 5.7.1 when the domain is not hosted here, 5.1.1 when there is no such address.
 */
export async function findRecipient(db: Db, given: string, hostname: string): Promise<string> {
  // RFC 5321 §4.1.1.3: "postmaster" without a domain is this host's.
  const address = normalizeAddress(given.toLowerCase() === 'postmaster' ? `${given}@${hostname}` : given);
  const parts = address && splitAddress(address);
  if (!address || !parts) throw new SmtpRefusal(553, '5.1.3', 'Recipient address is not valid');
  const { domain } = parts;
  const hosted = await db
    .selectFrom('published.mail_domain')
    .select('name')
    .where('name', '=', domain)
    .executeTakeFirst();
  if (!hosted)
    throw new SmtpRefusal(550, '5.7.1', 'Relaying denied, this host takes no mail for that domain');
  const candidates = [address, withoutDetail(address)];
  const mailboxes = await db
    .selectFrom('published.mailbox')
    .select(['id', 'address', 'status'])
    .where('address', 'in', candidates)
    .execute();
  // A mailbox of exactly that address goes before one that it is a sub-address of.
  let mailbox = candidates
    .map((candidate) => mailboxes.find((row) => row.address === candidate))
    .find(Boolean);
  if (!mailbox && ROLE_NAMES.includes(splitAddress(withoutDetail(address))?.localPart ?? '')) {
    mailbox = await db
      .selectFrom('published.mailbox')
      .select(['id', 'address', 'status'])
      .where('domain', '=', domain)
      .where('status', '=', 'active')
      // Ids are ordered by creation.
      .orderBy('id')
      .limit(1)
      .executeTakeFirst();
  }
  if (!mailbox) throw new SmtpRefusal(550, '5.1.1', 'There is no such address here');
  if (mailbox.status !== 'active') throw new SmtpRefusal(550, '5.2.1', 'This mailbox is suspended');
  return mailbox.id;
}
