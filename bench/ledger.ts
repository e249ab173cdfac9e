// `npm run bench -- ledger`: purchases a second, beside pgbench writing the same rows with no rule at all.
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type Db, inTransaction, openDatabase } from '../database/database.ts';
import { newId } from '../database/uuid.ts';
import { createTeam } from '../server/features/accounts/index.ts';
import { addCredits, captureCharges, reserveCharges } from '../server/features/billing/index.ts';
import { currentPrices } from '../server/features/price-book/index.ts';
import { openBooks } from '../server/features/subscriptions/index.ts';
import { createWorkspace } from '../server/features/workspaces/index.ts';
import { makeDataDirectory } from './data-directory.ts';
import { needPackages } from './debian.ts';
import { startInstallation } from './installation.ts';
import { figure, times, title } from './report.ts';

const TEAMS = 8;
const SECONDS = 5;
const ROUNDS = 3;
const PGBENCH = '/usr/lib/postgresql/15/bin/pgbench';

type Scope = { teamUid: string; workspaceUid: string };

export const benchLedger = async (): Promise<void> => {
  title(`ledger: mailboxes bought and charged by ${TEAMS} teams at once, ${SECONDS} s, ${ROUNDS} rounds`);
  await needPackages({ 'postgresql-15': PGBENCH });
  const data = await makeDataDirectory();
  const installation = await startInstallation(data.path);
  const db = openDatabase(installation.databaseUrl, { poolSize: TEAMS });
  const own: number[] = [];
  const bare: number[] = [];
  try {
    const scopes = await Promise.all(Array.from({ length: TEAMS }, () => openTeam(db)));
    const { version } = await currentPrices(db);
    for (let round = 0; round < ROUNDS; round += 1) {
      own.push(await purchasesPerSecond(db, scopes, version));
      bare.push(await bareRowsPerSecond(db, installation.databaseUrl, scopes[0]!));
    }
  } finally {
    await db.destroy();
    await installation.close();
    await data.remove();
  }
  const [purchases, peer] = [Math.max(...own), Math.max(...bare)];
  figure('purchases a second, best round', purchases.toFixed(0), `all: ${own.map(Math.round).join(', ')}`);
  figure('peer "pgbench", the same rows', peer.toFixed(0), `all: ${bare.map(Math.round).join(', ')}`);
  figure('InboxKit ÷ peer', times(purchases / peer), 'goal at least 0.33 ×');
};

const openTeam = (db: Db): Promise<Scope> =>
  inTransaction(db, async (tx) => {
    const now = new Date();
    const teamUid = await createTeam(tx, { name: 'Bench', createdAt: now });
    await openBooks(tx, teamUid, now);
    const amountMicros = 1_000_000_000_000;
    await addCredits(tx, { teamUid, amountMicros, key: teamUid, description: 'Bench', now });
    return { teamUid, workspaceUid: (await createWorkspace(tx, teamUid, { name: 'Default' }, now)).uid };
  });

/** Each team buys as fast as it can, one purchase after the other: reserved in one transaction, charged in the next. */
const purchasesPerSecond = async (
  db: Db,
  scopes: readonly Scope[],
  priceVersion: number,
): Promise<number> => {
  const until = performance.now() + SECONDS * 1000;
  let bought = 0;
  await Promise.all(
    scopes.map(async (scope) => {
      while (performance.now() < until) {
        const uid = newId();
        const subject = { type: 'mailbox' as const, uid };
        await inTransaction(db, (tx) =>
          reserveCharges(tx, {
            ...scope,
            keyUid: null,
            reference: subject,
            description: 'a mailbox',
            lines: [
              {
                subject,
                purpose: 'first_month',
                description: 'a mailbox',
                amountMicros: 3_500_000,
                paidWith: 'wallet',
              },
            ],
            priceVersion,
            now: new Date(),
          }),
        );
        await inTransaction(db, (tx) => captureCharges(tx, subject, new Date()));
        bought += 1;
      }
    }),
  );
  return bought / SECONDS;
};

/** The rows of one purchase, in two transactions as above: what PostgreSQL itself takes for them, on this machine. */
const rows = (
  { teamUid, workspaceUid }: Scope,
  wallet: string,
  reserved: string,
  revenue: string,
): string => `
\\set n random(1, 1000000000)
begin;
insert into charge (uid, team_uid, workspace_uid, subject_type, subject_uid, purpose, description, amount_micros, paid_with, price_version, status, created_at, updated_at)
  values (gen_random_uuid(), '${teamUid}', '${workspaceUid}', 'mailbox', gen_random_uuid(), 'first_month', 'a mailbox', 3500000, 'wallet', 1, 'captured', now(), now());
with booked as (insert into ledger_transaction (uid, team_uid, kind, idempotency_key, description, reference_type, reference_uid, workspace_uid, created_at)
  values (gen_random_uuid(), '${teamUid}', 'reserve', gen_random_uuid(), 'a mailbox', 'mailbox', gen_random_uuid(), '${workspaceUid}', now()) returning uid)
insert into ledger_entry (transaction_uid, account_uid, amount_micros)
  select uid, '${wallet}'::uuid, -3500000 from booked union all select uid, '${reserved}'::uuid, 3500000 from booked;
insert into event (uid, team_uid, workspace_uid, type, subject_type, subject_uid, data, occurred_at)
  values (gen_random_uuid(), '${teamUid}', '${workspaceUid}', 'wallet.debited', 'wallet', '${teamUid}', '{"credits":3.5,"description":"a mailbox"}', now());
commit;
begin;
with booked as (insert into ledger_transaction (uid, team_uid, kind, idempotency_key, description, reference_type, reference_uid, workspace_uid, created_at)
  values (gen_random_uuid(), '${teamUid}', 'capture', gen_random_uuid(), 'a mailbox', 'mailbox', gen_random_uuid(), '${workspaceUid}', now()) returning uid)
insert into ledger_entry (transaction_uid, account_uid, amount_micros)
  select uid, '${reserved}'::uuid, -3500000 from booked union all select uid, '${revenue}'::uuid, 3500000 from booked;
commit;
`;

const bareRowsPerSecond = async (db: Db, databaseUrl: string, scope: Scope): Promise<number> => {
  const accounts = await db
    .selectFrom('ledger_account')
    .select(['kind', 'uid'])
    .where('team_uid', '=', scope.teamUid)
    .execute();
  const of = (kind: string) => accounts.find((account) => account.kind === kind)!.uid;
  const folder = await mkdtemp(join(tmpdir(), 'inboxkit-pgbench-'));
  try {
    const script = join(folder, 'purchase.sql');
    await writeFile(script, rows(scope, of('wallet'), of('reserved'), of('revenue')));
    const { stdout } = await promisify(execFile)(PGBENCH, [
      ...['--no-vacuum', '--client', String(TEAMS), '--time', String(SECONDS), '--protocol', 'prepared'],
      ...['--file', script, databaseUrl],
    ]);
    return Number(/tps = ([\d.]+)/.exec(stdout)![1]);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
};
