// Nothing a client sends ends the session of another, or makes the server fail.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { message, useImapServer } from './testing/imap-server.ts';

const words = [
  ...[
    'a',
    'b',
    'UID',
    'FETCH',
    'STORE',
    'SEARCH',
    'APPEND',
    'LIST',
    'LSUB',
    'SELECT',
    'STATUS',
    'COPY',
    'MOVE',
  ],
  ...[
    'CREATE',
    'RENAME',
    'DELETE',
    'IDLE',
    'DONE',
    'ID',
    'ENABLE',
    'AUTHENTICATE',
    'NOOP',
    'EXPUNGE',
    'GETQUOTA',
  ],
  ...[
    '1',
    '1:*',
    '*',
    '4294967295',
    '99999999999999999999',
    '0',
    '-1',
    '1,2,3',
    '2:1',
    'INBOX',
    'inbox',
    'Trash',
  ],
  ...[
    '(',
    ')',
    '()',
    '((',
    '"',
    '""',
    '"\\"',
    '"x"',
    '{',
    '{3}',
    '{3+}',
    '{999999999+}',
    '[',
    ']',
    '<0.5>',
    '\\',
  ],
  ...[
    'FLAGS',
    '+FLAGS',
    '-FLAGS.SILENT',
    '\\Seen',
    '\\*',
    'BODY[]',
    'BODY.PEEK[1.2.HEADER.FIELDS (a)]',
    'ALL',
  ],
  ...[
    'BODY[',
    'ENVELOPE',
    'MODSEQ',
    'RETURN',
    '(MIN)',
    'NOT',
    'OR',
    'SUBJECT',
    'BODY',
    'TEXT',
    'HEADER',
    'ON',
  ],
  ...[
    '1-Jan-2020',
    '(UNCHANGEDSINCE 1)',
    '(CHANGEDSINCE 1)',
    'CHARSET',
    'UTF-8',
    '%',
    '&',
    '&AOQ-',
    'a/b/c',
    '/',
    'SORT',
    'THREAD',
    'REFERENCES',
    '(REVERSE SIZE)',
    '$',
    '(SAVE)',
    'QRESYNC',
    '(QRESYNC (1 1))',
    '(CHANGEDSINCE 1 VANISHED)',
    'BINARY[1]',
    'BINARY.SIZE[]',
    'EMAILID',
    'OLDER',
    '~{3+}',
  ],
  ...[' ', ' ', ' ', ' ', ' ', '\r\n', '\r\n', '\n', '\r', '\0', '\x7f', '\xff', '\xc3\xa4', '~', '+', '*'],
];

const line = fc
  .array(fc.constantFrom(...words), { maxLength: 12 })
  .map((parts) => Buffer.from(parts.join(''), 'latin1'));
const command = fc
  .array(fc.constantFrom(...words), { maxLength: 10 })
  .map((parts) => Buffer.from(`t ${parts.join(' ')}\r\n`, 'latin1'));
const noise = fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes));
const input = fc
  .array(fc.oneof(line, command, noise), { minLength: 1, maxLength: 8 })
  .map((parts) => Buffer.concat(parts));

describe('arbitrary input', () => {
  const imap = useImapServer({ messageBytes: 10_000 });

  it('from a stranger leaves the server as it was', async () => {
    await fc.assert(
      fc.asyncProperty(input, async (bytes) => {
        const client = await imap.guest(true);
        client.send(bytes);
        client.send('\r\n'.repeat(30));
        // At the latest the row of empty lines is nonsense enough to be sent away for.
        client.close();
      }),
      { numRuns: 60 },
    );
    const guest = await imap.guest(true);
    expect(await guest.greeting()).toMatch(/^\* OK/);
    expect(imap.errors).toEqual([]);
  });

  it('from someone signed in disturbs neither the server nor another session', async () => {
    const mailbox = await imap.mailbox();
    const witness = await imap.raw(await imap.mailbox());
    await fc.assert(
      fc.asyncProperty(input, async (bytes) => {
        const client = await imap.raw(mailbox);
        await client.append('INBOX', message('fodder'));
        await client.ok('SELECT INBOX');
        client.send(bytes);
        // Ends an IDLE, a literal that was announced and an AUTHENTICATE; then the session must answer, or have
        // been closed with a BYE.
        client.send(`\r\nDONE\r\n${'x'.repeat(10_000)}\r\nz LOGOUT\r\n`);
        const rest = await client.ended().catch((error: Error) => error.message);
        expect(rest).toMatch(/\* BYE/);
        expect(await witness.status('NOOP')).toBe('OK');
        client.close();
      }),
      { numRuns: 80 },
    );
    expect(imap.errors).toEqual([]);
  });
});
