// Reading a CSV file of mailboxes as people have it: any order of columns, several names for each, three separators.
import { readCsv } from '../../../protocols/csv.ts';
import { invalidCsv } from './errors.ts';

export const MAX_ROWS = 1_000;

const synonyms = {
  email: ['email', 'emailaddress', 'mailaddress', 'address', 'mail'],
  username: ['username', 'user', 'localpart', 'mailbox', 'login'],
  domain_name: ['domain', 'domainname'],
  first_name: ['firstname', 'first', 'givenname', 'vorname', 'prenom', 'nombre'],
  last_name: ['lastname', 'last', 'surname', 'familyname', 'nachname', 'nom', 'apellido', 'apellidos'],
  name: ['name', 'fullname', 'displayname'],
  platform: ['platform', 'provider', 'service', 'type'],
  profile_picture: ['profilepicture', 'profilepicurl', 'picture', 'photo', 'avatar'],
} as const;

type Column = keyof typeof synonyms;

export type ImportRow = {
  /** Of the file, from 1; the header is line 1. */
  line: number;
  /** As they stand in the file. */
  cells: string[];
  values: Partial<Record<Exclude<Column, 'email' | 'name'>, string>>;
};

export type ImportFile = { header: string[]; ignored: string[]; rows: ImportRow[] };

/** @throws ApiError invalid_csv */
export const readRows = (text: string): ImportFile => {
  const [head, ...body] = readCsv(text).filter(({ cells }) => cells.some((cell) => cell.trim() !== ''));
  const header = (head?.cells ?? []).map((cell) => cell.trim());
  const columns = header.map(columnOf);
  const has = (column: Column) => columns.includes(column);
  const twice = columns.find((column, index) => column !== null && columns.indexOf(column) !== index);
  if (twice) throw invalidCsv(`Two columns of the file are the ${twice}`, { column: twice });
  if (!has('email') && !(has('username') && has('domain_name'))) {
    throw invalidCsv('The first line must name a column email, or username and domain_name', { header });
  }
  if (!has('name') && !(has('first_name') && has('last_name'))) {
    throw invalidCsv('The first line must name the columns first_name and last_name, or name', { header });
  }
  if (body.length === 0) throw invalidCsv('The file has no row below its first line');
  if (body.length > MAX_ROWS) {
    throw invalidCsv(`The file has ${body.length} rows; ${MAX_ROWS} are the most at once`, {
      rows: body.length,
    });
  }
  const rows = body.map(({ line, cells }) => {
    const trimmed = cells.map((cell) => cell.trim());
    return { line, cells: trimmed, values: valuesOf(columns, trimmed) };
  });
  return { header, ignored: header.filter((_, index) => columns[index] === null), rows };
};

const columnOf = (title: string): Column | null => {
  const plain = title
    .normalize('NFD')
    .toLowerCase()
    .replace(/[^a-z0-9]/g, '');
  const found = Object.entries(synonyms).find(([, names]) => (names as readonly string[]).includes(plain));
  return found ? (found[0] as Column) : null;
};

const valuesOf = (columns: (Column | null)[], cells: string[]): ImportRow['values'] => {
  const of = (column: Column): string | undefined => cells[columns.indexOf(column)] || undefined;
  const email = of('email')?.toLowerCase();
  const at = email?.lastIndexOf('@') ?? -1;
  const words = (of('name') ?? '').split(/\s+/).filter((word) => word !== '');
  return {
    username: of('username')?.toLowerCase() ?? email?.slice(0, Math.max(at, 0)),
    domain_name: of('domain_name')?.toLowerCase() ?? (at > 0 ? email!.slice(at + 1) : undefined),
    first_name: of('first_name') ?? (words.slice(0, -1).join(' ') || words[0]),
    last_name: of('last_name') ?? (words.length > 1 ? words.at(-1) : undefined),
    platform: of('platform')?.toUpperCase(),
    profile_picture: of('profile_picture'),
  };
};
