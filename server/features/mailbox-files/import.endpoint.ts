// POST /mailboxes/import: buys the mailboxes of a CSV file.
import { z } from 'zod';
import { orAbsent } from '../../http/absent.ts';
import { defineEndpoint } from '../../http/endpoint.ts';
import {
  assertPayable,
  bill,
  billShape,
  insufficientFunds,
  lockFunds,
  spendCapExceeded,
  walletMicros,
} from '../billing/index.ts';
import type { FeatureContext } from '../context.ts';
import {
  buyMailbox,
  buyMailboxId,
  type Mailbox,
  mailboxExists,
  noDomainsFound,
  platform,
  priceMailboxes,
  purchaseMailboxes,
} from '../mailboxes/index.ts';
import { currentPrices } from '../price-book/index.ts';
import { holdWorkspace, workspaceLimitReached } from '../workspaces/index.ts';
import { type CheckedRow, checkRows } from './check.ts';
import { importRowsFailed, invalidCsv } from './errors.ts';
import { type ImportFile, MAX_ROWS, readRows } from './file.ts';
import { writeRows } from './rows.ts';

const MAX_BYTES = 1_000_000;

const rowShape = z.object({
  line: z.int().meta({ description: 'Of the file; the header is line 1' }),
  email: z.string().nullable(),
  status: z.enum(['ok', 'failed']),
  reason: z.string().nullable(),
  uid: z.uuid().nullable().meta({ description: 'The mailbox, once it is bought' }),
});

export const importMailboxes = defineEndpoint<FeatureContext>()({
  operation: 'mailbox-files.import',
  summary: 'Import mailboxes from CSV',
  description:
    `Takes up to ${MAX_ROWS} rows, as the field \`csv\`, as a form with the file in it, or as \`text/csv\`. The first line ` +
    'names the columns, in any order: `email` (or `username` and `domain_name`), `first_name` and `last_name` (or ' +
    '`name`), `platform`, `profile_picture`; common other names are understood, and `;` and tabs separate as well as ' +
    'commas. A row without a platform gets the one its domain has, or else the `platform` of the request.\n\n' +
    'Buys every row or none, and answers 400 with what is wrong with each row; with `partial: true` it buys the good ' +
    'rows. `failed_csv` holds the others with their `reason`, to be corrected and sent again. `dry_run: true` buys ' +
    'nothing, and answers what is wrong and what the good rows would cost.',
  method: 'POST',
  path: '/mailboxes/import',
  scope: 'workspace',
  right: 'purchase',
  rateLimit: 'bulk',
  upload: { field: 'csv', types: ['text/csv'], maxBytes: MAX_BYTES },
  body: z.strictObject({
    csv: z.string().min(1).max(MAX_BYTES).meta({ example: 'email,first_name,last_name,platform\n' }),
    platform: orAbsent(platform),
    partial: z.boolean().default(false),
    use_wallet_balance: z.boolean().default(false),
    dry_run: z.boolean().default(false),
  }),
  response: z.object({
    ...billShape,
    total_rows: z.int(),
    imported: z.int(),
    failed: z.int(),
    ignored_columns: z.array(z.string()),
    rows: z.array(rowShape),
    failed_csv: z.string().nullable(),
  }),
  errors: [
    invalidCsv,
    importRowsFailed,
    insufficientFunds,
    spendCapExceeded,
    mailboxExists,
    noDomainsFound,
    workspaceLimitReached,
  ],
  async handle({ body, caller, workspace, commit }, { db, clock, secrets, settings, workflows }) {
    const file = readRows(body.csv);
    const book = await currentPrices(db);
    const maxPerDomain = settings.maxMailboxesPerDomain;
    const scope = { teamUid: caller.teamId, workspaceUid: workspace.uid };
    return commit(async (tx) => {
      // In the order in which every purchase locks.
      await holdWorkspace(tx, workspace.uid);
      await lockFunds(tx, caller.teamId);
      const rows = await checkRows(tx, workspace.uid, file.rows, { platform: body.platform, maxPerDomain });
      const failed = rows.filter(({ wish }) => wish === null);
      const wishes = rows.flatMap(({ wish }) => wish ?? []);
      const told = {
        ignored_columns: file.ignored,
        failed_csv: failedCsv(file, failed),
        failed: failed.length,
      };
      const stops = failed.length > 0 && (!body.partial || wishes.length === 0);
      if (stops && !body.dry_run) {
        throw importRowsFailed(
          `${failed.length} of ${rows.length} rows cannot be imported; nothing was bought`,
          {
            ...told,
            rows: rows.map((row) => rowOf(row, new Map())),
          },
        );
      }
      const purchase = {
        scope,
        wishes,
        useWalletBalance: body.use_wallet_balance,
        book,
        keyUid: caller.keyId,
      };
      let lines: Awaited<ReturnType<typeof priceMailboxes>> = [];
      let mailboxes: Mailbox[] = [];
      if (wishes.length > 0 && body.dry_run) {
        lines = await priceMailboxes(tx, purchase, maxPerDomain);
        const buyer = { ...scope, keyUid: caller.keyId };
        await assertPayable(tx, { ...buyer, type: 'mailbox', lines, now: clock.now() });
      }
      if (wishes.length > 0 && !body.dry_run) {
        const bought = await purchaseMailboxes(tx, { secrets, maxPerDomain }, purchase, clock.now());
        ({ lines, mailboxes } = bought);
        for (const { uid } of mailboxes)
          await workflows.start(tx, buyMailbox, buyMailboxId(uid), { mailboxUid: uid });
      }
      const uids = new Map(mailboxes.map(({ uid, address }) => [address, uid]));
      return {
        message: body.dry_run
          ? 'Nothing was bought: this is what it would cost'
          : `${mailboxes.length} mailbox(es) scheduled, ${failed.length} row(s) failed`,
        ...told,
        total_rows: rows.length,
        imported: mailboxes.length,
        rows: rows.map((row) => rowOf(row, uids)),
        ...bill(lines, await walletMicros(tx, caller.teamId), { dryRun: body.dry_run }),
      };
    });
  },
});

const rowOf = ({ line, email, reason }: CheckedRow, uids: Map<string, string>): z.input<typeof rowShape> => ({
  line,
  email,
  status: reason === null ? 'ok' : 'failed',
  reason,
  uid: (email === null ? undefined : uids.get(email)) ?? null,
});

/** The failed rows as they were, with what is wrong with each; null when there are none. */
const failedCsv = ({ header }: ImportFile, failed: CheckedRow[]): string | null =>
  failed.length === 0
    ? null
    : writeRows([
        [...header, 'reason'],
        ...failed.map(({ cells, reason }) => [...header.map((_, index) => cells[index] ?? ''), reason!]),
      ]);
