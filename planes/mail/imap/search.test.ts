// SEARCH, SORT and THREAD on a socket.
import { sql } from 'kysely';
import { describe, expect, it } from 'vitest';
import { contentSigned } from '../store/sweep.ts';
import { message, useImapServer, wire } from './testing/imap-server.ts';
import type { RawClient } from './testing/raw-client.ts';

describe('searches', () => {
  const imap = useImapServer();

  const open = async (...raws: Buffer[]): Promise<RawClient> => {
    const client = await imap.raw(await imap.mailbox());
    for (const raw of raws) await client.append('INBOX', raw);
    await client.ok('SELECT INBOX');
    return client;
  };

  it('answers extended searches', async () => {
    const client = await open(...['a', 'b', 'c', 'd', 'e'].map((subject) => message(subject)));
    await client.ok('STORE 2 FLAGS.SILENT (\\Deleted)');
    await client.ok('EXPUNGE');
    const search = async (command: string) =>
      (await client.ok(command))[0]!.replace(/^\* ESEARCH \(TAG "t\d+"\)/, '');
    expect(await search('SEARCH RETURN () ALL')).toBe(' ALL 1:4');
    expect(await search('UID SEARCH RETURN (ALL) ALL')).toBe(' UID ALL 1,3:5');
    expect(await search('UID SEARCH RETURN (MIN MAX COUNT) ALL')).toBe(' UID MIN 1 MAX 5 COUNT 4');
    expect(await search('SEARCH RETURN (COUNT) SEEN')).toBe(' COUNT 0');
    expect(await search('SEARCH RETURN (MIN ALL) SEEN')).toBe('');
    await client.ok('STORE 3 +FLAGS.SILENT (\\Seen)');
    const [, modseq] = /MODSEQ \((\d+)\)/.exec((await client.ok('FETCH 3 MODSEQ')).at(-1)!)!;
    expect(await search(`SEARCH RETURN (ALL) MODSEQ "/flags/\\\\seen" all ${modseq}`)).toBe(
      ` ALL 3 MODSEQ ${modseq}`,
    );
    expect(await client.status('SEARCH MODSEQ "/flags/\\\\seen" both 1')).toBe('BAD');
    expect(await client.ok(`SEARCH MODSEQ ${modseq}`)).toEqual([`* SEARCH 3 (MODSEQ ${modseq})`]);
  });

  it('searches in decoded headers and bodies, in any charset and nesting', async () => {
    const client = await open(
      wire(`From: =?iso-8859-1?Q?J=FCrgen?= <juergen@mail.example>
To: team: one@mail.example, two@mail.example;
Subject: =?utf-8?B?${Buffer.from('Größe der Schuhe').toString('base64')}?=
X-Custom: needle
Date: Sat, 24 Mar 2007 23:00:00 -0500
Content-Type: text/plain; charset=iso-8859-1
Content-Transfer-Encoding: quoted-printable

H=FCte und M=E4n=
tel
`),
      wire(`From: <odd (comment)@ (comment) mail.example>
Content-Type: multipart/mixed; boundary=b

--b
Content-Type: text/html; charset=utf-8
Content-Transfer-Encoding: base64

${Buffer.from('<p>verschlüsselt</p>').toString('base64')}
--b
Content-Type: message/rfc822

Subject: inside

deep text
--b--
`),
    );
    const found: [string, string][] = [
      ['SUBJECT {6+}\r\ngr\xc3\xb6\xc3\x9f', '1'],
      ['CHARSET UTF-8 FROM {7+}\r\nj\xc3\xbcrgen', '1'],
      ['FROM odd@mail.example', '2'],
      ['TO two@mail.example', '1'],
      ['HEADER X-CUSTOM need', '1'],
      ['HEADER X-Custom ""', '1'],
      ['NOT HEADER X-Custom ""', '2'],
      ['HEADER Subject ""', '1'],
      ['BODY {8+}\r\nm\xc3\xa4ntel', '1'],
      ['TEXT {14+}\r\nverschl\xc3\xbcsselt', '2'],
      ['BODY inside', '2'],
      ['TEXT deep', '2'],
      ['NOT BODY deep', '1'],
      ['OR BODY deep HEADER X-Custom needle', '1 2'],
      ['BODY deep NOT FROM odd', ''],
      ['(OR (SUBJECT nothing) (NOT (BODY schuhe))) 1', '1'],
      ['SENTON 24-Mar-2007', '1'],
      ['SENTSINCE "25-Mar-2007"', ''],
      ['2,7:9', '2'],
      ['UID 2:1 NOT 1', '2'],
      ['*', '2'],
      ['RECENT NEW', '1 2'],
      ['OLD', ''],
      ['LARGER 10 SMALLER 100000', '1 2'],
      ['KEYWORD none', ''],
      ['UNKEYWORD none', '1 2'],
    ];
    for (const [key, numbers] of found) {
      expect([key, (await client.ok(Buffer.from(`SEARCH ${key}`, 'latin1')))[0]]).toEqual([
        key,
        `* SEARCH ${numbers}`.trimEnd(),
      ]);
    }
    expect((await client.command('SEARCH CHARSET X-NONE SUBJECT x')).tagged).toBe(
      'NO [BADCHARSET (US-ASCII UTF-8)] That charset is not known',
    );
  });

  it('finds the same with signatures of messages, without them, and where one cannot tell', async () => {
    const odd = wire(
      `Subject: three\nX-Odd: one \n two\nX-Odd: =?utf-8?q?gr=C3=BC=C3=9Fe?=\n\nother words\n`,
    );
    const client = await open(message('one', 'the needle is here\n'), message('two', 'nothing\n'), odd);
    const queries = {
      'BODY needle': [1],
      'BODY "NEEDLE is"': [1],
      'NOT BODY needle': [2, 3],
      'OR BODY needle SUBJECT three': [1, 3],
      'NOT (BODY nothing) TEXT mail.example': [1],
      'BODY needl BODY eedle': [1],
      'BODY xyzzy': [],
      'BODY is': [1],
      'TEXT "one two"': [3],
      'HEADER X-Odd "one two"': [3],
      'HEADER X-Odd {7+}\r\ngr\xc3\xbc\xc3\x9fe': [3],
      'HEADER X-Odd ""': [3],
      'NOT HEADER X-Odd ""': [1, 2],
      'HEADER X-None one': [],
    };
    const answers = async () => {
      const found: Record<string, number[]> = {};
      for (const query of Object.keys(queries)) {
        const [line] = await client.ok(`SEARCH ${query}`);
        found[query] = line!.split(' ').slice(2).map(Number);
      }
      return found;
    };
    expect(await answers()).toEqual(queries);
    await sql`update mail.search_signature set bits = ''`.execute(imap.db);
    expect(await answers()).toEqual(queries);
    await sql`delete from mail.search_signature`.execute(imap.db);
    expect(await answers()).toEqual(queries);
    expect(await contentSigned(imap.db)).toBeGreaterThanOrEqual(3);
    expect(await contentSigned(imap.db)).toBe(0);
    expect(await answers()).toEqual(queries);
  });

  it('sorts by every criterion, and answers what of it is asked for', async () => {
    const client = await imap.raw(await imap.mailbox());
    const letter = (subject: string, from: string, date: string, body = '') =>
      wire(`Subject: ${subject}\nFrom: ${from}\nTo: Z <b@x>, A <a@x>\nDate: ${date}\n\n${body}\n`);
    await client.append('INBOX', letter('b', '"Zoe" <adam@x>', '3 Jan 2020 10:00:00 +0000', 'longest'));
    await client.append('INBOX', letter('Re: A', 'Beth <zack@x>', '2 Jan 2020 23:00:00 -0500'));
    await client.append('INBOX', letter('=?utf-8?q?=C3=A4?=', 'mia@x', '3 Jan 2020 12:00:00 +0900', 'mid'));
    await client.ok('SELECT INBOX');
    for (const [criteria, order] of [
      ['ARRIVAL', '1 2 3'],
      ['REVERSE ARRIVAL', '1 2 3'],
      ['DATE', '3 2 1'],
      ['SIZE', '2 1 3'],
      ['SUBJECT', '2 3 1'],
      ['REVERSE SUBJECT', '1 3 2'],
      ['FROM', '1 3 2'],
      ['DISPLAYFROM', '2 3 1'],
      ['TO REVERSE DATE', '1 2 3'],
      ['CC', '1 2 3'],
      ['DISPLAYTO SIZE', '2 1 3'],
    ]) {
      const [sorted] = await client.ok(`SORT (${criteria}) UTF-8 ALL`);
      // INTERNALDATE has seconds, within which all three may have arrived.
      if (!criteria!.includes('ARRIVAL')) expect([criteria, sorted]).toEqual([criteria, `* SORT ${order}`]);
    }
    expect(await client.ok('UID SORT (SIZE) US-ASCII 1:2')).toEqual(['* SORT 2 1']);
    const { untagged } = await client.command('SORT RETURN (MIN MAX COUNT ALL) (DATE) UTF-8 ALL');
    expect(untagged[0]).toMatch(/^\* ESEARCH \(TAG "t\d+"\) MIN 3 MAX 1 ALL 3,2,1 COUNT 3$/);
    expect(await client.ok('SORT (SIZE) UTF-8 FROM nobody')).toEqual(['* SORT']);
    expect(await client.ok('THREAD REFERENCES UTF-8 ALL')).toEqual(['* THREAD (3)(2)(1)']);
    expect(await client.ok('UID THREAD ORDEREDSUBJECT UTF-8 1')).toEqual(['* THREAD (1)']);
    expect(await client.ok('THREAD REFERENCES UTF-8 FROM nobody')).toEqual(['* THREAD']);
    for (const wrong of [
      'SORT () UTF-8 ALL',
      'SORT (FOO) UTF-8 ALL',
      'SORT (SIZE) ALL',
      'THREAD X UTF-8 ALL',
    ]) {
      expect(await client.status(wrong)).toBe('BAD');
    }
    expect((await client.command('SORT (SIZE) X-NONE ALL')).tagged).toMatch(/^NO \[BADCHARSET/);
  });

  it('keeps what a search found under the name $ until the next', async () => {
    const client = await imap.raw(await imap.mailbox());
    for (let number = 1; number <= 5; number++) await client.append('INBOX', message(`m${number}`));
    await client.ok('SELECT INBOX');
    expect(await client.ok('FETCH $ UID')).toEqual([]);
    expect(await client.ok('SEARCH RETURN (SAVE) 2:4')).toEqual([]);
    expect(await client.ok('FETCH $ UID')).toHaveLength(3);
    expect(await client.ok('SEARCH NOT $')).toEqual(['* SEARCH 1 5']);
    expect(await client.ok('UID STORE $ +FLAGS.SILENT (\\Deleted)')).toEqual([]);
    expect((await client.ok('SEARCH RETURN (SAVE MIN MAX) $'))[0]).toMatch(/ MIN 2 MAX 4$/);
    expect(await client.ok('UID EXPUNGE $')).toEqual(['* 2 EXPUNGE', '* 3 EXPUNGE', '* 3 RECENT']);
    expect(await client.ok('FETCH $ UID')).toEqual([]);
    await client.ok('SEARCH RETURN (SAVE COUNT) ALL');
    expect(await client.status('SEARCH RETURN (SAVE) FOO')).toBe('BAD');
    expect(await client.ok('FETCH $ UID')).toHaveLength(3);
    expect(await client.status('SEARCH RETURN (SAVE) CHARSET X-NONE ALL')).toBe('NO');
    expect(await client.ok('SEARCH YOUNGER 3600 $')).toHaveLength(1);
    await client.ok('SELECT INBOX');
    expect(await client.ok('COPY $ Archive')).toEqual([]);
    expect(await client.ok('SEARCH OLDER 3600')).toEqual(['* SEARCH']);
    expect(await client.status('SEARCH YOUNGER 0')).toBe('BAD');
  });

  it('find attachments by name in TEXT, and not in BODY', async () => {
    const client = await open(
      wire(`Content-Type: multipart/mixed; boundary=x

--x

see attachment
--x
Content-Type: application/pdf; name="=?utf-8?q?Angebot_M=C3=BCller.pdf?="
Content-Transfer-Encoding: base64

AAAA
--x--
`),
    );
    expect(await client.ok('SEARCH TEXT {11+}\r\nangebot m\xc3\xbc')).toEqual(['* SEARCH 1']);
    expect(await client.ok('SEARCH BODY pdf')).toEqual(['* SEARCH']);
    expect(await client.ok('SEARCH BODY "see attach"')).toEqual(['* SEARCH 1']);
  });

  it('never fail of their own accord', () => {
    expect(imap.errors).toEqual([]);
  });
});
