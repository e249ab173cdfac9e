// What is derived from a message: envelope, structure, dates and texts to search in.
import { describe, expect, it } from 'vitest';
import { parseAddressList } from './address-list.ts';
import { describeMessage, parseSentDate } from './message-description.ts';
import { parseStructuredField } from './mime-parameters.ts';
import { parseMime } from './mime-tree.ts';
import { foldForSearch, searchableBodies, searchableField, searchableHeader } from './search-text.ts';

const octets = (text: string) => Buffer.from(text.replace(/\n/g, '\r\n'));

describe('envelope', () => {
  it('shows every field, and From in place of an empty Sender or Reply-To', () => {
    const { envelope } = describeMessage(
      octets(`Date: Sat, 01 Feb 2007 01:02:03 +0200
Subject: =?utf-8?Q?=C3=A4?= folded
 subject
From: "Quoted, Name" <q@x.example>
Sender:
To: team: a@x.example, "B" <b@x.example>;, c@x.example (Cee)
Cc: undisclosed-recipients:;
In-Reply-To: <one@x.example>
Message-ID: <two@x.example>

body
`),
    );
    const from = '(("Quoted, Name" NIL "q" "x.example"))';
    const to = [
      '(NIL NIL "team" NIL)',
      '(NIL NIL "a" "x.example")',
      '("B" NIL "b" "x.example")',
      '(NIL NIL NIL NIL)',
      '("Cee" NIL "c" "x.example")',
    ].join('');
    const cc = '((NIL NIL "undisclosed-recipients" NIL)(NIL NIL NIL NIL))';
    expect(envelope).toBe(
      `("Sat, 01 Feb 2007 01:02:03 +0200" "=?utf-8?Q?=C3=A4?= folded subject" ${from} ${from} ${from} (${to}) ${cc} NIL "<one@x.example>" "<two@x.example>")`,
    );
  });

  it('sends 8-bit and long texts as literals, with their length in octets', () => {
    const { envelope } = describeMessage(octets(`Subject: grüß\nMessage-ID: ${'x'.repeat(2000)}\n\n`));
    expect(envelope).toContain('NIL {6}\r\ngr\xc3\xbc\xc3\x9f NIL');
    expect(envelope).toContain(`{2000}\r\n${'x'.repeat(2000)}`);
  });
});

describe('address lists', () => {
  const read = (text: string) =>
    parseAddressList(text).map(({ name, route, mailbox, host }) => [name, route, mailbox, host]);

  it.each([
    ['a@b.example', [[null, null, 'a', 'b.example']]],
    ['Name <a@b>', [['Name', null, 'a', 'b']]],
    ['Two Words <a@b>', [['Two Words', null, 'a', 'b']]],
    ['"a \\"b\\"" <a@b>', [['a "b"', null, 'a', 'b']]],
    ['<@one,@two:a@b>', [[null, '@one,@two', 'a', 'b']]],
    ['a@b (Real (nested) Name)', [['Real (nested) Name', null, 'a', 'b']]],
    ['<a (comment)@ (comment) b>', [[null, null, 'a', 'b']]],
    ['"quoted local"@b', [[null, null, 'quoted local', 'b']]],
    ['a@[192.0.2.1]', [[null, null, 'a', '[192.0.2.1]']]],
    [
      'a@b, , c@d',
      [
        [null, null, 'a', 'b'],
        [null, null, 'c', 'd'],
      ],
    ],
    [
      'g: a@b;, h: c@d',
      [
        [null, null, 'g', null],
        [null, null, 'a', 'b'],
        [null, null, null, null],
        [null, null, 'h', null],
        [null, null, 'c', 'd'],
        [null, null, null, null],
      ],
    ],
    ['no address', [[null, null, 'no address', '']]],
    ['<>', [[null, null, '', '']]],
    ['"unterminated <a@b>', [[null, null, 'unterminated <a@b>', '']]],
    ['(only a comment)', []],
    ['', []],
  ])('reads %j', (text, addresses) => {
    expect(read(text)).toEqual(addresses);
  });
});

describe('structured fields', () => {
  it.each([
    ['text/plain', 'text/plain', []],
    ['text/plain; charset=utf-8', 'text/plain', [['charset', 'utf-8']]],
    ['Text/Plain ; Charset = "utf-8" ;', 'Text/Plain', [['charset', 'utf-8']]],
    ['a/b; name="x; y=\\"z\\""', 'a/b', [['name', 'x; y="z"']]],
    ['a/b; charset=us-ascii (Plain (old) text)', 'a/b', [['charset', 'us-ascii']]],
    ['a/b; name=two words.pdf', 'a/b', [['name', 'two words.pdf']]],
    ['a/b; name*1=two; name*0=one', 'a/b', [['name', 'onetwo']]],
    ['a/b; name*0*=utf-8\'\'%e2%82%ac; name*1=" rates"', 'a/b', [['name*', "utf-8''%e2%82%ac%20rates"]]],
    ["attachment; filename*=utf-8''%e2%82%ac.txt", 'attachment', [['filename*', "utf-8''%e2%82%ac.txt"]]],
    ['a/b; =x; novalue; y=', 'a/b', [['y', '']]],
  ])('reads %j', (text, value, parameters) => {
    expect(parseStructuredField(text)).toEqual({ value, parameters });
  });
});

describe('structure', () => {
  it('describes every part, with extension data only in BODYSTRUCTURE', () => {
    const { body, bodystructure } = describeMessage(
      octets(`Content-Type: multipart/mixed; boundary=b

--b

one
two
--b
Content-Type: application/pdf; name="a.pdf"
Content-Transfer-Encoding: BASE64
Content-ID: <id@x>
Content-Description: a file
Content-Disposition: attachment; filename="a.pdf"
Content-Language: en, de
Content-Location: http://x.example/
Content-MD5: abc==

AAAA
--b
Content-Type: message/rfc822

Subject: inside

text
--b--
`),
    );
    const inside = '(NIL "inside" NIL NIL NIL NIL NIL NIL NIL NIL)';
    expect(body).toBe(
      `(("text" "plain" ("charset" "us-ascii") NIL NIL "7bit" 8 1)("application" "pdf" ("name" "a.pdf") "<id@x>" "a file" "base64" 4)("message" "rfc822" NIL NIL NIL "7bit" 23 ${inside} ("text" "plain" ("charset" "us-ascii") NIL NIL "7bit" 4 0) 2) "mixed")`,
    );
    expect(bodystructure).toContain(
      '"base64" 4 "abc==" ("attachment" ("filename" "a.pdf")) ("en" "de") "http://x.example/")',
    );
    expect(bodystructure).toMatch(/"mixed" \("boundary" "b"\) NIL NIL NIL\)$/);
  });
});

describe('dates', () => {
  it.each([
    ['Sat, 24 Mar 2007 23:00:00 +0200', '2007-03-24'],
    ['5 mar 20 10:00 GMT', '2020-03-05'],
    ['1 January 99 00:00', '1999-01-01'],
    ['31 Feb 2020 10:00:00 +0000', null],
    ['1 Foo 2020', null],
    ['2020-01-01', null],
    ['', null],
  ])('takes the day of %j as it is written', (text, date) => {
    expect(parseSentDate(text)).toBe(date);
  });
});

describe('texts to search in', () => {
  const texts = (raw: Buffer) => [...searchableBodies(raw, parseMime(raw))];

  it('decodes transfer encodings and charsets', () => {
    const part = (head: string, body: string) => texts(octets(`${head}\n\n${body}`)).join();
    expect(
      part(
        'Content-Type: text/plain; charset=iso-8859-1\nContent-Transfer-Encoding: quoted-printable',
        'M=E4n=\ntel',
      ),
    ).toBe('mäntel');
    const base64 = Buffer.from('Größe', 'utf8').toString('base64');
    expect(part('Content-Type: text/html; charset=UTF-8\nContent-Transfer-Encoding: base64', base64)).toBe(
      'größe',
    );
    expect(part('Content-Type: text/plain; charset=no-such-charset', 'PLAIN')).toBe('plain');
    expect(part('Content-Type: text/plain; charset=us-ascii', 'ungenannt: ü')).toBe('ungenannt: ü');
    expect(part('Content-Type: image/png', 'pixels')).toBe('');
  });

  it('decodes headers, and shows addresses without comments', () => {
    const raw = octets(`From: =?iso-8859-1?Q?J=FCrgen?= <odd (x)@ (y) mail.example>
Subject: =?utf-8?B?w6TD?= =?utf-8?B?tg==?=
 Folded
X-Raw: grüße

`);
    const { header } = parseMime(raw);
    expect(searchableField(raw, header, 'from')).toContain('jürgen <odd@mail.example>');
    expect(searchableField(raw, header, 'subject')).toContain('folded');
    expect(searchableField(raw, header, 'x-raw')).toBe('grüße');
    expect(searchableField(raw, header, 'x-none')).toBeNull();
    expect(searchableHeader(raw, header)).toContain('x-raw: grüße');
    expect(describeMessage(raw).searchHeaders).toEqual({
      from: searchableField(raw, header, 'from'),
      subject: searchableField(raw, header, 'subject'),
    });
  });

  it('compares composed and decomposed characters as equal', () => {
    expect(foldForSearch('A\u0308')).toBe(foldForSearch('Ä'));
  });
});
