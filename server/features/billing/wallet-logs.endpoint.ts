// GET /billing/wallet/logs: every movement of the wallet, newest first, each with the balance after it; also as CSV.
import { z } from 'zod';
import type { Db } from '../../../database/database.ts';
import { orAbsent } from '../../http/absent.ts';
import { csvLine } from '../../http/csv.ts';
import { answerFile, defineEndpoint } from '../../http/endpoint.ts';
import {
  cursorField,
  encodeCursor,
  MAX_LIMIT,
  nextCursorAnswer,
  pageAnswer,
  pageFields,
  pageOffset,
  pageQuery,
} from '../../http/paging.ts';
import type { FeatureContext } from '../context.ts';
import { microsToCredits } from '../price-book/index.ts';
import {
  type MovementFilter,
  type MovementPage,
  type WalletMovement,
  walletMovements,
} from './wallet-movements.ts';

const reasons = ['funding', 'reserve', 'release', 'refund', 'reversal', 'debt_paid'] as const;

const logRow = z
  .object({
    uid: z.uuid(),
    type: z.enum(['credit', 'debit']),
    reason: z.enum(reasons),
    purpose: z.string().meta({ description: 'What it was for: order, domain, mailbox, subscription, …' }),
    credits: z.number(),
    balance_after: z.number(),
    description: z.string(),
    reference_type: z.string(),
    reference_uid: z.uuid(),
    workspace_id: z.uuid().nullable(),
    created_at: z.iso.datetime(),
  })
  .meta({ id: 'WalletLog' });

export const listWalletLogs = defineEndpoint<FeatureContext>()({
  operation: 'billing.wallet-logs',
  summary: 'List wallet movements',
  description:
    'Newest first. Filters go together; the balance after a movement is that of the wallet, whatever they leave out. ' +
    '`format=csv` answers all that fit as one table, instead of a page.',
  method: 'GET',
  path: '/billing/wallet/logs',
  scope: 'team',
  query: z.strictObject({
    ...pageQuery,
    cursor: orAbsent(cursorField(z.tuple([z.int().min(1)]))),
    type: orAbsent(z.enum(['credit', 'debit'])),
    reason: orAbsent(z.enum(reasons)),
    purpose: orAbsent(z.string().trim().max(60)),
    workspace_id: orAbsent(z.uuid()),
    from: orAbsent(z.iso.datetime({ offset: true })),
    until: orAbsent(z.iso.datetime({ offset: true })).meta({ description: 'Not included itself' }),
    keyword: orAbsent(z.string().trim().max(200)).meta({ description: 'Part of the description' }),
    format: orAbsent(z.enum(['json', 'csv'])),
  }),
  response: z.object({ logs: z.array(logRow), ...pageAnswer, ...nextCursorAnswer }),
  file: {
    types: ['text/csv'],
    holds: 'with `format=csv`: one row for each movement that fits, newest first',
  },
  async handle({ caller, query }, { db }) {
    const filter: MovementFilter = {
      direction: query.type,
      kind: query.reason,
      purpose: query.purpose,
      workspaceUid: query.workspace_id,
      from: query.from === undefined ? undefined : new Date(query.from),
      until: query.until === undefined ? undefined : new Date(query.until),
      keyword: query.keyword,
    };
    const read = (page: MovementPage) => inOneState(db, caller.teamId, filter, page);
    const csv = query.format === 'csv';
    const { rows, total } = csv
      ? { rows: [], total: 0 }
      : await read({
          limit: query.limit,
          offset: query.cursor ? 0 : pageOffset(query),
          beforeId: query.cursor?.[0] ?? null,
        });
    const last = rows.length === query.limit ? rows.at(-1) : undefined;
    return {
      message: 'Wallet logs retrieved successfully',
      ...(csv && {
        [answerFile]: {
          contentType: 'text/csv',
          fileName: 'wallet.csv',
          body: ReadableStream.from(csvTable(read)),
        },
      }),
      logs: rows.map(rowOf),
      ...pageFields(query, total),
      next_cursor: last ? encodeCursor([last.id]) : null,
    };
  },
});

/** One snapshot: the balances of the rows are those of one moment. */
const inOneState = (db: Db, teamUid: string, filter: MovementFilter, page: MovementPage) =>
  db
    .transaction()
    .setIsolationLevel('repeatable read')
    .setAccessMode('read only')
    .execute((tx) => walletMovements(tx, teamUid, filter, page));

const rowOf = (row: WalletMovement) => ({
  uid: row.uid,
  type: row.amount_micros > 0 ? ('credit' as const) : ('debit' as const),
  reason: row.kind as z.infer<typeof logRow>['reason'],
  purpose: row.reference_type,
  credits: microsToCredits(Math.abs(row.amount_micros)),
  balance_after: microsToCredits(row.balance_after),
  description: row.description,
  reference_type: row.reference_type,
  reference_uid: row.reference_uid,
  workspace_id: row.workspace_uid,
  created_at: row.created_at.toISOString(),
});

const columns = [
  'created_at',
  'type',
  'credits',
  'balance_after',
  'description',
  'purpose',
  'reason',
  'workspace_id',
  'reference_uid',
  'uid',
] as const;

/** Page after page by cursor, so that no length of history is held in memory. */
async function* csvTable(
  read: (page: MovementPage) => ReturnType<typeof inOneState>,
): AsyncGenerator<Uint8Array> {
  const encoder = new TextEncoder();
  yield encoder.encode(csvLine(columns));
  for (let beforeId: number | null = null; ; ) {
    const { rows }: { rows: WalletMovement[] } = await read({ limit: MAX_LIMIT, offset: 0, beforeId });
    const lines = rows.map(rowOf).map((row) => csvLine(columns.map((name) => row[name])));
    if (lines.length > 0) yield encoder.encode(lines.join(''));
    if (rows.length < MAX_LIMIT) return;
    beforeId = rows.at(-1)!.id;
  }
}
