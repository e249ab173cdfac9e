// The grammar and the states of the protocol, on a socket: what clients send, odd but legal, and what is not.
import { describe, expect, it } from 'vitest';
import { message, password, useImapServer } from './testing/imap-server.ts';

describe('before signing in', () => {
  const imap = useImapServer({ guestTimeoutMs: 30_000 });

  it('offers no way to send a password in the clear', async () => {
    const mailbox = await imap.mailbox();
    const client = await imap.guest(false);
    const greeting = await client.greeting();
    expect(greeting).toMatch(/^\* OK \[CAPABILITY IMAP4rev1 .*STARTTLS LOGINDISABLED/);
    expect(greeting).not.toContain('AUTH=');
    const login = await client.command(`LOGIN ${mailbox.address} "${password}"`);
    expect(login.tagged).toMatch(/^NO \[PRIVACYREQUIRED\]/);
    const plain = Buffer.from(`\0${mailbox.address}\0${password}`).toString('base64');
    expect((await client.command(`AUTHENTICATE PLAIN ${plain}`)).tagged).toMatch(/^NO \[PRIVACYREQUIRED\]/);
  });

  it('signs in after STARTTLS and then offers it no more', async () => {
    const mailbox = await imap.mailbox();
    const client = await imap.guest(false);
    await client.greeting();
    await client.ok('STARTTLS');
    await client.startTls();
    const [capability] = await client.ok('CAPABILITY');
    expect(capability).toContain('AUTH=PLAIN');
    expect(capability).not.toMatch(/STARTTLS|LOGINDISABLED/);
    expect((await client.command('STARTTLS')).tagged).toMatch(/^BAD/);
    const { tagged } = await client.command(`LOGIN ${mailbox.address} "${password}"`);
    expect(tagged).toMatch(/^OK \[CAPABILITY IMAP4rev1 /);
  });

  it('drops commands smuggled in before TLS is up', async () => {
    const client = await imap.guest(false);
    await client.greeting();
    client.send('a STARTTLS\r\nb NOOP\r\n');
    expect((await client.answer('a')).tagged).toMatch(/^OK/);
    await client.startTls();
    const { untagged, tagged } = await client.command('NOOP');
    expect([untagged, tagged]).toEqual([[], 'OK Completed']);
  });

  it('authenticates with PLAIN and LOGIN, with and without an initial response', async () => {
    const { address } = await imap.mailbox();
    const plain = Buffer.from(`\0${address}\0${password}`).toString('base64');
    const [user, secret] = [address, password].map((text) => Buffer.from(text).toString('base64'));
    const dialogues = [
      [`AUTHENTICATE PLAIN ${plain}`],
      ['AUTHENTICATE PLAIN', plain],
      ['AUTHENTICATE LOGIN', user, secret],
      [`authenticate login ${user}`, secret],
    ];
    for (const [first, ...rest] of dialogues) {
      const client = await imap.guest(true);
      await client.greeting();
      client.send(`a ${first}\r\n`);
      for (const line of rest) {
        expect(await client.response()).toMatch(/^\+ /);
        client.send(`${line}\r\n`);
      }
      expect((await client.answer('a')).tagged).toMatch(/^OK/);
    }
  });

  it('lets a client cancel, and refuses to act for another mailbox', async () => {
    const { address } = await imap.mailbox();
    const client = await imap.guest(true);
    await client.greeting();
    client.send('a AUTHENTICATE PLAIN\r\n');
    await client.response();
    client.send('*\r\n');
    expect((await client.answer('a')).tagged).toMatch(/^BAD/);
    const other = Buffer.from(`other@mail.example\0${address}\0${password}`).toString('base64');
    expect((await client.command(`AUTHENTICATE PLAIN ${other}`)).tagged).toMatch(
      /^NO \[AUTHORIZATIONFAILED\]/,
    );
    expect(await client.status('AUTHENTICATE PLAIN not!base64')).toBe('BAD');
    expect(await client.status('AUTHENTICATE CRAM-MD5')).toBe('NO');
  });

  it('tells a wrong password from nothing else, and hangs up after five', async () => {
    const { address } = await imap.mailbox();
    const client = await imap.guest(true);
    await client.greeting();
    const wrong = await client.command(`LOGIN ${address} wrong`);
    const unknown = await client.command('LOGIN nobody@mail.example wrong');
    expect(wrong.tagged).toMatch(/^NO \[AUTHENTICATIONFAILED\]/);
    expect(unknown.tagged).toBe(wrong.tagged);
    for (let attempt = 3; attempt < 5; attempt++) await client.command(`LOGIN ${address} wrong`);
    const last = await client.command(`LOGIN ${address} wrong`);
    expect(last.untagged).toEqual([expect.stringMatching(/^\* BYE/)]);
    await client.ended();
  });

  it('takes user and password as literals, and no big ones from a stranger', async () => {
    const { address } = await imap.mailbox();
    const client = await imap.guest(true);
    await client.greeting();
    client.send(`a LOGIN {${address.length}}\r\n`);
    expect(await client.response()).toMatch(/^\+ /);
    client.send(`${address} {${password.length}+}\r\n${password}\r\n`);
    expect((await client.answer('a')).tagged).toMatch(/^OK/);

    const stranger = await imap.guest(true);
    await stranger.greeting();
    expect((await stranger.command('LOGIN {100000}')).tagged).toMatch(/^BAD \[TOOBIG\]/);
    expect(await stranger.status('NOOP')).toBe('OK');
    expect(await stranger.status('SELECT INBOX')).toBe('BAD');
  });

  it('admits only so many sessions of one mailbox', async () => {
    const mailbox = await imap.mailbox();
    const sessions = await Promise.all(Array.from({ length: 50 }, () => imap.raw(mailbox)));
    const client = await imap.guest(true);
    await client.greeting();
    expect((await client.command(`LOGIN ${mailbox.address} "${password}"`)).tagged).toMatch(/^NO \[LIMIT\]/);
    await sessions[0]!.ok('LOGOUT');
    await sessions[0]!.ended();
    expect(await client.status(`LOGIN ${mailbox.address} "${password}"`)).toBe('OK');
  });
});

describe('commands', () => {
  const imap = useImapServer({ messageBytes: 200_000 });

  it('are answered in order when sent all at once', async () => {
    const client = await imap.raw(await imap.mailbox());
    const raw = message('pipelined');
    client.send(`a CREATE x\r\nb APPEND x {${raw.length}+}\r\n${raw.toString('latin1')}\r\nc SELECT x\r\n`);
    client.send('d FETCH 1 RFC822.SIZE\r\ne STATUS INBOX (MESSAGES)\r\nf LOGOUT\r\n');
    for (const tag of ['a', 'b', 'c']) expect((await client.answer(tag)).tagged).toMatch(/^OK/);
    expect((await client.answer('d')).untagged).toEqual([`* 1 FETCH (RFC822.SIZE ${raw.length})`]);
    expect((await client.answer('e')).untagged).toEqual(['* STATUS "INBOX" (MESSAGES 0)']);
    expect((await client.answer('f')).untagged).toEqual(['* BYE Logging out']);
    await client.ended();
  });

  it('arrive in any pieces', async () => {
    const client = await imap.raw(await imap.mailbox());
    for (const char of 'a STATUS {5+}\r\nINBOX (MESSAGES)\r\n') {
      client.send(char);
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect((await client.answer('a')).untagged).toEqual(['* STATUS "INBOX" (MESSAGES 0)']);
  });

  it('may be written in any case, with bare line feeds and with strings of every form', async () => {
    const client = await imap.raw(await imap.mailbox());
    client.send('a nOoP\n');
    expect((await client.answer('a')).tagged).toMatch(/^OK/);
    for (const name of ['nil', '"a b"', '{3+}\r\nx y', '"back\\\\slash"', '"quo\\"te"', 'a]b', '&AOQ-']) {
      expect([name, await client.status(`CREATE ${name}`)]).toEqual([name, 'OK']);
    }
    const names = (await client.ok('LIST "" "*"')).map((line) => line.replace(/^.*"\/" /, ''));
    const made = ['"nil"', '"a b"', '"x y"', '"back\\\\slash"', '"quo\\"te"', '"a]b"', '"&AOQ-"'];
    expect(names).toEqual(expect.arrayContaining(made));
  });

  it.each([
    ['', '* BAD'],
    ['   ', '* BAD'],
    ['tag', '* BAD'],
    ['( NOOP', '* BAD'],
    ['a+ NOOP', '* BAD'],
    ['a', '* BAD'],
    ['a ', 'a BAD'],
    ['a UID', 'a BAD'],
    ['a UID NOOP', 'a BAD'],
    ['a NOOP now', 'a BAD'],
    ['a SELECT', 'a BAD'],
    ['a SELECT a b', 'a BAD'],
    ['a SELECT "a', 'a BAD'],
    ['a SELECT "\xe4', 'a BAD'],
    ['a LIST ""', 'a BAD'],
    ['a STATUS INBOX ()', 'a BAD'],
    ['a STATUS INBOX (SHOES)', 'a BAD'],
    ['a APPEND INBOX', 'a BAD'],
    ['a APPEND INBOX (\\Recent) {1+}\r\nx', 'a BAD'],
    ['a APPEND INBOX " 1-Foo-2020 00:00:00 +0000" {1+}\r\nx', 'a BAD'],
    ['a APPEND INBOX "31-Feb-2020 00:00:00 +0000" {1+}\r\nx', 'a BAD'],
    ['a ENABLE', 'a BAD'],
    ['a FETCH 1 FLAGS', 'a BAD'],
    ['a LIST (RECURSIVEMATCH) "" *', 'a BAD'],
    ['a LIST (SHOES) "" *', 'a BAD'],
    ['a LIST "" * RETURN (SHOES)', 'a BAD'],
    ['a LOGIN x y', 'a BAD'],
  ])('%j is answered %s and the session goes on', async (line, answer) => {
    const client = await imap.raw(await imap.mailbox());
    client.send(`${line}\r\n`);
    expect(await client.response()).toMatch(new RegExp(`^${answer.replace('*', '\\*')}`));
    expect(await client.status('NOOP')).toBe('OK');
  });

  it.each([
    'FETCH 0 FLAGS',
    'FETCH 3 FLAGS',
    'FETCH 1:3 FLAGS',
    'FETCH 4294967296 FLAGS',
    'FETCH 1,,2 FLAGS',
    'FETCH 1: FLAGS',
    'FETCH 1',
    'FETCH 1 ()',
    'FETCH 1 (ALL)',
    'FETCH 1 FLAGS UID',
    'FETCH 1 BODY.PEEK',
    'FETCH 1 BODY[MIME]',
    'FETCH 1 BODY[1.]',
    'FETCH 1 BODY[0]',
    'FETCH 1 BODY[HEADER.FIELDS ()]',
    'FETCH 1 BODY[]<0.0>',
    'FETCH 1 BODY[]<5>',
    'FETCH 1 BODY[',
    'FETCH 1 FLAGS (CHANGEDSINCE 0)',
    'FETCH 1 constructor',
    'STORE 1 FLAGS',
    'STORE 1 FLAGS (\\Recent)',
    'STORE 1 FLAGS (\\Unknown)',
    'STORE 1 FLAG (\\Seen)',
    'STORE 3 FLAGS ()',
    'SEARCH',
    'SEARCH SHOES',
    'SEARCH toString',
    'SEARCH OR SEEN',
    'SEARCH NOT',
    'SEARCH ()',
    'SEARCH BEFORE 2020-01-01',
    'SEARCH ON 31-Feb-2020',
    'SEARCH RETURN (SHOES) ALL',
    'SEARCH UID 0',
    'COPY 3 INBOX',
    'COPY 1',
    'UID EXPUNGE',
    'EXPUNGE 1',
  ])('%s is a bad command', async (command) => {
    const mailbox = await imap.mailbox();
    const client = await imap.raw(mailbox);
    await client.append('INBOX', message('one'));
    await client.append('INBOX', message('two'));
    await client.ok('SELECT INBOX');
    expect(await client.status(command)).toBe('BAD');
    expect(await client.status('FETCH 1:2 FLAGS')).toBe('OK');
  });

  it('hangs up on a client that sends nothing but nonsense', async () => {
    const client = await imap.raw(await imap.mailbox());
    for (let line = 0; line < 20; line++) client.send('GET / HTTP/1.1\r\n');
    expect(await client.ended()).toMatch(/\* BYE/);
  });

  it('refuses a message that is too big before it is sent, and skips one that was sent anyway', async () => {
    const client = await imap.raw(await imap.mailbox());
    expect((await client.command('APPEND INBOX {200001}')).tagged).toMatch(/^NO \[TOOBIG\]/);
    const big = Buffer.alloc(200_001, 'x');
    const command = Buffer.concat([Buffer.from('APPEND INBOX (\\Seen) {200001+}\r\n'), big]);
    expect((await client.command(command)).tagged).toMatch(/^NO \[TOOBIG\]/);
    expect(await client.ok('STATUS INBOX (MESSAGES)')).toEqual(['* STATUS "INBOX" (MESSAGES 0)']);
  });

  it('cuts off endless lines', async () => {
    const client = await imap.raw(await imap.mailbox());
    client.send(`a SEARCH ${'x'.repeat(300_000)}\r\n`);
    expect(await client.response()).toMatch(/BAD The command line is too long/);
    expect(await client.status('NOOP')).toBe('OK');
  });

  it('names the server, its namespace and its capabilities', async () => {
    const client = await imap.raw(await imap.mailbox());
    expect(await client.ok('ID ("name" "test" "version" NIL)')).toEqual(['* ID ("name" "InboxKit")']);
    expect(await client.ok('ID NIL')).toHaveLength(1);
    expect(await client.ok('NAMESPACE')).toEqual(['* NAMESPACE (("" "/")) NIL NIL']);
    expect(await client.ok('ENABLE CONDSTORE X-UNKNOWN')).toEqual(['* ENABLED CONDSTORE']);
    const [capability] = await client.ok('CAPABILITY');
    expect(capability).toContain('APPENDLIMIT=200000');
  });

  it('shows the quota and lets nobody set it', async () => {
    const client = await imap.raw(await imap.mailbox(10 * 1024 * 1024));
    await client.append('INBOX', message('one'));
    expect(await client.ok('GETQUOTAROOT INBOX')).toEqual([
      '* QUOTAROOT "INBOX" ""',
      '* QUOTA "" (STORAGE 1 10240)',
    ]);
    expect(await client.ok('GETQUOTA ""')).toEqual(['* QUOTA "" (STORAGE 1 10240)']);
    expect((await client.command('SETQUOTA "" (STORAGE 1)')).tagged).toMatch(/^NO \[NOPERM\]/);
    expect(imap.errors).toEqual([]);
  });
});
