// The shapes that several dns endpoints share.
import { z } from 'zod';
import { toName } from '../../../protocols/dns/names.ts';
import { orAbsent } from '../../http/absent.ts';
import { uidToFind } from '../../http/uid.ts';
import type { Which } from './store.ts';
import type { RecordChange } from './version.ts';
import type { Zone, ZoneRecord } from './zone.ts';

export const domainUid = z.uuid().meta({ description: 'The domain, by its uid' });
export const domainName = z.string().min(1).max(260).meta({ description: 'The domain, by its name' });

/** `uid` or `domain`, exactly one of them, beside whatever else the operation takes. */
export const ofOneDomain = <Shape extends z.ZodRawShape>(shape: Shape) =>
  z
    .strictObject({
      uid: orAbsent(uidToFind.meta({ description: 'The domain, by its uid' })),
      domain: orAbsent(domainName),
      ...shape,
    })
    .refine(namesOne, { error: 'exactly one of uid and domain is required', path: ['uid'] });

const namesOne = (input: object): boolean => {
  const { uid, domain } = input as { uid?: string; domain?: string };
  return (uid === undefined) !== (domain === undefined);
};

/** Which domain the caller means. */
export const whichDomain = ({ uid, domain }: { uid?: string; domain?: string }): Which =>
  uid === undefined ? { name: nameOf(domain!) } : { domainUid: uid };

/** A name that cannot be one belongs to no domain, so looking for it finds none. */
export const nameOf = (text: string): string => {
  try {
    return toName(text);
  } catch {
    return text.toLowerCase();
  }
};

export const recordHost = z
  .string()
  .max(260)
  .meta({ description: 'Relative to the domain; `@` for the domain itself', example: 'track' });
export const recordType = z
  .string()
  .min(1)
  .max(20)
  .meta({ description: 'A mnemonic such as `A`, `MX`, `TXT`, `CAA`, or `TYPE<n>`', example: 'CNAME' });
export const recordValue = z
  .string()
  .max(100_000)
  .meta({
    description:
      'As people write it: names with or without the last dot, TXT without quotes and of any length. Types without a ' +
      'form of their own in the generic one of RFC 3597, `\\# <length> <hex>`.',
    example: 't.tracker.example',
  });
export const recordTtl = z
  .int()
  .min(0)
  .max(2_147_483_647)
  .meta({ description: 'Seconds that resolvers may keep it; 3600 where it is left out' });
export const recordPriority = z
  .int()
  .min(0)
  .max(65_535)
  .meta({ description: 'Of MX and SRV records; other types ignore it' });
export const confirmManaged = orAbsent(z.boolean()).meta({
  description: 'Needed to change or remove a record that the mail of the domain depends on',
});

export const recordShape = z
  .object({
    _id: z.uuid(),
    uid: z.uuid(),
    host: z.string(),
    type: z.string(),
    value: z.string(),
    priority: z.int().nullable(),
    ttl: z.int(),
    status: z.enum(['active', 'pending']),
    purpose: z.string(),
    managed: z.boolean(),
    proxied: z.literal(false),
  })
  .meta({ id: 'DnsRecord' });

export const conflictShape = z
  .object({
    code: z.string(),
    message: z.string(),
    rule: z.string(),
    name: z.string(),
    type: z.string(),
  })
  .meta({ id: 'DnsConflict' });

/** Of every operation that changes a zone. */
export const changedZoneShape = z.object({
  dns_record: z.object({
    uid: z.uuid(),
    domain: z.string(),
    version: z.int().meta({ description: 'What the zone is now, for POST /dns/restore' }),
    records: z.array(recordShape),
  }),
  changes: z.object({
    added: z.array(z.uuid()),
    updated: z.array(z.uuid()),
    deleted: z.array(z.uuid()),
  }),
  warnings: z
    .array(conflictShape)
    .meta({ description: 'What is allowed, and probably not what its owner expects' }),
});

/** The row as the API shows it; one that the DNS host does not have yet is `pending`. */
export const recordRow = (zone: Pick<Zone, 'publishedVersion' | 'publishedAt'>, record: ZoneRecord) => ({
  _id: record.uid,
  uid: record.uid,
  host: record.host,
  type: record.type,
  value: record.value,
  priority: record.priority,
  ttl: record.ttlS,
  status:
    zone.publishedAt !== null && record.version <= zone.publishedVersion
      ? ('active' as const)
      : ('pending' as const),
  purpose: record.purpose,
  managed: record.purpose !== 'custom',
  proxied: false as const,
});

export const changesRow = (changes: RecordChange[]) => ({
  added: changes.flatMap(({ before, after }) => (before === null ? [after!.uid] : [])),
  updated: changes.flatMap(({ before, after }) => (before && after ? [after.uid] : [])),
  deleted: changes.flatMap(({ before, after }) => (after === null ? [before!.uid] : [])),
});
