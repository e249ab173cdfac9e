// What is wrong with each row of an import, by the same rules as a purchase.
import { z } from 'zod';
import type { Tx } from '../../../database/database.ts';
import type { Platform } from '../../../providers/contracts/mailbox-host.ts';
import { checkPart } from '../../http/problems.ts';
import { domainsByNameLock } from '../domains/index.ts';
import {
  addressesTaken,
  type MailboxWish,
  mailboxesOnDomains,
  personName,
  pictureUrl,
  platform,
  usernameProblem,
} from '../mailboxes/index.ts';
import type { ImportRow } from './file.ts';

const shape = z.object({
  username: z.string({ error: 'the email or username is missing' }).min(1).max(320),
  domain_name: z.string({ error: 'the domain is missing' }).min(1).max(253),
  first_name: personName,
  last_name: personName,
  platform: z.string({ error: 'the platform is missing' }).pipe(platform),
  profile_picture: pictureUrl,
});

type Place = { count: number; platform?: Platform };

export type CheckedRow = ImportRow & { email: string | null } & (
    | { wish: MailboxWish; reason: null }
    | { wish: null; reason: string }
  );

/** Locks the domains, so that what is found holds until the transaction ends. */
export const checkRows = async (
  tx: Tx,
  workspaceUid: string,
  rows: readonly ImportRow[],
  options: { platform?: Platform | undefined; maxPerDomain: number },
): Promise<CheckedRow[]> => {
  const names = [...new Set(rows.flatMap(({ values }) => values.domain_name ?? []))];
  const domains = names.length === 0 ? [] : await domainsByNameLock(tx, workspaceUid, names);
  const held = await mailboxesOnDomains(
    tx,
    domains.map(({ uid }) => uid),
  );
  const placeOf = new Map(
    domains.map(({ uid, name }): [string, Place] => [name, { count: 0, ...held.get(uid) }]),
  );
  const emails = rows.map(({ values }) =>
    values.username && values.domain_name ? `${values.username}@${values.domain_name}` : null,
  );
  const taken = new Set(
    await addressesTaken(
      tx,
      emails.filter((email) => email !== null),
    ),
  );
  const seen = new Set<string>();

  return rows.map((row, index): CheckedRow => {
    const email = emails[index]!;
    const failed = (reason: string): CheckedRow => ({ ...row, email, wish: null, reason });
    const place = row.values.domain_name === undefined ? undefined : placeOf.get(row.values.domain_name);
    const values = { ...row.values, platform: row.values.platform ?? place?.platform ?? options.platform };
    const { problems, value } = checkPart('body', shape, values);
    const reasons = problems.map(({ message }) => message);
    const { username: wanted } = row.values;
    const unfit = wanted && email ? usernameProblem(wanted, email) : null;
    if (unfit) reasons.push(unfit);
    if (value === undefined || unfit) return failed(reasons.join('; '));
    const { username, domain_name, first_name, last_name, profile_picture } = value;
    const address = `${username}@${domain_name}`;
    if (seen.has(address)) return failed(`${address} is in the file twice`);
    seen.add(address);
    if (!place) return failed(`the workspace has no domain ${domain_name} that can take mailboxes`);
    if (taken.has(address)) return failed(`Mailbox ${address} already exists`);
    if (place.platform && place.platform !== value.platform) {
      return failed(
        `${domain_name} has ${place.platform} mailboxes, so it cannot have ${value.platform} ones`,
      );
    }
    if (place.count >= options.maxPerDomain) {
      return failed(`${domain_name} can hold maximum ${options.maxPerDomain} mailboxes`);
    }
    place.count += 1;
    place.platform = value.platform;
    const wish: MailboxWish = {
      username,
      domainName: domain_name,
      firstName: first_name,
      lastName: last_name,
      platform: value.platform,
      profilePicture: profile_picture ?? null,
      months: 1,
    };
    return { ...row, email, wish, reason: null };
  });
};
