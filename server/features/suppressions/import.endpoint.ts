// POST /suppressions/import: addresses out of a CSV file, all of them or none.
import { z } from 'zod';
import { readCsv } from '../../../protocols/csv.ts';
import { normalizeAddress } from '../../../protocols/mail/address.ts';
import { defineEndpoint } from '../../http/endpoint.ts';
import type { FeatureContext } from '../context.ts';
import { suppress } from './change.ts';
import { invalidSuppressionFile } from './errors.ts';

const EMAIL_HEADERS = ['email', 'e-mail', 'email address', 'e-mail address', 'address'];
const REASON_HEADERS = ['reason', 'note', 'notes', 'comment'];
const MAX_BYTES = 900_000;
/** Reported of a wrong file; nobody reads more. */
const MOST_LINES_TOLD = 100;

type Line = { line: number; text: string; address: string | null; reason: string | null };

/** A header is told by its names; without one the first column is the address. */
export const readSuppressionFile = (csv: string): Line[] => {
  const rows = readCsv(csv);
  const names = (rows[0]?.cells ?? []).map((cell) => cell.trim().toLowerCase());
  const emailAt = names.findIndex((name) => EMAIL_HEADERS.includes(name));
  const hasHeader = emailAt !== -1;
  const reasonAt = hasHeader ? names.findIndex((name) => REASON_HEADERS.includes(name)) : 1;
  return rows.slice(hasHeader ? 1 : 0).map(({ line, cells }) => {
    const text = cells[Math.max(emailAt, 0)]?.trim() ?? '';
    const reason = cells[reasonAt]?.trim().slice(0, 500) || null;
    return { line, text, address: normalizeAddress(text), reason };
  });
};

export const importSuppressions = defineEndpoint<FeatureContext>()({
  operation: 'suppressions.import',
  summary: 'Suppress addresses from a CSV file',
  description:
    'Takes the field `csv`, a form with the file in it, or `text/csv`: one address a line, or CSV with a header: a column `email` (or `address`) and, optional, `reason`, in any order. ' +
    'A file with a line that holds no address changes nothing. What `suppressions.export` writes is read back.',
  method: 'POST',
  path: '/suppressions/import',
  scope: 'workspace',
  upload: { field: 'csv', types: ['text/csv'], maxBytes: MAX_BYTES },
  body: z.strictObject({
    csv: z
      .string()
      .min(1)
      .max(MAX_BYTES)
      .meta({ examples: ['email,reason\nbob@northpeak.example,asked not to be written to\n'] }),
  }),
  response: z.object({ added: z.int(), already_there: z.int() }),
  errors: [invalidSuppressionFile],
  async handle({ body, workspace, caller, commit }, context) {
    const lines = readSuppressionFile(body.csv);
    const wrong = lines.filter(({ address }) => address === null);
    if (wrong.length > 0 || lines.length === 0) {
      const told = wrong
        .slice(0, MOST_LINES_TOLD)
        .map(({ line, text }) => ({ line, text: text.slice(0, 200) }));
      const [first] = told;
      throw invalidSuppressionFile(
        first
          ? `Line ${first.line}: ${JSON.stringify(first.text)} is not an e-mail address`
          : 'The file is empty',
        { lines: told },
      );
    }
    const entries = lines.flatMap(({ address, reason }) => (address === null ? [] : [{ address, reason }]));
    const { added, tell } = await suppress(entries, 'import', { workspace, caller }, context);
    const distinct = new Set(entries.map(({ address }) => address)).size;
    return commit(async (tx) => {
      await tell(tx);
      const count = added.length;
      return {
        message: `Addresses suppressed: ${count}`,
        added: count,
        already_there: distinct - count,
      };
    });
  },
});
