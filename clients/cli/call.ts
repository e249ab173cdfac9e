// Carries out an operation and shows what it answers.
import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createInboxKit, type InboxKit } from '../sdk/index.ts';
import type { CommandRow } from './command-row.ts';
import { EXIT } from './exit-codes.ts';
import type { Profile } from './profiles.ts';
import { fieldsOf, tableOf } from './table.ts';
import type { Terminal } from './terminal.ts';

export type Shown = {
  json?: boolean;
  columns?: string[];
  all?: boolean;
  output?: string;
  yes?: boolean;
  idempotencyKey?: string;
};

type Answer = Record<string, unknown>;
type Call = (input: Answer, options: object) => Promise<Answer>;
type Method = Call & {
  each?: (input: Answer, options: object) => AsyncIterable<Answer>;
  file?: (input: Answer, options: object) => Promise<Response>;
};

export const sdkFor = ({ url, api_key: apiKey, workspace_id: workspaceId }: Profile): InboxKit =>
  createInboxKit({ baseUrl: url, apiKey, workspaceId });

const camelCase = (name: string): string =>
  name.replace(/-([a-z0-9])/g, (_match, letter: string) => letter.toUpperCase());

export const methodOf = (sdk: InboxKit, operation: string): Method => {
  const [group = '', verb = ''] = operation.split('.').map(camelCase);
  return (sdk as unknown as Record<string, Record<string, Method>>)[group]![verb]!;
};

/** Answers what the process ends with. */
export const callOperation = async (
  terminal: Terminal,
  sdk: InboxKit,
  row: CommandRow,
  input: Answer,
  shown: Shown,
): Promise<number> => {
  const method = methodOf(sdk, row.operation);
  const options = { signal: terminal.signal, idempotencyKey: shown.idempotencyKey };
  if (row.stream) return showRows(terminal, method.each!(input, options), { ...shown, json: true });
  if (row.file === 'always')
    return saveFile(terminal, (await method(input, options)) as unknown as Response, shown);
  const asksFile = row.file === 'on request' && typeof input.format === 'string' && input.format !== 'json';
  if (asksFile) return saveFile(terminal, await method.file!(input, options), shown);
  if (shown.all && row.pages) return showRows(terminal, method.each!(input, options), shown);
  if (row.priced && input.dry_run !== true && !(await isWanted(terminal, method, input, shown)))
    return EXIT.usage;
  show(terminal, row, await method(input, options), shown);
  return EXIT.ok;
};

const show = (terminal: Terminal, { rows }: CommandRow, answer: Answer, { json, columns }: Shown): void => {
  if (json) {
    terminal.out(JSON.stringify(answer, null, 2));
    return;
  }
  if (!rows) {
    terminal.out(fieldsOf(answer, terminal.width));
    return;
  }
  const list = answer[rows] as Answer[];
  if (list.length > 0) terminal.out(tableOf(list, { columns, width: terminal.width }));
  const { total, current_page: at, pages } = answer;
  if (typeof total === 'number')
    terminal.note(`${list.length} of ${total}${pages ? `, page ${at} of ${pages}` : ''}`);
};

/** With `--json` a line for each; else one table. */
const showRows = async (
  terminal: Terminal,
  rows: AsyncIterable<Answer>,
  { json, columns }: Shown,
): Promise<number> => {
  const all: Answer[] = [];
  for await (const row of rows) {
    if (json) terminal.out(JSON.stringify(row));
    else all.push(row);
  }
  if (all.length > 0) terminal.out(tableOf(all, { columns, width: terminal.width }));
  return EXIT.ok;
};

const saveFile = async (terminal: Terminal, response: Response, { output }: Shown): Promise<number> => {
  const body = Readable.fromWeb(response.body as never);
  if (output) {
    await pipeline(body, createWriteStream(output), { signal: terminal.signal });
    terminal.note(`wrote ${output}`);
  } else for await (const chunk of body) terminal.bytes(chunk as Uint8Array);
  return EXIT.ok;
};

/** Says the price, and asks; without a person to ask only `--yes` buys. */
const isWanted = async (
  terminal: Terminal,
  method: Call,
  input: Answer,
  { yes }: Shown,
): Promise<boolean> => {
  if (yes) return true;
  const price = await method({ ...input, dry_run: true }, { signal: terminal.signal });
  for (const { description, credits } of (price.lines as Answer[] | undefined) ?? []) {
    terminal.note(`  ${String(credits).padStart(10)}  ${description}`);
  }
  terminal.note(
    `  ${String(price.total_cost).padStart(10)}  credits; the wallet holds ${price.credits_remaining}`,
  );
  if (!terminal.interactive) {
    terminal.note('Nothing was bought: --yes buys.');
    return false;
  }
  const answer = await terminal.ask('Buy? [y/N] ');
  if (/^y(es)?$/i.test(answer)) return true;
  terminal.note('Nothing was bought.');
  return false;
};
