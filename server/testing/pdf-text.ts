// The text of a PDF made by pdfkit, for tests: its streams inflated, and its glyphs read back through the table that
// readers copy text by.
import { inflateSync } from 'node:zlib';

/** One text for each page, in which every piece of text that was set on its own is a line. */
export const pdfPages = (pdf: Buffer): string[] => {
  const objects = readObjects(pdf);
  const body = (reference: string) => objects.get(Number(reference))!;
  const pages = [...objects.values()].filter(({ head }) => /\/Type \/Page\b/.test(head));
  return pages.map(({ head }) => {
    const resources = body(/\/Resources (\d+) 0 R/.exec(head)![1]!).head;
    const fonts = new Map(
      [...resources.matchAll(/\/(F\d+) (\d+) 0 R/g)].map(([, name, reference]) => {
        const table = /\/ToUnicode (\d+) 0 R/.exec(body(reference!).head)![1]!;
        return [name!, readGlyphTable(body(table).stream)] as const;
      }),
    );
    return readContent(body(/\/Contents (\d+) 0 R/.exec(head)![1]!).stream, fonts);
  });
};

type PdfObject = { head: string; stream: string };

const readObjects = (pdf: Buffer): Map<number, PdfObject> => {
  const objects = new Map<number, PdfObject>();
  const text = pdf.toString('latin1');
  for (const [number, offset] of startsOfObjects(text)) {
    const end = text.indexOf('endobj', offset);
    const streamAt = text.indexOf('stream\n', offset);
    const hasStream = streamAt !== -1 && streamAt < end;
    const head = text.slice(offset, hasStream ? streamAt : end);
    const length = Number(/\/Length (\d+)/.exec(head)?.[1] ?? 0);
    const bytes = hasStream ? pdf.subarray(streamAt + 7, streamAt + 7 + length) : Buffer.alloc(0);
    const stream = head.includes('/FlateDecode') ? inflateSync(bytes) : bytes;
    objects.set(number, { head, stream: stream.toString('latin1') });
  }
  return objects;
};

/** From the table of offsets at the end, so that bytes inside of streams are never taken for objects. */
const startsOfObjects = (text: string): [number, number][] => {
  const [, entries] = /xref\n0 \d+\n([\s\S]*?)trailer/.exec(text.slice(text.lastIndexOf('\nxref\n')))!;
  return entries!
    .trimEnd()
    .split('\n')
    .map((entry, number): [number, number] => [number, Number(entry.slice(0, 10))])
    .slice(1);
};

const fromUtf16 = (hex: string): string =>
  String.fromCharCode(...hex.match(/[0-9a-f]{4}/g)!.map((unit) => Number.parseInt(unit, 16)));

const readGlyphTable = (table: string): Map<number, string> => {
  const glyphs = new Map<number, string>();
  for (const [, first, list] of table.matchAll(/<([0-9a-f]{4})> <[0-9a-f]{4}> \[([^\]]*)\]/g)) {
    for (const [index, [, hex]] of [...list!.matchAll(/<([0-9a-f ]+)>/g)].entries())
      glyphs.set(Number.parseInt(first!, 16) + index, fromUtf16(hex!));
  }
  return glyphs;
};

const readContent = (content: string, fonts: ReadonlyMap<string, ReadonlyMap<number, string>>): string => {
  let font = '';
  let text = '';
  for (const [, name, shown, end] of content.matchAll(/\/(F\d+) [\d.]+ Tf|\[([^\]]*)\] TJ|(ET)/g)) {
    if (name) font = name;
    if (end) text += '\n';
    for (const [, hex] of (shown ?? '').matchAll(/<([0-9a-f]+)>/g))
      for (const glyph of hex!.match(/.{4}/g)!)
        text += fonts.get(font)!.get(Number.parseInt(glyph, 16)) ?? '';
  }
  return text;
};
