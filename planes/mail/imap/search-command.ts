// SEARCH and SORT and their answers (RFC 9051 §6.4.4 and §7.3.4; ESEARCH RFC 4731, SEARCHRES RFC 5182, SORT RFC 5256,
// ESORT RFC 5267, SORT=DISPLAY RFC 5957, mod-sequences RFC 7162 §3.1.5 and §3.1.10).
import { type SortableEnvelope, sortableEnvelope } from '../message/sort-values.ts';
import { type SortRow, sortRows } from '../store/sort.ts';
import type { CommandRun } from './command-table.ts';
import type { CommandParser } from './parser.ts';
import { BadCommand, ok } from './replies.ts';
import { readCharset, readSearchKeys } from './search-keys.ts';
import { type Found, foundMessages } from './search-run.ts';
import { formatSet, rangesOf } from './sequence-set.ts';
import type { Session } from './session.ts';

const returnOptions = ['MIN', 'MAX', 'COUNT', 'ALL', 'SAVE'] as const;
type ReturnOption = (typeof returnOptions)[number];
type ReturnOptions = ReadonlySet<ReturnOption>;

/** Message numbers or UIDs, ascending; with RETURN only what of them is asked for. */
export const searchMessages =
  (byUid: boolean): CommandRun =>
  async (session, parser, tag) => {
    parser.space();
    const options = parser.take('RETURN ') ? readReturnOptions(parser) : null;
    const search = readSearchKeys(parser, session);
    const found = await saving(session, options, () => foundMessages(session, search));
    const numbers = found.map(({ uid, sequence }) => (byUid ? uid : sequence));
    if (options) {
      writeExtended(session, tag, byUid, extendedResult(found, numbers, options, search.usesModseq));
    } else {
      const modseq = search.usesModseq && found.length > 0 ? ` (MODSEQ ${highest(found)})` : '';
      session.write(`* SEARCH${numbers.map((number) => ` ${number}`).join('')}${modseq}`);
    }
    return ok('SEARCH completed');
  };

/** The same in another order, and with the charset always said. */
export const sortMessages =
  (byUid: boolean): CommandRun =>
  async (session, parser, tag) => {
    parser.space();
    const options = parser.take('RETURN ') ? readReturnOptions(parser) : null;
    const criteria = readCriteria(parser);
    parser.space();
    const search = readSearchKeys(parser, session, readCharset(parser));
    const found = await saving(session, options, () => foundMessages(session, search));
    const order = await sortedMessages(session, found, criteria);
    const numbers = order.map(({ uid, sequence }) => (byUid ? uid : sequence));
    if (options)
      writeExtended(session, tag, byUid, extendedResult(order, numbers, options, search.usesModseq));
    else {
      const modseq = search.usesModseq && order.length > 0 ? ` (MODSEQ ${highest(order)})` : '';
      session.write(`* SORT${numbers.map((number) => ` ${number}`).join('')}${modseq}`);
    }
    return ok('SORT completed');
  };

const readReturnOptions = (parser: CommandParser): ReturnOptions => {
  const options = new Set(
    parser.listOrEmpty(() => {
      const option = returnOptions.find((known) => known === parser.peekKeyword());
      if (!option) throw new BadCommand('Unknown result option');
      parser.keyword();
      return option;
    }),
  );
  parser.space();
  return options.size > 0 ? options : new Set(['ALL'] as const);
};

// RFC 5182 §2.1: with SAVE, `$` means what was found, or of it what MIN and MAX name; nothing when the search fails.
const saving = async (
  session: Session,
  options: ReturnOptions | null,
  run: () => Promise<Found[]>,
): Promise<Found[]> => {
  if (!options?.has('SAVE')) return run();
  session.selected.saved = [];
  const found = await run();
  const some = !options.has('ALL') && !options.has('COUNT') && (options.has('MIN') || options.has('MAX'));
  const uids = some ? named(found, options).map(({ uid }) => uid) : found.map(({ uid }) => uid);
  session.selected.saved = rangesOf([...new Set(uids)].sort((a, b) => a - b));
  return found;
};

// Of what was found, the first and the last as far as they are asked for.
const named = (found: Found[], options: ReturnOptions): Found[] => [
  ...(options.has('MIN') ? found.slice(0, 1) : []),
  ...(options.has('MAX') ? found.slice(-1) : []),
];

const highest = (found: Found[]): number => found.reduce((most, { modseq }) => Math.max(most, modseq), 0);

/** Null when nothing is to be said: only SAVE was asked for. */
const extendedResult = (
  found: Found[],
  numbers: number[],
  options: ReturnOptions,
  usesModseq: boolean,
): string | null => {
  if (options.size === 1 && options.has('SAVE')) return null;
  let result = '';
  if (found.length > 0) {
    if (options.has('MIN')) result += ` MIN ${numbers[0]}`;
    if (options.has('MAX')) result += ` MAX ${numbers.at(-1)}`;
    if (options.has('ALL')) result += ` ALL ${formatSet(numbers)}`;
  }
  if (options.has('COUNT')) result += ` COUNT ${found.length}`;
  if (!usesModseq || found.length === 0) return result;
  // With nothing but MIN or MAX asked for, it is that of the messages named.
  const all = options.has('ALL') || options.has('COUNT');
  return `${result} MODSEQ ${highest(all ? found : named(found, options))}`;
};

const writeExtended = (session: Session, tag: string, byUid: boolean, result: string | null) => {
  if (result !== null) session.write(`* ESEARCH (TAG "${tag}")${byUid ? ' UID' : ''}${result}`);
};

type SortValue = string | number;
type Criterion = { key: SortKey; reverse: boolean };
type SortKey = keyof typeof sortKeys;

const sentMs = (row: SortRow, envelope: SortableEnvelope | null) =>
  envelope?.sentMs ?? row.internalDate.getTime();

const sortKeys = {
  ARRIVAL: (row) => row.internalDate.getTime(),
  SIZE: (row) => row.sizeBytes,
  DATE: sentMs,
  SUBJECT: (_, envelope) => envelope!.subject,
  FROM: (_, envelope) => envelope!.from,
  TO: (_, envelope) => envelope!.to,
  CC: (_, envelope) => envelope!.cc,
  DISPLAYFROM: (_, envelope) => envelope!.displayFrom,
  DISPLAYTO: (_, envelope) => envelope!.displayTo,
} satisfies Record<string, (row: SortRow, envelope: SortableEnvelope | null) => SortValue>;

const mostCriteria = 20;

const readCriteria = (parser: CommandParser): Criterion[] => {
  const criteria = parser.list((): Criterion => {
    const first = parser.keyword();
    const reverse = first === 'REVERSE';
    if (reverse) parser.space();
    const key = reverse ? parser.keyword() : first;
    if (!Object.hasOwn(sortKeys, key)) throw new BadCommand('Unknown sort criterion');
    return { key: key as SortKey, reverse };
  });
  if (criteria.length > mostCriteria) throw new BadCommand('Those are too many criteria');
  return criteria;
};

const sortedMessages = async (session: Session, found: Found[], criteria: Criterion[]): Promise<Found[]> => {
  const { plane, selected: folder } = session;
  const envelope = criteria.some(({ key }) => key !== 'ARRIVAL' && key !== 'SIZE');
  const uids = found.map(({ uid }) => uid);
  const values = new Map<number, SortValue[]>();
  for await (const rows of sortRows(plane.db, folder.id, uids, { envelope, headers: false })) {
    for (const row of rows) {
      const sortable = row.envelope === undefined ? null : sortableEnvelope(row.envelope);
      values.set(
        row.uid,
        criteria.map(({ key }) => sortKeys[key](row, sortable)),
      );
    }
  }
  // Those that are gone meanwhile are not found; equal ones stay in the order of their numbers (RFC 5256 §3).
  return found
    .filter(({ uid }) => values.has(uid))
    .sort((a, b) => compare(values.get(a.uid)!, values.get(b.uid)!, criteria));
};

const compare = (a: SortValue[], b: SortValue[], criteria: Criterion[]): number => {
  for (const [index, { reverse }] of criteria.entries()) {
    const [one, other] = [a[index]!, b[index]!];
    if (one !== other) return (one < other ? -1 : 1) * (reverse ? -1 : 1);
  }
  return 0;
};
