// Whether an address can be had, and why not: the rules of buying and renaming, asked before.
import type { Db } from '../../../database/database.ts';
import { splitAddress } from '../../../protocols/mail/address.ts';
import { domainsFind, liveStatuses } from '../domains/index.ts';
import { aliasHolders } from './changes-store.ts';
import type { Mailbox } from './mailbox.ts';
import { addressesTaken, mailboxesOnDomains } from './store.ts';
import { usernameProblem } from './username.ts';

export const reasons = ['invalid_username', 'no_such_domain', 'taken', 'domain_full'] as const;

type Availability = { reason: (typeof reasons)[number] | null; message: string };

/** @param question.renamed the mailbox that is to have the address instead of its own; it takes no new place. */
export const availabilityOf = async (
  db: Db,
  question: { workspaceUid: string; address: string; maxPerDomain: number; renamed: Mailbox | null },
): Promise<Availability> => {
  const { workspaceUid, address, maxPerDomain, renamed } = question;
  const { localPart, domain: name } = splitAddress(address)!;
  const problem = usernameProblem(localPart, address);
  if (problem) return { reason: 'invalid_username', message: problem };
  const [domain] = await domainsFind(db, workspaceUid, { uids: [], names: [name] });
  if (!domain || !(liveStatuses as readonly string[]).includes(domain.status)) {
    return { reason: 'no_such_domain', message: `No domains found: ${name}` };
  }
  const itsOwn = renamed !== null && (await aliasHolders(db, [address])).get(address) === renamed.uid;
  if (!itsOwn && (await addressesTaken(db, [address])).length > 0) {
    return { reason: 'taken', message: `Mailbox ${address} already exists` };
  }
  const { count = 0 } = (await mailboxesOnDomains(db, [domain.uid])).get(domain.uid) ?? {};
  if (!renamed && count >= maxPerDomain) {
    return {
      reason: 'domain_full',
      message: `${name} can hold maximum ${maxPerDomain} mailboxes and currently has ${count} mailbox(es)`,
    };
  }
  return { reason: null, message: `Mailbox ${address} is available` };
};
