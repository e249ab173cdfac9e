// Checks a file of audit entries without the installation it came from:
//   npm run audit -- verify audit-1-8120.jsonl
//   npm run audit -- verify audit-8121-9000.jsonl --known 8120:<hash>     a place that was noted before
// Ends with 0 when the file is intact, 1 when it is not, 2 when it could not be checked.
import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { type AuditVerdict, type ChainPlace, verifyAuditFile } from '../protocols/audit-chain.ts';

const usage = 'npm run audit -- verify <file> [--known <position>:<hash>]';

const placeOf = (text: string): ChainPlace => {
  const [, position, hash] = /^(\d{1,15}):([0-9a-f]{64})$/.exec(text) ?? [];
  if (!position || !hash) throw new Error(`--known takes <position>:<hash>, as this command prints it`);
  return { position: Number(position), hash };
};

const told = (verdict: AuditVerdict): string => {
  if (!verdict.intact) return `BROKEN at line ${verdict.line}: ${verdict.problem}`;
  const { teamId, entries, after, end, beginningAttested } = verdict;
  return [
    `intact: ${entries} entries of team ${teamId}`,
    after.position === 0
      ? 'begins with the first entry'
      : `begins after entry ${after.position}${beginningAttested ? '; an entry in the file attests that those before were removed at the end of their time' : ', which another file has to end with'}`,
    `ends at ${end.position}:${end.hash}`,
  ].join('\n');
};

try {
  const { values, positionals } = parseArgs({
    options: { known: { type: 'string' } },
    allowPositionals: true,
  });
  const [command, file, ...more] = positionals;
  if (command !== 'verify' || file === undefined || more.length > 0) throw new Error(usage);
  const known = values.known === undefined ? undefined : placeOf(values.known);
  const lines = createInterface({ input: createReadStream(file), crlfDelay: Number.POSITIVE_INFINITY });
  const verdict = await verifyAuditFile(lines, known);
  console.log(told(verdict));
  process.exitCode = verdict.intact ? 0 : 1;
} catch (error) {
  console.error((error as Error).message);
  process.exitCode = 2;
}
