// Every statement on invoice, invoice_number, invoice_month and invoice_buyer.
import type { Selectable } from 'kysely';
import { sql } from 'kysely';
import type { Db, Tx } from '../../../database/database.ts';
import type { Invoice as InvoiceTable } from '../../../database/types.ts';
import type { Buyer } from './buyer.ts';
import { type Invoice, type InvoiceLine, type InvoiceTax, invoiceNumber } from './invoice.ts';

const fromRow = (row: Selectable<InvoiceTable>): Invoice => ({
  uid: row.uid,
  number: row.number,
  teamUid: row.team_uid,
  periodStart: row.period_start,
  periodEnd: row.period_end,
  issuedAt: row.issued_at,
  seller: row.seller,
  buyer: row.buyer,
  lines: row.lines as InvoiceLine[],
  taxes: row.taxes as InvoiceTax[],
  taxNote: row.tax_note,
  taxMicros: row.tax_micros,
  totalMicros: row.total_micros,
});

/**
 * The next number of the year. Its row is held until the transaction ends: one that rolls back gives its number back,
 * so that none is ever missing.
 */
export const nextNumber = async (tx: Tx, year: number): Promise<string> => {
  const { last } = await tx
    .insertInto('invoice_number')
    .values({ year, last: 1 })
    .onConflict((conflict) => conflict.column('year').doUpdateSet({ last: sql`invoice_number.last + 1` }))
    .returning('last')
    .executeTakeFirstOrThrow();
  return invoiceNumber(year, last);
};

export const invoiceInsert = async (tx: Tx, invoice: Invoice): Promise<void> => {
  await tx
    .insertInto('invoice')
    .values({
      uid: invoice.uid,
      number: invoice.number,
      team_uid: invoice.teamUid,
      period_start: invoice.periodStart,
      period_end: invoice.periodEnd,
      issued_at: invoice.issuedAt,
      seller: invoice.seller,
      buyer: invoice.buyer,
      lines: JSON.stringify(invoice.lines),
      taxes: JSON.stringify(invoice.taxes),
      tax_note: invoice.taxNote,
      tax_micros: invoice.taxMicros,
      total_micros: invoice.totalMicros,
    })
    .execute();
};

export const invoiceOfPeriod = async (db: Db, teamUid: string, periodStart: Date): Promise<boolean> => {
  const row = await db
    .selectFrom('invoice')
    .select('uid')
    .where('team_uid', '=', teamUid)
    .where('period_start', '=', periodStart)
    .executeTakeFirst();
  return row !== undefined;
};

export const invoiceByUid = async (db: Db, teamUid: string, uid: string): Promise<Invoice | null> => {
  const row = await db
    .selectFrom('invoice')
    .selectAll()
    .where('uid', '=', uid)
    .where('team_uid', '=', teamUid)
    .executeTakeFirst();
  return row ? fromRow(row) : null;
};

/** Newest first. */
export const invoicePage = async (
  db: Db,
  teamUid: string,
  page: { limit: number; offset: number },
): Promise<{ invoices: Invoice[]; total: number }> => {
  const own = db.selectFrom('invoice').where('team_uid', '=', teamUid);
  const rows = await own
    .selectAll()
    .orderBy('period_start', 'desc')
    .limit(page.limit)
    .offset(page.offset)
    .execute();
  const counted = await own.select((eb) => eb.fn.countAll<number>().as('total')).executeTakeFirstOrThrow();
  return { invoices: rows.map(fromRow), total: Number(counted.total) };
};

/** The beginning of the last month of which every invoice was issued. */
export const lastClosedMonth = async (db: Db): Promise<Date | null> => {
  const { last } = await db
    .selectFrom('invoice_month')
    .select((eb) => eb.fn.max('period_start').as('last'))
    .executeTakeFirstOrThrow();
  return last;
};

export const monthClose = async (db: Db, periodStart: Date, now: Date): Promise<void> => {
  await db
    .insertInto('invoice_month')
    .values({ period_start: periodStart, closed_at: now })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
};

export const buyerOfTeam = async (db: Db, teamUid: string): Promise<Omit<Buyer, 'country'> | null> => {
  const row = await db
    .selectFrom('invoice_buyer')
    .selectAll()
    .where('team_uid', '=', teamUid)
    .executeTakeFirst();
  return row
    ? {
        name: row.name,
        addressLines: row.address_lines,
        taxNumber: row.tax_number,
        email: row.email,
        updatedAt: row.updated_at,
      }
    : null;
};

export const buyerSet = async (
  tx: Tx,
  teamUid: string,
  buyer: Buyer & { updatedAt: Date },
): Promise<void> => {
  const row = {
    team_uid: teamUid,
    name: buyer.name,
    address_lines: buyer.addressLines,
    tax_number: buyer.taxNumber,
    email: buyer.email,
    updated_at: buyer.updatedAt,
  };
  await tx
    .insertInto('invoice_buyer')
    .values(row)
    .onConflict((conflict) => conflict.column('team_uid').doUpdateSet(row))
    .execute();
};
