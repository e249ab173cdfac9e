// Extensions on a socket: several messages in one APPEND, decoded parts, names for good, and catching up.
import { sql } from 'kysely';
import { describe, expect, it } from 'vitest';
import { message, useImapServer, wire } from './testing/imap-server.ts';
import type { RawClient } from './testing/raw-client.ts';

describe('extensions', () => {
  const imap = useImapServer({
    messageBytes: 1_000_000,
    receivingBytes: 1_000_000,
    receivingTimeoutMs: 5000,
  });

  const open = async (...raws: Buffer[]): Promise<RawClient> => {
    const client = await imap.raw(await imap.mailbox());
    for (const raw of raws) await client.append('INBOX', raw);
    await client.ok('SELECT INBOX');
    return client;
  };

  it('MULTIAPPEND stores all messages or none', async () => {
    const client = await open();
    const two = '(\\Seen) {6+}\r\nfirst! " 1-Feb-2007 01:02:03 +0200" {6+}\r\nsecond';
    const { tagged } = await client.command(`APPEND INBOX ${two}`);
    expect(tagged).toMatch(/^OK \[APPENDUID \d+ 1:2\]/);
    expect(await client.ok('FETCH 1:2 (FLAGS RFC822.TEXT)')).toHaveLength(2);
    for (const [second, answer] of [
      ['{0+}\r\n', 'NO'],
      ['(\\Nonsense) {6+}\r\nsecond', 'BAD'],
      ['"no date" {6+}\r\nsecond', 'BAD'],
    ]) {
      expect(await client.status(`APPEND INBOX {6+}\r\nfirst! ${second}`)).toBe(answer);
    }
    expect((await client.command('APPEND none {1+}\r\na {1+}\r\nb')).tagged).toMatch(/^NO \[TRYCREATE\]/);
    expect(await client.ok('STATUS INBOX (MESSAGES)')).toEqual(['* STATUS "INBOX" (MESSAGES 2)']);
  });

  it('MULTIAPPEND over the quota stores nothing', async () => {
    const mailbox = await imap.mailbox(1500);
    const client = await imap.raw(mailbox);
    const piece = 'x'.repeat(1000);
    const { tagged } = await client.command(`APPEND INBOX {1000+}\r\n${piece} {1000+}\r\n${piece}`);
    expect(tagged).toMatch(/^NO \[OVERQUOTA\]/);
    expect(await client.ok('STATUS INBOX (MESSAGES)')).toEqual(['* STATUS "INBOX" (MESSAGES 0)']);
  });

  it('takes big messages one after the other where they do not fit beside each other', async () => {
    const client = await open();
    const others = await Promise.all([1, 2, 3].map(async () => imap.raw(await imap.mailbox())));
    const raw = Buffer.alloc(900_000, 'x\r\n');
    const hold = (tag: string) =>
      client.send(Buffer.concat([Buffer.from(`${tag} APPEND INBOX {${raw.length}+}\r\n`), raw.subarray(1)]));
    // Holds its share until the rest of it comes.
    hold('a');
    const waiting = others.map((other) => other.append('INBOX', raw));
    client.send('x\r\n');
    await Promise.all([client.answer('a'), ...waiting]);
    hold('b');
    const refused = await others[0]!.command(`APPEND INBOX {${raw.length}}`);
    expect(refused.tagged).toMatch(/^NO \[UNAVAILABLE\]/);
    client.send('x\r\n');
    expect((await client.answer('b')).tagged).toMatch(/^OK/);
  });

  it('BINARY undoes transfer encodings, and says where it cannot', async () => {
    const client = await open(
      wire(`Content-Type: multipart/mixed; boundary=x

--x
Content-Transfer-Encoding: Quoted-Printable

soft=
ly  =20
=C3=A4 =zz
--x
Content-Type: application/octet-stream
Content-Transfer-Encoding: base64

AGFi
Yw==
--x
Content-Transfer-Encoding: x-own

abc
--x--
`),
    );
    const binary = async (item: string) => (await client.ok(`FETCH 1 ${item}`))[0];
    expect(await binary('BINARY.PEEK[1]')).toBe('* 1 FETCH (BINARY[1] {17}\r\nsoftly   \r\n\xc3\xa4 =zz)');
    expect(await binary('BINARY.SIZE[1]')).toBe('* 1 FETCH (BINARY.SIZE[1] 17)');
    expect(await binary('BINARY.PEEK[1]<4.2>')).toBe('* 1 FETCH (BINARY[1]<4> {2}\r\nly)');
    expect(await binary('BINARY.PEEK[1]<14>')).toBe('* 1 FETCH (BINARY[1]<14> {3}\r\n=zz)');
    const [header] = await client.ok('FETCH 1 BODY.PEEK[1.MIME]');
    expect(await binary('BINARY.PEEK[1.MIME]')).toBe(header!.replace('BODY', 'BINARY'));
    expect(await binary('BINARY.SIZE[1.MIME]')).toBe(
      `* 1 FETCH (BINARY.SIZE[1.MIME] ${/\{(\d+)\}/.exec(header!)?.[1]})`,
    );
    expect(await client.status('FETCH 1 BODY.PEEK[1]<14>')).toBe('BAD');
    expect(await binary('BINARY.PEEK[9]')).toBe('* 1 FETCH (BINARY[9] NIL)');
    const failed = await client.command('FETCH 1 (UID BINARY.PEEK[3] FLAGS)');
    expect(failed.untagged).toEqual(['* 1 FETCH (UID 1 BINARY[3] NIL FLAGS (\\Recent))']);
    expect(failed.tagged).toMatch(/^NO \[UNKNOWN-CTE\]/);
    // NUL makes it a literal8, which is not read to its end as a line would be.
    client.send('b FETCH 1 BINARY[2]\r\n');
    expect((await client.answer('b')).untagged).toEqual([
      '* 1 FETCH (BINARY[2] ~{4}\r\n\0abc FLAGS (\\Seen \\Recent))',
    ]);
    // Anywhere else it would end what a client reads: there it is another octet (RFC 3501 §4.3).
    await client.ok('APPEND INBOX ~{4+}\r\n\0abc');
    expect(await client.ok('FETCH 2 BODY.PEEK[]')).toEqual(['* 2 FETCH (BODY[] {4}\r\n\x80abc)']);
  });

  it('OBJECTID names mailboxes and messages for good', async () => {
    const client = await open(message('m1'));
    const id = /MAILBOXID (\(F[\w-]+\))/;
    const created = id.exec((await client.command('CREATE box')).tagged)?.[1];
    expect(created).toMatch(/^\(F/);
    await client.ok('RENAME box renamed');
    expect(await client.ok('STATUS renamed (MAILBOXID)')).toEqual([
      `* STATUS "renamed" (MAILBOXID ${created})`,
    ]);
    const [mine] = await client.ok('FETCH 1 (EMAILID THREADID)');
    expect(mine).toMatch(/^\* 1 FETCH \(EMAILID \(M[0-9a-f]{40}\) THREADID NIL\)$/);
    await client.ok('COPY 1 renamed');
    const selected = await client.ok('SELECT renamed');
    expect(selected.join()).toContain(`MAILBOXID ${created}`);
    expect(await client.ok('FETCH 1 (EMAILID THREADID)')).toEqual([mine]);
    const emailId = /M[0-9a-f]{40}/.exec(mine!)![0];
    expect(await client.ok(`SEARCH EMAILID ${emailId}`)).toEqual(['* SEARCH 1']);
    expect(await client.ok('SEARCH OR EMAILID M0 THREADID T0')).toEqual(['* SEARCH']);
  });
});

describe('QRESYNC', () => {
  const imap = useImapServer();

  type Cache = { uidValidity: number; modseq: number; flags: Map<number, string> };

  const codeOf = (lines: string[], name: string): number =>
    Number(new RegExp(`\\[${name} (\\d+)\\]`).exec(lines.join('\n'))?.[1]);

  const apply = (cache: Cache, lines: string[]) => {
    for (const line of lines) {
      const vanished = /^\* VANISHED (?:\(EARLIER\) )?(.*)$/.exec(line)?.[1];
      for (const part of vanished?.split(',') ?? []) {
        const [low, high = low] = part.split(':').map(Number) as [number, number?];
        for (const uid of [...cache.flags.keys()]) if (uid >= low && uid <= high!) cache.flags.delete(uid);
      }
      const [, uid, flags] = /FETCH \(UID (\d+) FLAGS \(([^)]*)\)/.exec(line) ?? [];
      if (uid) cache.flags.set(Number(uid), flags!.replace(/ ?\\Recent/, ''));
    }
  };

  const resume = async (client: RawClient, cache: Cache, known = '') => {
    await client.ok('ENABLE QRESYNC');
    const lines = await client.ok(`SELECT INBOX (QRESYNC (${cache.uidValidity} ${cache.modseq}${known}))`);
    apply(cache, lines);
    cache.modseq = codeOf(lines, 'HIGHESTMODSEQ');
    return lines;
  };

  const now = async (client: RawClient): Promise<Map<number, string>> => {
    const seen: Cache = { uidValidity: 0, modseq: 0, flags: new Map() };
    apply(seen, await client.ok('UID FETCH 1:* (UID FLAGS)'));
    return seen.flags;
  };

  const firstVisit = async (client: RawClient): Promise<Cache> => {
    const lines = await client.ok('SELECT INBOX');
    const flags = await now(client);
    return { uidValidity: codeOf(lines, 'UIDVALIDITY'), modseq: codeOf(lines, 'HIGHESTMODSEQ'), flags };
  };

  it('brings a client that was away to where everybody is, whatever happened', async () => {
    const mailbox = await imap.mailbox();
    const other = await imap.raw(mailbox);
    for (let number = 1; number <= 12; number++) await other.append('INBOX', message(`m${number}`));
    await other.ok('SELECT INBOX');
    const cache = await firstVisit(await imap.raw(mailbox));
    for (const change of [
      'STORE 2:3 +FLAGS (\\Flagged k1)',
      'STORE 4,6 +FLAGS (\\Deleted)',
      'EXPUNGE',
      'MOVE 1 INBOX',
      'MOVE 2 Trash',
      'COPY 1 INBOX',
      'STORE 1:* -FLAGS (\\Flagged)',
      'NOOP',
    ]) {
      await other.ok(change);
      const client = await imap.raw(mailbox);
      await resume(client, cache);
      expect([change, [...cache.flags].sort()]).toEqual([change, [...(await now(client))].sort()]);
      client.close();
    }
    // Removals that are forgotten: then everything that is not there is said to be gone.
    await other.ok('STORE 1 +FLAGS (\\Deleted)');
    await other.ok('EXPUNGE');
    await sql`delete from mail.expunged`.execute(imap.db);
    const client = await imap.raw(mailbox);
    const lines = await resume(client, cache);
    expect(lines.some((line) => line.startsWith('* VANISHED (EARLIER) '))).toBe(true);
    expect([...cache.flags].sort()).toEqual([...(await now(client))].sort());
    expect(imap.errors).toEqual([]);
  });

  it('tells of nothing but known UIDs, and of nothing when the folder is another', async () => {
    const mailbox = await imap.mailbox();
    const other = await imap.raw(mailbox);
    for (let number = 1; number <= 6; number++) await other.append('INBOX', message(`m${number}`));
    const cache = await firstVisit(await imap.raw(mailbox));
    await other.ok('SELECT INBOX');
    await other.ok('STORE 1,5 +FLAGS (\\Deleted)');
    await other.ok('EXPUNGE');
    await other.ok('STORE 1:* +FLAGS (\\Seen)');
    const told = (lines: string[]) => lines.filter((line) => /VANISHED|FETCH/.test(line));
    const some = await imap.raw(mailbox);
    expect(told(await resume(some, { ...cache, flags: new Map() }, ' 1:3 (1,3 1,3)'))).toEqual([
      '* VANISHED (EARLIER) 1',
      expect.stringMatching(/^\* 1 FETCH \(UID 2 FLAGS \(\\Seen\) MODSEQ \(\d+\)\)$/),
      expect.stringMatching(/^\* 2 FETCH \(UID 3 FLAGS \(\\Seen\) MODSEQ \(\d+\)\)$/),
    ]);
    const none = await imap.raw(mailbox);
    expect(told(await resume(none, { ...cache, uidValidity: cache.uidValidity + 1 }))).toEqual([]);
  });

  it('tells of removals by UID, also of earlier ones when asked', async () => {
    const mailbox = await imap.mailbox();
    const [one, two] = await Promise.all([imap.raw(mailbox), imap.raw(mailbox)]);
    for (let number = 1; number <= 5; number++) await one.append('INBOX', message(`m${number}`));
    expect(await two.status('SELECT INBOX (QRESYNC (1 1))')).toBe('BAD');
    expect(await two.ok('ENABLE QRESYNC CONDSTORE X-NONE')).toEqual(['* ENABLED CONDSTORE QRESYNC']);
    const modseq = codeOf(await two.ok('SELECT INBOX'), 'HIGHESTMODSEQ');
    await one.ok('SELECT INBOX');
    await one.ok('STORE 2:3,5 +FLAGS.SILENT (\\Deleted)');
    const plain = await one.command('UID EXPUNGE 2:3');
    expect(plain.untagged).toContain('* 2 EXPUNGE');
    expect(plain.tagged).toBe('OK EXPUNGE completed');
    expect((await two.ok('FETCH 1 (UID)')).join()).not.toContain('VANISHED');
    expect(await two.ok('NOOP')).toContain('* VANISHED 2:3');
    expect(await two.ok(`UID FETCH 1:4 (FLAGS) (CHANGEDSINCE ${modseq} VANISHED)`)).toContain(
      '* VANISHED (EARLIER) 2:3',
    );
    const { untagged, tagged } = await two.command('EXPUNGE');
    expect(untagged).toContain('* VANISHED 5');
    expect(tagged).toMatch(/^OK \[HIGHESTMODSEQ \d+\]/);
    await one.ok('NOOP');
    await one.ok('ENABLE CONDSTORE');
    await one.ok('STORE 1 +FLAGS.SILENT (\\Deleted)');
    expect((await one.command('EXPUNGE')).tagged).toMatch(/^OK \[HIGHESTMODSEQ \d+\]/);
    expect(await two.status('FETCH 1 (UID) (CHANGEDSINCE 1 VANISHED)')).toBe('BAD');
    expect(await two.status('UID FETCH 1 (UID) (VANISHED)')).toBe('BAD');
    expect(await one.status('UID FETCH 1 (UID) (CHANGEDSINCE 1 VANISHED)')).toBe('BAD');
  });
});
