// An invoice or a receipt on sheets of A4. The same document makes the same bytes: its date is that of the document.
import { setImmediate } from 'node:timers/promises';
import PDFDocument from 'pdfkit';
import { loadFonts, missing, showable } from './font.ts';
import { labels, type PrintedDocument, type PrintedRow } from './print.ts';

const margin = 50;
const gap = 12;
const columnWidths = { day: 75, amount: 100 };
/** Rows that are set before others get their turn: an invoice of thousands must not hold the process up. */
const ROWS_AT_ONCE = 25;

type Sheet = PDFKit.PDFDocument;

export const documentPdf = async (printed: PrintedDocument): Promise<Uint8Array> => {
  const { regular, bold, has } = await loadFonts();
  const show = (text: string) => showable(text, has);
  const seller = show(printed.seller);
  const buyer = show(printed.buyer);
  const rows = printed.rows.map((row) => ({ ...row, description: show(row.description) }));

  const sheet = new PDFDocument({
    size: 'A4',
    margin,
    bufferPages: true, // page numbers say how many there are
    lang: 'en',
    displayTitle: true,
    info: { Title: printed.title, CreationDate: printed.at, ModDate: printed.at },
  });
  const chunks: Uint8Array[] = [];
  const ended = new Promise<void>((resolve, reject) => {
    sheet.on('data', (chunk: Uint8Array) => chunks.push(chunk));
    sheet.on('end', resolve);
    sheet.on('error', reject);
  });
  sheet.registerFont('regular', regular).registerFont('bold', bold);

  sheet.font('bold').fontSize(18).text(printed.title).moveDown(0.8);
  parties(sheet, { seller, buyer });
  sheet.font('regular').fontSize(9).text(printed.period, margin).moveDown(1);
  columnHeads(sheet, printed.columns);
  for (const [index, row] of rows.entries()) {
    if (index % ROWS_AT_ONCE === ROWS_AT_ONCE - 1) await setImmediate();
    tableRow(sheet, row, printed.columns);
  }
  totals(
    sheet,
    printed.totals.map(([label, amount]) => [show(label), amount]),
  );
  const note = printed.note === null ? null : show(printed.note);
  if (note !== null) sheet.moveDown(1).fontSize(9).text(note, margin);
  if (
    [seller, buyer, note ?? '', ...rows.map(({ description }) => description)].some((text) =>
      text.includes(missing),
    )
  ) {
    sheet.moveDown(1).fontSize(8);
    sheet.text(
      `${missing} stands for a character that the font of this document lacks. The document as a web page shows it.`,
      margin,
    );
  }
  pageNumbers(sheet, printed.title);
  sheet.end();
  await ended;
  return Buffer.concat(chunks);
};

const right = (sheet: Sheet): number => sheet.page.width - margin;
const bottom = (sheet: Sheet): number => sheet.page.height - margin;

/** Seller and buyer side by side, on the first page; what follows stands below the longer one. */
const parties = (sheet: Sheet, { seller, buyer }: { seller: string; buyer: string }): void => {
  const width = (right(sheet) - margin - gap) / 2;
  const top = sheet.y;
  const ends = [
    { label: labels.seller, text: seller, x: margin },
    { label: labels.buyer, text: buyer, x: margin + width + gap },
  ].map(({ label, text, x }) => {
    sheet.font('bold').fontSize(9).text(label, x, top, { width });
    sheet
      .font('regular')
      .fontSize(10)
      .text(text, { width, height: bottom(sheet) - sheet.y - 100, ellipsis: true });
    return sheet.y;
  });
  sheet.x = margin;
  sheet.y = Math.max(...ends) + gap;
};

const columnHeads = (sheet: Sheet, columns: PrintedRow): void => {
  sheet.font('bold').fontSize(9);
  cells(sheet, columns);
  rule(sheet);
  sheet.font('regular');
};

const tableRow = (sheet: Sheet, row: PrintedRow, columns: PrintedRow): void => {
  const height = sheet.heightOfString(row.description, { width: descriptionWidth(sheet) });
  if (sheet.y + height + 6 > bottom(sheet)) {
    sheet.addPage();
    columnHeads(sheet, columns);
  }
  cells(sheet, row);
  rule(sheet);
};

const descriptionWidth = (sheet: Sheet): number =>
  right(sheet) - margin - columnWidths.day - columnWidths.amount - gap;

/** The description is set last: it is the one that may take several lines, and even pages. */
const cells = (sheet: Sheet, { day, description, amount }: PrintedRow): void => {
  const top = sheet.y;
  sheet.text(day, margin, top, { lineBreak: false });
  sheet.text(amount, right(sheet) - sheet.widthOfString(amount), top, { lineBreak: false });
  sheet.text(description, margin + columnWidths.day, top, { width: descriptionWidth(sheet) });
};

const rule = (sheet: Sheet): void => {
  const y = sheet.y + 2;
  sheet.moveTo(margin, y).lineTo(right(sheet), y).lineWidth(0.5).strokeColor('#cccccc').stroke();
  sheet.y = y + 3;
};

/** Kept together, on one page. */
const totals = (sheet: Sheet, lines: [string, string][]): void => {
  if (sheet.y + lines.length * 16 + gap > bottom(sheet)) sheet.addPage();
  sheet.y += gap / 2;
  for (const [index, [label, amount]] of lines.entries()) {
    sheet.font(index === lines.length - 1 ? 'bold' : 'regular').fontSize(9);
    const top = sheet.y;
    sheet.text(amount, right(sheet) - sheet.widthOfString(amount), top, { lineBreak: false });
    sheet.text(label, margin + columnWidths.day, top, { width: descriptionWidth(sheet), align: 'right' });
    sheet.y += 3;
  }
  sheet.font('regular');
};

const pageNumbers = (sheet: Sheet, title: string): void => {
  const { start, count } = sheet.bufferedPageRange();
  sheet.font('regular').fontSize(8);
  for (let index = 0; index < count; index += 1) {
    sheet.switchToPage(start + index);
    sheet.page.margins.bottom = 0; // or text down there would begin another page
    const text = `${title} · Page ${index + 1} of ${count}`;
    sheet.text(text, margin, sheet.page.height - 35, {
      width: right(sheet) - margin,
      align: 'center',
      lineBreak: false,
    });
  }
};
