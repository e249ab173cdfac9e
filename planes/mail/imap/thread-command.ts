// THREAD (RFC 5256 §3): conversations instead of messages.
import { sortableEnvelope } from '../message/sort-values.ts';
import {
  formatThreads,
  messageIdsIn,
  type Thread,
  type Threadable,
  threadsByReferences,
  threadsBySubject,
} from '../message/threads.ts';
import { type SortRow, sortRows } from '../store/sort.ts';
import type { CommandRun } from './command-table.ts';
import { BadCommand, ok } from './replies.ts';
import { readCharset, readSearchKeys } from './search-keys.ts';
import { foundMessages } from './search-run.ts';

const algorithms: Record<string, (messages: Threadable[]) => Thread[]> = {
  REFERENCES: threadsByReferences,
  ORDEREDSUBJECT: threadsBySubject,
};

export const threadMessages =
  (byUid: boolean): CommandRun =>
  async (session, parser) => {
    parser.space();
    const name = parser.keyword();
    const algorithm = Object.hasOwn(algorithms, name) ? algorithms[name] : undefined;
    if (!algorithm) throw new BadCommand('There is no such algorithm');
    parser.space();
    const search = readSearchKeys(parser, session, readCharset(parser));
    const found = await foundMessages(session, search);
    const { plane, selected: folder } = session;
    const uids = found.map(({ uid }) => uid);
    const messages: Threadable[] = [];
    const read = { envelope: true, headers: name === 'REFERENCES' };
    for await (const rows of sortRows(plane.db, folder.id, uids, read)) {
      for (const row of rows)
        messages.push(threadable(row, byUid ? row.uid : folder.uids.sequenceOf(row.uid)));
    }
    const threads = formatThreads(algorithm(messages));
    session.write(threads === '' ? '* THREAD' : `* THREAD ${threads}`);
    return ok('THREAD completed');
  };

const threadable = (row: SortRow, number: number): Threadable => {
  const { subject, isReplyOrForward, sentMs } = sortableEnvelope(row.envelope!);
  const field = (name: string) => messageIdsIn(row.headers?.[name] ?? '');
  const references = field('references');
  return {
    number,
    messageId: field('message-id')[0] ?? null,
    // RFC 5256 §3: of In-Reply-To only the first, as the others may not be its ancestors.
    references: references.length > 0 ? references : field('in-reply-to').slice(0, 1),
    subject,
    isReplyOrForward,
    sentMs: sentMs ?? row.internalDate.getTime(),
  };
};
