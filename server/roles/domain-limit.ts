// What the things that requests name belong to: domains themselves, mailboxes, and what is about a mailbox.
import type { Db } from '../../database/database.ts';
import { mailboxesOfRequests } from '../features/consent-requests/index.ts';
import { domainsMeant } from '../features/domains/index.ts';
import { domainsOfMailboxesMeant } from '../features/mailboxes/index.ts';
import type { ReadMeantDomains } from '../http/domain-limit.ts';

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

export const meantDomainsOf =
  (db: Db): ReadMeantDomains =>
  async (workspaceUid, named) => {
    const uids = named.filter((name) => uuid.test(name));
    const addresses = named.filter((name) => name.includes('@'));
    const names = [
      ...named.filter((name) => !uuid.test(name) && !name.includes('@')),
      ...addresses.map(domainOf),
    ];
    const mailboxOf = await mailboxesOfRequests(db, workspaceUid, uids);
    const domains = await domainsMeant(db, workspaceUid, { uids, names });
    const mailboxes = await domainsOfMailboxesMeant(db, workspaceUid, {
      uids: [...uids, ...mailboxOf.values()],
      addresses,
    });
    return new Map(
      named.map((name) => [
        name,
        [
          ...(domains.get(name.includes('@') ? domainOf(name) : name) ?? []),
          ...(mailboxes.get(mailboxOf.get(name) ?? name) ?? []),
        ],
      ]),
    );
  };

const domainOf = (address: string): string => address.slice(address.lastIndexOf('@') + 1);
