// From people and a pattern, or from a table, to the mailboxes of an order. Pure.
export type Person = { first_name: string; last_name: string };
export type WantedMailbox = Person & { email: string };

export const patterns = {
  'first.last': ({ first, last }: Parts) => `${first}.${last}`,
  first: ({ first }: Parts) => first,
  'f.last': ({ first, last }: Parts) => `${first.charAt(0)}.${last}`,
  firstl: ({ first, last }: Parts) => `${first}${last.charAt(0)}`,
  firstlast: ({ first, last }: Parts) => `${first}${last}`,
} as const;

type Parts = { first: string; last: string };
export type Pattern = keyof typeof patterns;

/** Letters without their marks, and nothing that an address may not begin or end with: `Zoë` → `zoe`. */
const plain = (name: string): string =>
  name
    .normalize('NFD')
    .toLowerCase()
    .replace(/ß/g, 'ss')
    .replace(/ø/g, 'o')
    .replace(/ł/g, 'l')
    .replace(/[^a-z0-9-]/g, '');

/** One person a line: `Mara Voss`. What follows the first word is the last name. */
export const readPeople = (text: string): Person[] =>
  text
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .filter(([first]) => first)
    .map(([first = '', ...rest]) => ({ first_name: first, last_name: rest.join(' ') }));

/** Everybody on every domain. */
export const byPattern = (
  people: readonly Person[],
  domains: readonly string[],
  pattern: Pattern,
): WantedMailbox[] =>
  domains.flatMap((domain) =>
    people.map((person) => {
      const parts = { first: plain(person.first_name), last: plain(person.last_name) };
      const local = patterns[pattern](parts).replace(/^[.-]+|[.-]+$/g, '');
      return { ...person, email: `${local}@${domain}` };
    }),
  );

/**
 * Lines of `first name, last name, address`; a first line with those words is a heading.
 *
 * @throws {Error} with the number of the line that has no address
 */
export const readTable = (text: string): WantedMailbox[] =>
  text
    .split(/\r?\n/)
    .map((line, index) => ({
      cells: line.split(/[,;\t]/).map((cell) => cell.trim().replace(/^"|"$/g, '')),
      index,
    }))
    .filter(({ cells }) => cells.some(Boolean))
    .filter(({ cells, index }) => !(index === 0 && !cells.some((cell) => cell.includes('@'))))
    .map(({ cells, index }) => {
      const [first_name = '', last_name = '', email = ''] = cells;
      if (!/^[^@\s]+@[^@\s]+\.[^@\s]+$/.test(email)) {
        throw new Error(`Line ${index + 1} has no address in its third column`);
      }
      return { first_name, last_name, email: email.toLowerCase() };
    });

export const domainOf = ({ email }: WantedMailbox): string => email.slice(email.indexOf('@') + 1);
