// GET /audit/export.jsonl: the record as a file that proves itself.
import { z } from 'zod';
import type { Db } from '../../../database/database.ts';
import { type ChainPlace, endLine, headerLine } from '../../../protocols/audit-chain.ts';
import { orAbsent } from '../../http/absent.ts';
import { answerFile, defineEndpoint } from '../../http/endpoint.ts';
import type { FeatureContext } from '../context.ts';
import { chainedRecord } from './entry.ts';
import { auditPlaceGone } from './errors.ts';
import { placeWhatWaits } from './place.job.ts';
import { chainBeginning, chainEnd, chainPlaceAt, entriesAfter } from './store.ts';

const AT_ONCE = 500;

export const exportAudit = defineEndpoint<FeatureContext>()({
  operation: 'audit.export',
  summary: 'Export audit entries',
  description:
    'All of them, or those after a position, oldest first. `npm run audit -- verify <file>` checks the file without the ' +
    'installation.',
  method: 'GET',
  path: '/audit/export.jsonl',
  scope: 'team',
  right: 'admin',
  query: z.strictObject({
    after: orAbsent(z.coerce.number().int().min(0)).meta({
      description: 'A position; the end of an earlier file continues it',
    }),
  }),
  response: z.object({}),
  file: {
    types: ['application/x-ndjson'],
    holds: 'A line that says where it begins, a line for each entry, and one that says where they end.',
  },
  errors: [auditPlaceGone],
  async handle({ query, caller }, { db, clock }) {
    await placeWhatWaits({ db, clock });
    const beginning = await chainBeginning(db, caller.teamId);
    const end = await chainEnd(db, caller.teamId);
    const after = query.after === undefined ? beginning : await chainPlaceAt(db, caller.teamId, query.after);
    if (!after || after.position < beginning.position) {
      throw auditPlaceGone(
        `The record holds the positions after ${beginning.position} up to ${end.position}`,
        {
          beginning: beginning.position,
          end: end.position,
        },
      );
    }
    const body = ReadableStream.from(linesOf(db, caller.teamId, after, end)).pipeThrough(
      new TextEncoderStream(),
    ) as ReadableStream<Uint8Array>;
    const fileName = `audit-${after.position + 1}-${end.position}.jsonl`;
    return {
      message: 'Audit entries exported successfully',
      [answerFile]: { contentType: 'application/x-ndjson', fileName, body },
    };
  },
});

/** Up to the end that was there when it began, which what comes meanwhile does not move. */
async function* linesOf(db: Db, teamUid: string, after: ChainPlace, end: ChainPlace): AsyncGenerator<string> {
  yield headerLine(teamUid, after);
  for (let position = after.position; position < end.position; ) {
    const entries = await entriesAfter(db, teamUid, position, Math.min(AT_ONCE, end.position - position));
    // Removed under the reader's hands: without its last line the file says that it is not whole.
    if (entries.length === 0) return;
    for (const entry of entries) yield `${JSON.stringify(chainedRecord(entry))}\n`;
    position = entries.at(-1)!.position;
  }
  yield endLine(end);
}
