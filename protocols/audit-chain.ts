// The chain of audit entries and the file it travels in. Each entry holds the hash of the one before it, so that none can be
// changed, left out or put in without changing every hash after it. Pure: whoever has the file checks it with this alone.
//
// The file is JSON Lines: a header, the entries, and a last line that says where they end.
import { createHash } from 'node:crypto';
import { canonicalJson } from './canonical-json.ts';

export const AUDIT_FORMAT = 'inboxkit-audit/1';

/** A place in the chain: the hash of the entry there, in lower-case hex. */
export type ChainPlace = { position: number; hash: string };

/** Before the first entry. */
export const chainStart: ChainPlace = { position: 0, hash: '0'.repeat(64) };

export type ChainedEntry = Record<string, unknown> & { position: number; previous: string; hash: string };

/** SHA-256 over the canonical JSON of everything in the entry but its own hash. */
export const entryHash = ({ hash: _own, ...entry }: Record<string, unknown>): string =>
  createHash('sha256').update(canonicalJson(entry)).digest('hex');

/** The entry at the place after `last`. */
export const chainEntry = <Entry extends object>(
  entry: Entry,
  last: ChainPlace,
): Entry & { position: number; previous: string; hash: string } => {
  const placed = { ...entry, position: last.position + 1, previous: last.hash };
  return { ...placed, hash: entryHash(placed) };
};

/** What is wrong with the entry that should follow `last`; null when nothing is. */
export const chainProblem = (entry: Record<string, unknown>, last: ChainPlace): string | null => {
  const { position, previous, hash } = entry;
  if (position !== last.position + 1) return `entry ${last.position + 1} is missing: ${position} follows`;
  if (previous !== last.hash) return `entry ${position} does not follow the one before it`;
  if (entryHash(entry) !== hash) return `entry ${position} was changed: its hash is another`;
  return null;
};

export const headerLine = (teamId: string, after: ChainPlace): string =>
  `${JSON.stringify({ format: AUDIT_FORMAT, team_id: teamId, after })}\n`;
export const endLine = (end: ChainPlace): string => `${JSON.stringify({ end })}\n`;

export type AuditVerdict =
  | {
      intact: true;
      teamId: string;
      entries: number;
      /** Where the file begins: after this place. */
      after: ChainPlace;
      /** Compare it with what was noted elsewhere: a chain that was made anew from some entry on ends in another. */
      end: ChainPlace;
      /**
       * Whether an entry in the file says that what came before it was removed at the end of its time. Of a file that
       * begins with the first entry it is true as well.
       */
      beginningAttested: boolean;
    }
  | { intact: false; line: number; problem: string };

/** The operation of the entry that tells of a removal; its input names the last place removed. */
export const PRUNED = 'audit.prune';

/**
 * Checks a file that was exported.
 *
 * @param lines without their line ends
 * @param known a place that was noted before and has to be in the file, for example the end of an earlier one
 */
export const verifyAuditFile = async (
  lines: AsyncIterable<string> | Iterable<string>,
  known?: ChainPlace,
): Promise<AuditVerdict> => {
  let number = 0;
  const wrong = (problem: string): AuditVerdict => ({ intact: false, line: number, problem });
  let header: { team_id: string; after: ChainPlace } | undefined;
  let last = chainStart;
  let end: ChainPlace | undefined;
  let beginningAttested = false;
  let sawKnown = false;

  for await (const text of lines) {
    number += 1;
    if (text.trim() === '') continue;
    const line = parseObject(text);
    if (!line) return wrong('the line is not a JSON object');
    if (end) return wrong('something follows the end');
    if (!header) {
      if (!isHeader(line)) return wrong(`the file does not begin with ${AUDIT_FORMAT}`);
      header = line;
      last = line.after;
      beginningAttested = last.position === 0 && last.hash === chainStart.hash;
      if (last.position === 0 && !beginningAttested)
        return wrong('the chain does not begin at its beginning');
    } else if ('end' in line) {
      if (!isPlace(line.end)) return wrong('the last line does not say where the entries end');
      end = line.end;
    } else {
      const problem = chainProblem(line, last);
      if (problem) return wrong(problem);
      if (line.team_id !== header.team_id) return wrong(`entry ${line.position} is of another team`);
      last = { position: line.position as number, hash: line.hash as string };
      beginningAttested ||= attests(line, header.after);
    }
    if (known && last.position === known.position) {
      if (last.hash !== known.hash) return wrong(`entry ${known.position} is not the one that was noted`);
      sawKnown = true;
    }
  }
  if (!header) return wrong('the file is empty');
  if (!end) return wrong('the file is cut off: its last line is missing');
  if (end.position !== last.position || end.hash !== last.hash) {
    return wrong(`the entries end at ${last.position}, and not at ${end.position} as the last line says`);
  }
  if (known && !sawKnown) return wrong(`entry ${known.position} is not in the file`);
  const { team_id: teamId, after } = header;
  return {
    intact: true,
    teamId,
    entries: last.position - after.position,
    after,
    end: last,
    beginningAttested,
  };
};

const parseObject = (text: string): Record<string, unknown> | null => {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : null;
  } catch {
    return null;
  }
};

const isPlace = (value: unknown): value is ChainPlace => {
  const { position, hash } = (value ?? {}) as Partial<ChainPlace>;
  return Number.isSafeInteger(position) && position! >= 0 && /^[0-9a-f]{64}$/.test(hash ?? '');
};

const isHeader = (
  line: Record<string, unknown>,
): line is Record<string, unknown> & { team_id: string; after: ChainPlace } =>
  line.format === AUDIT_FORMAT && typeof line.team_id === 'string' && isPlace(line.after);

const attests = ({ operation, input }: Record<string, unknown>, after: ChainPlace): boolean => {
  const { position, hash } = (input ?? {}) as Partial<ChainPlace>;
  return operation === PRUNED && position === after.position && hash === after.hash;
};
