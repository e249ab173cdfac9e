// FETCH, STORE, COPY, MOVE and EXPUNGE on a socket.
import { describe, expect, it } from 'vitest';
import { message, useImapServer, wire } from './testing/imap-server.ts';
import type { RawClient } from './testing/raw-client.ts';

const nested = `From: root@mail.example
Content-Type: multipart/mixed; boundary="foo
 bar"

Root prologue

--foo bar
Content-Type: text/x-own; charset=us-ascii

hello

--foo bar
Content-Type: message/rfc822

From: sub@mail.example
Subject: submessage
Content-Type: multipart/digest; boundary="sub"

--sub${' '}

Subject: m1

m1 body

--sub
X-Mime: m2 header

Subject: m2

m2 body

--sub--
Sub epilogue

--foo bar--
Root epilogue
`;

describe('messages', () => {
  const imap = useImapServer();

  const open = async (...raws: Buffer[]): Promise<RawClient> => {
    const client = await imap.raw(await imap.mailbox());
    for (const raw of raws) await client.append('INBOX', raw);
    await client.ok('SELECT INBOX');
    return client;
  };
  const section = async (client: RawClient, item: string): Promise<string | null> => {
    const [response] = await client.ok(`FETCH 1 (${item})`);
    if (response!.endsWith(' NIL)')) return null;
    const [, size, rest] = /\{(\d+)\}\r\n([\s\S]*)$/.exec(response!) ?? [];
    return rest!.slice(0, Number(size));
  };

  it('serves every section of a nested message as the octets that lie there', async () => {
    const raw = wire(nested);
    const client = await open(raw);
    const text = raw.toString();
    const between = (start: string, end: string) =>
      text.slice(text.indexOf(wire(start).toString()), text.indexOf(wire(end).toString()));
    const inner = between('From: sub@', '\n--foo bar--');
    const expected: Record<string, string | null> = {
      '': text,
      HEADER: between('From: root', 'Root prologue'),
      TEXT: text.slice(text.indexOf('Root prologue')),
      '1': 'hello\r\n',
      '1.MIME': 'Content-Type: text/x-own; charset=us-ascii\r\n\r\n',
      '1.HEADER': null,
      '2': inner,
      '2.MIME': 'Content-Type: message/rfc822\r\n\r\n',
      '2.HEADER': between('From: sub@', '--sub \n'),
      '2.TEXT': inner.slice(inner.indexOf('--sub ')),
      '2.HEADER.FIELDS (subject X-None)': 'Subject: submessage\r\n\r\n',
      '2.HEADER.FIELDS.NOT (content-type "From")': 'Subject: submessage\r\n\r\n',
      '2.1': 'Subject: m1\r\n\r\nm1 body\r\n',
      '2.1.MIME': '\r\n',
      '2.1.HEADER': 'Subject: m1\r\n\r\n',
      '2.1.TEXT': 'm1 body\r\n',
      '2.1.1': 'm1 body\r\n',
      '2.2.MIME': 'X-Mime: m2 header\r\n\r\n',
      '2.2': 'Subject: m2\r\n\r\nm2 body\r\n',
      'HEADER.FIELDS (x-none)': '\r\n',
      '3': null,
      '2.3': null,
      '1.1': null,
    };
    for (const [name, octets] of Object.entries(expected)) {
      expect([name, await section(client, `BODY.PEEK[${name}]`)]).toEqual([name, octets]);
    }
    expect(await section(client, 'RFC822')).toBe(text);
    expect(await section(client, 'RFC822.HEADER')).toBe(expected.HEADER);
    expect(await section(client, 'RFC822.TEXT')).toBe(expected.TEXT);
  });

  it('cuts a part of a section, also past its end', async () => {
    const raw = message('partial', '0123456789');
    const client = await open(raw);
    const fetched = async (range: string) => (await client.ok(`FETCH 1 BODY.PEEK[TEXT]<${range}>`))[0];
    expect(await fetched('0.3')).toBe('* 1 FETCH (BODY[TEXT]<0> {3}\r\n012)');
    expect(await fetched('8.100')).toBe('* 1 FETCH (BODY[TEXT]<8> {2}\r\n89)');
    expect(await fetched('100.4294967295')).toBe('* 1 FETCH (BODY[TEXT]<100> {0}\r\n)');
    expect((await client.ok('FETCH 1 BODY.PEEK[HEADER.FIELDS (Subject)]<3.4>'))[0]).toContain(
      '<3> {4}\r\nject)',
    );
  });

  it('sends a message much bigger than what it holds at once, whole and in slices', async () => {
    const raw = message('big', `${'0123456789abcdef'.repeat(4)}\n`.repeat(30_000));
    const client = await open(raw);
    expect(Buffer.from((await section(client, 'BODY.PEEK[]'))!, 'latin1').equals(raw)).toBe(true);
    const slice = await section(client, 'BODY.PEEK[]<1000000.300000>');
    expect(slice).toBe(raw.toString('latin1', 1_000_000, 1_300_000));
  });

  it('answers the macros and several items in one response', async () => {
    const raw = message('macros');
    const client = await open(raw);
    await client.ok('STORE 1 FLAGS (\\Seen)');
    const [fast] = await client.ok('FETCH 1 FAST');
    expect(fast).toMatch(
      /^\* 1 FETCH \(FLAGS \(\\Seen \\Recent\) INTERNALDATE "[^"]{26}" RFC822.SIZE \d+\)$/,
    );
    expect((await client.ok('FETCH 1 ALL'))[0]).toContain(
      'ENVELOPE ("Thu, 05 Mar 2020 10:00:00 +0100" "macros" ((',
    );
    expect((await client.ok('FETCH 1 FULL'))[0]).toContain(
      'BODY ("text" "plain" ("charset" "us-ascii") NIL NIL "7bit" 8 1)',
    );
    expect(await client.ok('fetch 1 (uid rfc822.size)')).toEqual([
      `* 1 FETCH (UID 1 RFC822.SIZE ${raw.length})`,
    ]);
    expect(await client.ok('UID FETCH 1 RFC822.SIZE')).toEqual([
      `* 1 FETCH (UID 1 RFC822.SIZE ${raw.length})`,
    ]);
  });

  it('understands every form of a message set', async () => {
    const client = await open(message('a'), message('b'), message('c'));
    const uids = async (command: string) =>
      (await client.ok(command)).map((line) => Number(/UID (\d+)/.exec(line)![1]));
    expect(await uids('FETCH 3:1 UID')).toEqual([1, 2, 3]);
    expect(await uids('FETCH 1,* UID')).toEqual([1, 3]);
    expect(await uids('FETCH *:2 UID')).toEqual([2, 3]);
    expect(await uids('FETCH 2,2,1:2 UID')).toEqual([1, 2]);
    await client.ok('STORE 2 FLAGS.SILENT \\Deleted');
    expect(await client.ok('EXPUNGE')).toEqual(['* 2 EXPUNGE', '* 2 RECENT']);
    expect(await uids('UID FETCH 1:* UID')).toEqual([1, 3]);
    expect(await uids('UID FETCH 100:* UID')).toEqual([3]);
    expect(await uids('UID FETCH 2,50:60 UID')).toEqual([]);
  });

  it('keeps the date and the zone a message was appended with', async () => {
    const raw = message('dated');
    const client = await imap.raw(await imap.mailbox());
    await client.ok(`APPEND INBOX " 1-Feb-2007 01:02:03 +0530" {${raw.length}+}\r\n${raw}`);
    await client.ok('SELECT INBOX');
    expect(await client.ok('FETCH 1 INTERNALDATE')).toEqual([
      '* 1 FETCH (INTERNALDATE " 1-Feb-2007 01:02:03 +0530")',
    ]);
    // The day is that of the given zone: in UTC it was still January.
    expect(await client.ok('SEARCH ON 1-Feb-2007')).toEqual(['* SEARCH 1']);
    expect(await client.ok('SEARCH BEFORE 1-Feb-2007')).toEqual(['* SEARCH']);
  });

  it('marks what is read as seen, except for a peek', async () => {
    const client = await open(message('seen'));
    expect((await client.ok('FETCH 1 BODY.PEEK[]'))[0]).not.toContain('FLAGS');
    expect((await client.ok('FETCH 1 RFC822.HEADER'))[0]).not.toContain('FLAGS');
    expect(await client.ok('SEARCH UNSEEN')).toEqual(['* SEARCH 1']);
    expect((await client.ok('FETCH 1 BODY[TEXT]'))[0]).toMatch(/ FLAGS \(\\Seen \\Recent\)\)$/);
    expect((await client.ok('FETCH 1 BODY[TEXT]'))[0]).not.toContain('FLAGS');
  });

  it('adds, removes and replaces flags, and tells of keywords before it uses them', async () => {
    const client = await open(message('flags'));
    expect(await client.ok('STORE 1 +FLAGS (\\seen $Work)')).toEqual([
      '* FLAGS (\\Answered \\Flagged \\Deleted \\Seen \\Draft $Work)',
      '* OK [PERMANENTFLAGS (\\Answered \\Flagged \\Deleted \\Seen \\Draft $Work \\*)] Flags permitted',
      '* 1 FETCH (UID 1 FLAGS (\\Seen $Work \\Recent))',
    ]);
    expect(await client.ok('STORE 1 +FLAGS $WORK \\Flagged')).toEqual([
      '* 1 FETCH (UID 1 FLAGS (\\Seen $Work \\Flagged \\Recent))',
    ]);
    expect(await client.ok('STORE 1 -FLAGS.SILENT (\\Seen $work)')).toEqual([]);
    expect(await client.ok('FETCH 1 FLAGS')).toEqual(['* 1 FETCH (FLAGS (\\Flagged \\Recent))']);
    expect(await client.ok('UID STORE 1 FLAGS ()')).toEqual(['* 1 FETCH (UID 1 FLAGS (\\Recent))']);
    expect(await client.ok('UID STORE 77 FLAGS (\\Seen)')).toEqual([]);
  });

  it('stores only where nothing changed since, and says where something did', async () => {
    const client = await open(message('a'), message('b'), message('c'));
    await client.ok('ENABLE CONDSTORE');
    const modseq = Number(/MODSEQ \((\d+)\)/.exec((await client.ok('FETCH 3 MODSEQ'))[0]!)![1]);
    await client.ok('STORE 2 +FLAGS.SILENT (\\Flagged)');
    const { untagged, tagged } = await client.command(
      `STORE 1:3 (UNCHANGEDSINCE ${modseq}) +FLAGS.SILENT (\\Seen)`,
    );
    expect(tagged).toMatch(/^OK \[MODIFIED 2\]/);
    expect(untagged).toEqual([
      expect.stringMatching(/^\* 1 FETCH \(MODSEQ/),
      expect.stringMatching(/^\* 3 FETCH/),
    ]);
    expect(await client.ok('SEARCH SEEN')).toEqual(['* SEARCH 1 3']);
    const changed = await client.ok(`FETCH 1:* (FLAGS) (CHANGEDSINCE ${modseq + 1})`);
    expect(changed.map((line) => line.slice(0, 9))).toEqual(['* 1 FETCH', '* 3 FETCH']);
  });

  it('shows mod-sequences from the first command on that needs them', async () => {
    const client = await open(message('a'));
    const [told] = await client.ok('FETCH 1 MODSEQ');
    expect(told).toMatch(/^\* OK \[HIGHESTMODSEQ \d+\]/);
    expect((await client.ok('STORE 1 +FLAGS (\\Seen)'))[0]).toMatch(/MODSEQ \(\d+\)\)$/);
  });

  it('copies with flags, dates and keywords, and says which copy is which', async () => {
    const client = await open(message('a'), message('b'), message('c'));
    await client.ok('STORE 1,3 FLAGS.SILENT (\\Seen $Kept)');
    const [date] = await client.ok('FETCH 3 INTERNALDATE');
    const { tagged } = await client.command('COPY 1,3 Archive');
    expect(tagged).toMatch(/^OK \[COPYUID \d+ 1,3 1:2\]/);
    await client.ok('COPY 1 INBOX');
    expect(await client.ok('SEARCH KEYWORD $kept')).toEqual(['* SEARCH 1 3 4']);
    const selected = await client.ok('SELECT Archive');
    expect(selected).toContain('* FLAGS (\\Answered \\Flagged \\Deleted \\Seen \\Draft $Kept)');
    expect((await client.ok('FETCH 2 (FLAGS INTERNALDATE)'))[0]).toBe(
      `* 2 FETCH (FLAGS (${['\\Seen', '$Kept', '\\Recent'].join(' ')}) ${date!.slice(date!.indexOf('INTERNALDATE'))}`,
    );
    expect((await client.command('UID COPY 99 INBOX')).tagged).toBe('OK COPY completed');
  });

  it('moves: COPYUID first, then EXPUNGE; within one folder the message gets a new UID', async () => {
    const client = await open(message('a'), message('b'));
    const { untagged, tagged } = await client.command('MOVE 1 Archive');
    expect(untagged).toEqual([
      expect.stringMatching(/^\* OK \[COPYUID \d+ 1 1\]/),
      '* 1 EXPUNGE',
      '* 1 RECENT',
    ]);
    expect(tagged).toMatch(/^OK/);
    const own = await client.ok('UID MOVE 2 INBOX');
    expect(own).toEqual([expect.stringMatching(/COPYUID \d+ 2 3\]/), '* 1 EXPUNGE', '* 1 EXISTS']);
    expect(await client.ok('FETCH 1 UID')).toEqual(['* 1 FETCH (UID 3)']);
  });

  it('expunges what is marked, all or those named', async () => {
    const client = await open(...['a', 'b', 'c', 'd'].map((subject) => message(subject)));
    await client.ok('STORE 1,2,4 +FLAGS.SILENT (\\Deleted)');
    expect(await client.ok('UID EXPUNGE 2:3')).toEqual(['* 2 EXPUNGE', '* 3 RECENT']);
    expect(await client.ok('EXPUNGE')).toEqual(['* 1 EXPUNGE', '* 2 EXPUNGE', '* 1 RECENT']);
    expect(await client.ok('UID SEARCH ALL')).toEqual(['* SEARCH 3']);
    expect(await client.ok('EXPUNGE')).toEqual([]);
  });

  it('never fails of its own accord', () => {
    expect(imap.errors).toEqual([]);
  });
});
