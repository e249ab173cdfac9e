// SEARCH and its answers (RFC 9051 §6.4.4 and §7.3.4, ESEARCH RFC 4731, mod-sequences RFC 7162 §3.1.5 and §3.1.10).
import { type SearchMatch, searchMatches, searchPlan } from '../store/search.ts';
import type { CommandRun } from './command-table.ts';
import type { CommandParser } from './parser.ts';
import { BadCommand, ok } from './replies.ts';
import { searchContents } from './search-content.ts';
import { readSearchKeys } from './search-keys.ts';
import { formatSet } from './sequence-set.ts';

type ReturnOption = 'MIN' | 'MAX' | 'COUNT' | 'ALL';

/** Message numbers or UIDs, ascending; with RETURN only what of them is asked for. */
export const searchMessages =
  (byUid: boolean): CommandRun =>
  async (session, parser, tag) => {
    parser.space();
    const options = parser.take('RETURN ') ? readReturnOptions(parser) : null;
    const { key, usesModseq } = readSearchKeys(parser, session.selected);
    if (usesModseq) session.enableCondstore();
    const { plane, selected: folder } = session;
    const plan = searchPlan(key);
    const rows =
      plan.contentKeys.length > 0
        ? await searchContents(plane.db, folder.id, key, plan)
        : await searchMatches(plane.db, folder.id, key, plan);
    // Messages that this client has not been told of have no number yet.
    const found = rows.flatMap((row) => {
      const sequence = folder.uids.sequenceOf(row.uid);
      return sequence > 0 ? [{ number: byUid ? row.uid : sequence, modseq: row.modseq }] : [];
    });
    session.write(
      options
        ? `* ESEARCH (TAG "${tag}")${byUid ? ' UID' : ''}${extendedResult(found, options, usesModseq)}`
        : plainResult(found, usesModseq),
    );
    return ok('SEARCH completed');
  };

const readReturnOptions = (parser: CommandParser): Set<ReturnOption> => {
  const options = new Set(
    parser.listOrEmpty(() => {
      const option = parser.keyword();
      if (!isReturnOption(option)) throw new BadCommand('Unknown result option');
      return option;
    }),
  );
  parser.space();
  return options.size > 0 ? options : new Set(['ALL']);
};

const isReturnOption = (option: string): option is ReturnOption =>
  ['MIN', 'MAX', 'COUNT', 'ALL'].includes(option);

type Found = { number: number; modseq: SearchMatch['modseq'] };

const highest = (found: Found[]): number => found.reduce((most, { modseq }) => Math.max(most, modseq), 0);

const plainResult = (found: Found[], usesModseq: boolean): string => {
  const numbers = found.map(({ number }) => ` ${number}`).join('');
  return `* SEARCH${numbers}${usesModseq && found.length > 0 ? ` (MODSEQ ${highest(found)})` : ''}`;
};

const extendedResult = (found: Found[], options: Set<ReturnOption>, usesModseq: boolean): string => {
  let result = '';
  const [first, last] = [found[0], found.at(-1)];
  if (first && last) {
    if (options.has('MIN')) result += ` MIN ${first.number}`;
    if (options.has('MAX')) result += ` MAX ${last.number}`;
    if (options.has('ALL')) result += ` ALL ${formatSet(found.map(({ number }) => number))}`;
  }
  if (options.has('COUNT')) result += ` COUNT ${found.length}`;
  if (!usesModseq || !first || !last) return result;
  // With nothing but MIN or MAX asked for, it is that of the messages named.
  const named = [...(options.has('MIN') ? [first] : []), ...(options.has('MAX') ? [last] : [])];
  return `${result} MODSEQ ${highest(options.has('ALL') || options.has('COUNT') ? found : named)}`;
};
