// The part of a search that needs the bytes of messages: BODY, TEXT, and HEADER of fields that are not kept.
import type { Db } from '../../../database/database.ts';
import { parseHeaderBlock } from '../message/header-fields.ts';
import { parseMime } from '../message/mime-tree.ts';
import { signaturePositions } from '../message/search-signature.ts';
import {
  plainGlance,
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
// Two pages of them are held at once: one is looked through while the next is read.
const inlineBytes = 16 * 1024;

/** All messages that match `root`, in pages, so that a big folder is neither held nor locks out other sessions. */
export const searchContents = async (
  db: Db,
  folderId: string,
  root: SearchKey,
  plan: SearchPlan,
): Promise<SearchCandidate[]> => {
  const headersOnly = plan.contentKeys.every((key) => key.kind === 'header');
  const read = (afterUid: number) => {
    const page = searchCandidates(db, folderId, root, plan, {
      afterUid,
      limit: pageSize,
      headersOnly,
      inlineBytes,
    });
    // It is waited for only when the page before it is done.
    page.catch(() => {});
    return page;
  };
  const found: SearchCandidate[] = [];
  for (let page = await read(0); ; ) {
    const next = page.length < pageSize ? null : read(page.at(-1)!.uid);
    for (const row of page) {
      const bytes = row.mayHold.some(Boolean)
        ? (row.bytes ?? (await contentsLoaded(db, [row.sha256], headersOnly))[0]?.bytes)
        : noBytes;
      if (bytes && evaluate(root, factsOf(row, plan), contentMatcher(bytes, headersOnly))) {
        found.push({ ...row, bytes: null });
      }
    }
    if (!next) return found;
    page = await next;
  }
};

// All keys are answered already.
const noBytes = Buffer.alloc(0);

const factsOf = (row: SearchCandidate, plan: SearchPlan): Map<SearchKey, boolean> => {
  const facts = new Map<SearchKey, boolean>(plan.factKeys.map((key, index) => [key, row.facts[index]!]));
  for (const [index, key] of plan.contentKeys.entries()) if (!row.mayHold[index]) facts.set(key, false);
  return facts;
};

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
  let mayHold: ReturnType<typeof plainGlance> | undefined;
  const root = () => (whole ??= parseMime(raw));
  return (key: ContentKey): boolean => {
    if (key.kind === 'header') {
      const header = headersOnly ? parseHeaderBlock(raw, 0, raw.length) : root().header;
      return searchableField(raw, header, key.name)?.includes(key.text) ?? false;
    }
    // What has a signature was looked up by it.
    if (signaturePositions(key.text).length === 0) {
      mayHold ??= plainGlance(raw);
      if (!mayHold(key.text)) return false;
    }
    if (key.kind === 'text' && searchableHeader(raw, root().header).includes(key.text)) return true;
    for (const text of searchableBodies(raw, root())) if (text.includes(key.text)) return true;
    if (key.kind === 'text') {
      for (const text of searchablePartHeaders(raw, root())) if (text.includes(key.text)) return true;
    }
    return key.text === '';
  };
};
