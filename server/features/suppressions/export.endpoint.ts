// GET /suppressions/export.csv: the whole list as a file.
import { z } from 'zod';
import { writeCsv } from '../../../protocols/csv.ts';
import type { Suppression, SuppressionList } from '../../../providers/contracts/suppression-list.ts';
import { answerFile, defineEndpoint } from '../../http/endpoint.ts';
import type { FeatureContext } from '../context.ts';

const ROWS_AT_ONCE = 1000;

export const exportSuppressions = defineEndpoint<FeatureContext>()({
  operation: 'suppressions.export',
  summary: 'Export suppressed addresses as CSV',
  method: 'GET',
  path: '/suppressions/export.csv',
  scope: 'workspace',
  response: z.object({}),
  file: {
    types: ['text/csv'],
    holds: 'A line for each address, newest first: `email`, `source`, `reason`, `created_at`.',
  },
  errors: [],
  async handle({ workspace }, { providers }) {
    const body = ReadableStream.from(lines(providers.suppressionList(), workspace.uid));
    const file = { contentType: 'text/csv', fileName: 'suppressions.csv', body };
    return { message: 'Suppressed addresses exported', [answerFile]: file };
  },
});

/** Page by page, so that a long list is never whole in memory. */
async function* lines(list: SuppressionList, workspaceUid: string): AsyncGenerator<Uint8Array> {
  const encoder = new TextEncoder();
  yield encoder.encode(writeCsv([['email', 'source', 'reason', 'created_at']]));
  let last: Suppression | undefined;
  do {
    const after = last ? { createdAt: last.createdAt, uid: last.id } : null;
    const page = { limit: ROWS_AT_ONCE, offset: 0, after };
    const { suppressions } = await list.page(workspaceUid, {}, page);
    const rows = suppressions.map(({ address, source, reason, createdAt }) => [
      address,
      source,
      reason ?? '',
      createdAt.toISOString(),
    ]);
    if (rows.length > 0) yield encoder.encode(writeCsv(rows));
    last = suppressions.length === ROWS_AT_ONCE ? suppressions.at(-1) : undefined;
  } while (last);
}
