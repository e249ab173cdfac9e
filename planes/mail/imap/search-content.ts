// The part of a search that needs the bytes of messages: BODY, TEXT, and HEADER of fields that are not kept.
import type { Db } from '../../../database/database.ts';
import { parseHeaderBlock } from '../message/header-fields.ts';
import { parseMime } from '../message/mime-tree.ts';
import {
  searchableBodies,
  searchableField,
  searchableHeader,
  searchablePartHeaders,
} from '../message/search-text.ts';
import { contentsLoaded } from '../store/content.ts';
import {
  type ContentKey,
  type SearchCandidate,
  type SearchKey,
  type SearchPlan,
  searchCandidates,
} from '../store/search.ts';

const pageSize = 200;
// Held in memory at once, unless a single message is bigger.
const batchBytes = 2 * 1024 * 1024;

/** All messages that match `root`, in pages, so that a big folder is neither held nor locks out other sessions. */
export const searchContents = async (
  db: Db,
  folderId: string,
  root: SearchKey,
  plan: SearchPlan,
): Promise<SearchCandidate[]> => {
  const headersOnly = plan.contentKeys.every((key) => key.kind === 'header');
  const found: SearchCandidate[] = [];
  let afterUid = 0;
  for (;;) {
    const page = await searchCandidates(db, folderId, root, plan, { afterUid, limit: pageSize });
    for (const batch of batches(page)) {
      const contents = await contentsLoaded(
        db,
        batch.map((row) => row.sha256),
        headersOnly,
      );
      const bytes = new Map(contents.map((content) => [content.sha256.toString('hex'), content.bytes]));
      for (const row of batch) {
        const raw = bytes.get(row.sha256.toString('hex'));
        if (raw && evaluate(root, factsOf(row, plan), contentMatcher(raw, headersOnly))) found.push(row);
      }
    }
    if (page.length < pageSize) return found;
    afterUid = page.at(-1)!.uid;
  }
};

function* batches(rows: SearchCandidate[]): Generator<SearchCandidate[]> {
  let batch: SearchCandidate[] = [];
  let bytes = 0;
  for (const row of rows) {
    if (batch.length > 0 && bytes + row.sizeBytes > batchBytes) {
      yield batch;
      batch = [];
      bytes = 0;
    }
    batch.push(row);
    bytes += row.sizeBytes;
  }
  if (batch.length > 0) yield batch;
}

const factsOf = (row: SearchCandidate, plan: SearchPlan): Map<SearchKey, boolean> =>
  new Map(plan.factKeys.map((key, index) => [key, row.facts[index]!]));

type Facts = Map<SearchKey, boolean>;

// The keys that SQL could answer are looked up, not answered again: there is one meaning of each key.
const evaluate = (key: SearchKey, facts: Facts, matches: (key: ContentKey) => boolean): boolean => {
  if (key.kind === 'and') return key.keys.every((part) => evaluate(part, facts, matches));
  if (key.kind === 'or') return key.keys.some((part) => evaluate(part, facts, matches));
  if (key.kind === 'not') return !evaluate(key.key, facts, matches);
  return facts.get(key) ?? matches(key as ContentKey);
};

const contentMatcher = (raw: Buffer, headersOnly: boolean) => {
  let whole: ReturnType<typeof parseMime> | undefined;
  const root = () => (whole ??= parseMime(raw));
  const header = headersOnly ? parseHeaderBlock(raw, 0, raw.length) : root().header;
  return (key: ContentKey): boolean => {
    if (key.kind === 'header') return searchableField(raw, header, key.name)?.includes(key.text) ?? false;
    if (key.kind === 'text' && searchableHeader(raw, header).includes(key.text)) return true;
    for (const text of searchableBodies(raw, root())) if (text.includes(key.text)) return true;
    if (key.kind === 'text') {
      for (const text of searchablePartHeaders(raw, root())) if (text.includes(key.text)) return true;
    }
    return key.text === '';
  };
};
