// SEARCH in SQL. Whatever can be told from the rows is; keys that need the bytes of a message come back as open
// questions for the caller, on as few messages as the other keys leave.
import { type RawBuilder, sql } from 'kysely';
import type { Db } from '../../../database/database.ts';
import { signaturePositions } from '../message/search-signature.ts';
import { keptSearchFields } from '../message/search-text.ts';
import { multirange, type UidRange } from './uid-ranges.ts';

export type SearchKey =
  | { kind: 'all' }
  | { kind: 'and' | 'or'; keys: SearchKey[] }
  | { kind: 'not'; key: SearchKey }
  | { kind: 'flag'; flag: string }
  | { kind: 'uids'; ranges: UidRange[] }
  | { kind: 'larger' | 'smaller'; bytes: number }
  | { kind: 'older' | 'younger'; ageS: number }
  | { kind: 'internalDate' | 'sentDate'; is: 'before' | 'on' | 'since'; date: string }
  | { kind: 'modseq'; atLeast: number }
  | { kind: 'emailId'; id: string }
  | { kind: 'header'; name: string; text: string }
  | { kind: 'body' | 'text'; text: string };

/** A key that only the bytes of the message can answer. */
export type ContentKey = Extract<SearchKey, { kind: 'header' | 'body' | 'text' }>;

export type SearchMatch = { uid: number; modseq: number };

/**
 * A message that may match, with the answers to the keys that need no bytes, and its own bytes, or those of its header,
 * when any are needed and they are few enough.
 */
export type SearchCandidate = SearchMatch & {
  sizeBytes: number;
  sha256: Buffer;
  facts: boolean[];
  /** For each content key, whether the message may hold its text. */
  mayHold: boolean[];
  bytes: Buffer | null;
};

export type SearchPlan = {
  /** Keys answered by `facts`, in its order. */
  factKeys: SearchKey[];
  contentKeys: ContentKey[];
};

const kept = new Set<string>(keptSearchFields);

const needsContent = (key: SearchKey): key is ContentKey =>
  key.kind === 'body' || key.kind === 'text' || (key.kind === 'header' && !kept.has(key.name));

/** What a search needs beside SQL. */
export const searchPlan = (root: SearchKey): SearchPlan => {
  const plan: SearchPlan = { factKeys: [], contentKeys: [] };
  const visit = (key: SearchKey) => {
    if (key.kind === 'and' || key.kind === 'or') key.keys.forEach(visit);
    else if (key.kind === 'not') visit(key.key);
    else if (needsContent(key)) plan.contentKeys.push(key);
    else plan.factKeys.push(key);
  };
  visit(root);
  return plan;
};

/** Messages that match, by UID. Only for a plan without content keys. */
export const searchMatches = async (
  db: Db,
  folderId: string,
  root: SearchKey,
  plan: SearchPlan,
): Promise<SearchMatch[]> => {
  const { rows } = await sql<SearchMatch>`
    select m.uid, m.modseq from ${searched(plan)}
    where m.folder_id = ${folderId} and (${possible(root, true)})
    order by m.uid`.execute(db);
  return rows;
};

export type CandidatePage = {
  afterUid: number;
  limit: number;
  headersOnly: boolean;
  /** Bigger messages come without their bytes. */
  inlineBytes: number;
};

/** Messages that may match, by UID: at most `limit` after `afterUid`. */
export const searchCandidates = async (
  db: Db,
  folderId: string,
  root: SearchKey,
  plan: SearchPlan,
  page: CandidatePage,
): Promise<SearchCandidate[]> => {
  const bytes = page.headersOnly ? sql`substring(c.raw from 1 for c.header_bytes)` : sql`c.raw`;
  const size = page.headersOnly ? sql`c.header_bytes` : sql`c.size_bytes`;
  const mayHold = plan.contentKeys.map((key) => sql`(${possible(key, true)})`);
  const { rows } = await sql<SearchCandidate>`
    select m.uid, m.modseq, m.size_bytes as "sizeBytes", m.sha256,
      array[${sql.join(plan.factKeys.map(condition))}]::boolean[] as facts,
      array[${sql.join(mayHold)}]::boolean[] as "mayHold",
      case when ${size} <= ${page.inlineBytes}::integer and (${sql.join(mayHold, sql` or `)}) then ${bytes} end as bytes
    from mail.message m join mail.content c on c.sha256 = m.sha256
      left join mail.search_signature s on s.sha256 = m.sha256
    where m.folder_id = ${folderId} and m.uid > ${page.afterUid} and (${possible(root, true)})
    order by m.uid limit ${page.limit}`.execute(db);
  return rows;
};

const searched = (plan: SearchPlan) =>
  usesContent(plan) ? sql`mail.message m join mail.content c on c.sha256 = m.sha256` : sql`mail.message m`;

const usesContent = ({ factKeys }: SearchPlan) =>
  factKeys.some((key) => key.kind === 'header' || key.kind === 'sentDate');

/**
 * The key as a condition that no match fails: where only the content can tell, `wanted` decides, so that under
 * NOT the open answer turns too.
 */
const possible = (key: SearchKey, wanted: boolean): RawBuilder<unknown> => {
  if (needsContent(key)) return wanted ? holdable(key) : sql`false`;
  if (key.kind === 'not') return sql`not (${possible(key.key, !wanted)})`;
  if (key.kind === 'and' || key.kind === 'or') {
    const parts = key.keys.map((part) => sql`(${possible(part, wanted)})`);
    return sql.join(parts, key.kind === 'and' ? sql` and ` : sql` or `);
  }
  return condition(key);
};

// By its signature, which is always within the row; without one, anything is possible. CASE keeps bits from being looked
// up where there are none.
const holdable = (key: ContentKey): RawBuilder<unknown> => {
  const bits = [...new Set(signedTexts(key).flatMap(signaturePositions))].map(
    (position) => sql`get_bit(s.bits, (${sql.lit(position)} & (octet_length(s.bits) * 8 - 1))) = 1`,
  );
  if (bits.length === 0) return sql`true`;
  return sql`case when coalesce(octet_length(s.bits), 0) = 0 then true else ${sql.join(bits, sql` and `)} end`;
};

// The name of a field stands in the header like any other text. Fields are joined by a line break that the signature
// does not know of.
const signedTexts = (key: ContentKey): string[] => {
  if (key.kind !== 'header') return [key.text];
  return [/^[a-z0-9-]+$/.test(key.name) ? key.name : '', ...key.text.split('\n')];
};

const condition = (key: SearchKey): RawBuilder<unknown> => {
  switch (key.kind) {
    case 'flag':
      return sql`${key.flag} = any(m.flags)`;
    case 'uids':
      return uidCondition(key.ranges);
    case 'larger':
      return sql`m.size_bytes > ${key.bytes}::bigint`;
    case 'smaller':
      return sql`m.size_bytes < ${key.bytes}::bigint`;
    case 'older':
      return sql`m.internal_date <= now() - make_interval(secs => ${key.ageS})`;
    case 'younger':
      return sql`m.internal_date >= now() - make_interval(secs => ${key.ageS})`;
    case 'internalDate':
      // The date in the zone the message was given in (RFC 9051 §6.4.4 disregards the zone).
      return dateCondition(
        sql`((m.internal_date at time zone 'UTC') + make_interval(mins => m.internal_date_offset_min))::date`,
        key,
      );
    case 'sentDate':
      return sql`coalesce(${dateCondition(sql`c.sent_date`, key)}, false)`;
    case 'emailId':
      return sql`'M' || encode(substring(m.sha256 from 1 for 20), 'hex') = ${key.id}`;
    case 'modseq':
      return sql`m.modseq >= ${key.atLeast}`;
    case 'header':
      return sql`coalesce(strpos(c.search_headers ->> ${key.name}, ${key.text}) > 0, false)`;
    default:
      return sql`true`;
  }
};

const dateCondition = (date: RawBuilder<unknown>, key: { is: 'before' | 'on' | 'since'; date: string }) => {
  const operator = { before: sql`<`, on: sql`=`, since: sql`>=` }[key.is];
  return sql`${date} ${operator} ${key.date}::date`;
};

const uidCondition = (ranges: UidRange[]): RawBuilder<unknown> =>
  ranges.length === 1
    ? sql`m.uid between ${ranges[0]![0]} and ${ranges[0]![1]}`
    : sql`m.uid <@ ${multirange(ranges)}::int8multirange`;
