// Several sessions on one mailbox: what one does the others see, in an order that keeps their message numbers right.
import { setTimeout as sleep } from 'node:timers/promises';
import { sql } from 'kysely';
import { describe, expect, it } from 'vitest';
import { deliverMessage } from '../store/deliver.ts';
import { removeMailboxStore } from '../store/mailbox.ts';
import { message, type TestMailbox, useImapServer } from './testing/imap-server.ts';
import type { RawClient } from './testing/raw-client.ts';

describe('two sessions', () => {
  const imap = useImapServer();

  const pair = async (messages: number): Promise<[RawClient, RawClient, TestMailbox]> => {
    const mailbox = await imap.mailbox();
    const [one, two] = await Promise.all([imap.raw(mailbox), imap.raw(mailbox)]);
    for (let number = 1; number <= messages; number++) await one.append('INBOX', message(`m${number}`));
    await one.ok('SELECT INBOX');
    await two.ok('SELECT INBOX');
    return [one, two, mailbox];
  };

  it('see new messages and flags of each other with their next command', async () => {
    const [one, two] = await pair(1);
    await one.ok('STORE 1 FLAGS (\\Flagged $new)');
    expect(await two.ok('NOOP')).toEqual([
      '* FLAGS (\\Answered \\Flagged \\Deleted \\Seen \\Draft $new)',
      '* OK [PERMANENTFLAGS (\\Answered \\Flagged \\Deleted \\Seen \\Draft $new \\*)] Flags permitted',
      '* 1 FETCH (UID 1 FLAGS (\\Flagged $new))',
    ]);
    await one.append('INBOX', message('m2'));
    expect(await two.ok('CHECK')).toEqual(['* 2 EXISTS']);
  });

  it('are not told of expunged messages while numbers may be in use', async () => {
    const [one, two] = await pair(4);
    await one.ok('STORE 2 FLAGS.SILENT (\\Deleted)');
    await one.ok('EXPUNGE');
    // By number nothing has moved yet, and the UID is still known.
    expect(await two.ok('FETCH 2:3 UID')).toEqual(['* 2 FETCH (UID 2)', '* 3 FETCH (UID 3)']);
    const gone = await two.command('FETCH 2:3 FLAGS');
    expect(gone.untagged).toEqual(['* 3 FETCH (FLAGS ())']);
    expect(gone.tagged).toMatch(/^OK \[EXPUNGEISSUED\]/);
    expect(await two.ok('SEARCH ALL')).toEqual(['* SEARCH 1 3 4']);
    expect(await two.ok('STORE 4 +FLAGS (\\Seen)')).toEqual(['* 4 FETCH (UID 4 FLAGS (\\Seen))']);
    expect(await two.ok('UID FETCH 4 UID')).toEqual(['* 4 FETCH (UID 4)', '* 2 EXPUNGE']);
    expect(await two.ok('FETCH 3 UID')).toEqual(['* 3 FETCH (UID 4)']);
  });

  it('copy all of the messages they name by number or none, and by UID what is there', async () => {
    const [one, two] = await pair(4);
    const remove = async (number: number) => {
      await one.ok(`STORE ${number} FLAGS.SILENT (\\Deleted)`);
      await one.ok('EXPUNGE');
    };
    await remove(2);
    const missed = await two.command('COPY 2:3 Archive');
    expect(missed.tagged).toMatch(/^NO \[EXPUNGEISSUED\]/);
    expect(missed.untagged).toEqual(['* 2 EXPUNGE']);
    expect(await two.ok('STATUS Archive (MESSAGES)')).toEqual(['* STATUS "Archive" (MESSAGES 0)']);
    await remove(2);
    expect((await two.command('UID COPY 3:4 Archive')).tagged).toMatch(/^OK \[COPYUID \d+ 4 1\]/);
    await two.ok('SEARCH RETURN (SAVE) ALL');
    await remove(2);
    expect((await two.command('COPY $ Archive')).tagged).toMatch(/^OK \[COPYUID \d+ 1 2\]/);
  });

  it('are told of nothing after LOGOUT but its end', async () => {
    const [one, two] = await pair(2);
    await one.ok('STORE 1 FLAGS.SILENT (\\Deleted)');
    await one.ok('EXPUNGE');
    expect((await two.command('LOGOUT')).untagged).toEqual(['* BYE Logging out']);
  });

  it('show a message as recent to one of them only', async () => {
    const [one, two, mailbox] = await pair(1);
    expect((await one.ok('FETCH 1 FLAGS'))[0]).toContain('\\Recent');
    expect((await two.ok('FETCH 1 FLAGS'))[0]).not.toContain('\\Recent');
    await deliverMessage(imap.db, { mailboxId: mailbox.id, folder: 'INBOX', raw: message('m2') });
    expect(await two.ok('NOOP')).toEqual(['* 2 EXISTS', '* 1 RECENT']);
    expect(await one.ok('NOOP')).toEqual(['* 2 EXISTS']);
    const three = await imap.raw(mailbox);
    expect(await three.ok('STATUS INBOX (RECENT)')).toEqual(['* STATUS "INBOX" (RECENT 0)']);
  });

  it('do not lose a change of flags that a silent STORE overtakes', async () => {
    const [one, two] = await pair(1);
    await one.ok('STORE 1 +FLAGS (\\Flagged)');
    expect(await two.ok('STORE 1 +FLAGS.SILENT (\\Seen)')).toEqual([
      '* 1 FETCH (UID 1 FLAGS (\\Flagged \\Seen))',
    ]);
  });

  it('end when their folder is deleted by another, and its deleter is left with none', async () => {
    const mailbox = await imap.mailbox();
    const [one, two] = await Promise.all([imap.raw(mailbox), imap.raw(mailbox)]);
    await one.ok('CREATE doomed');
    await one.ok('SELECT doomed');
    await two.ok('SELECT doomed');
    await one.ok('DELETE doomed');
    expect(await one.status('FETCH 1 FLAGS')).toBe('BAD');
    two.send('a NOOP\r\n');
    expect(await two.ended()).toContain('* BYE');
  });

  it('idle sessions are told at once: of deliveries, flags and expunges', async () => {
    const [one, two, mailbox] = await pair(1);
    two.send('i IDLE\r\n');
    expect(await two.response()).toBe('+ idling');
    await deliverMessage(imap.db, { mailboxId: mailbox.id, folder: 'INBOX', raw: message('m2') });
    expect([await two.response(), await two.response()]).toEqual(['* 2 EXISTS', '* 1 RECENT']);
    await one.ok('STORE 1 +FLAGS (\\Deleted)');
    expect(await two.response()).toBe('* 1 FETCH (UID 1 FLAGS (\\Deleted))');
    await one.ok('EXPUNGE');
    expect(await two.response()).toBe('* 1 EXPUNGE');
    two.send('done\r\n');
    expect((await two.answer('i')).tagged).toBe('OK IDLE completed');
    two.send('j IDLE\r\n');
    await two.response();
    two.send('NOOP\r\n');
    expect((await two.answer('j')).tagged).toMatch(/^BAD/);
    expect(await two.status('NOOP')).toBe('OK');
  });

  it('end when the mailbox is suspended or removed', async () => {
    const [one, two, mailbox] = await pair(1);
    const other = await imap.raw(await imap.mailbox());
    two.send('i IDLE\r\n');
    await two.response();
    await imap.db
      .updateTable('published.mailbox')
      .set({ status: 'suspended' })
      .where('id', '=', mailbox.id)
      .execute();
    expect(await one.ended()).toContain('* BYE The mailbox is closed');
    expect(await two.ended()).toContain('* BYE');
    await removeMailboxStore(imap.db, mailbox.id);
    expect(await other.status('NOOP')).toBe('OK');
  });

  it('end when what they signed in with is good no longer, and not when anything else changes', async () => {
    const [one, two, mailbox] = await pair(1);
    two.send('i IDLE\r\n');
    await two.response();
    const change = (values: object) =>
      imap.db.updateTable('published.mailbox').set(values).where('id', '=', mailbox.id).execute();
    await change({ display_name: 'Somebody else' });
    expect(await one.status('NOOP')).toBe('OK');
    await change({ login_version: 2 });
    expect(await one.ended()).toContain('* BYE Sign in again');
    expect(await two.ended()).toContain('* BYE');
  });
});

describe('a database that goes away', () => {
  const imap = useImapServer();

  const dropConnections = () =>
    sql`select pg_terminate_backend(pid) from pg_stat_activity
        where datname = current_database() and pid <> pg_backend_pid()`.execute(imap.db);

  it('costs a command at most: the session lives on, and idle ones are told what they missed', async () => {
    const mailbox = await imap.mailbox();
    const [one, idle] = await Promise.all([imap.raw(mailbox), imap.raw(mailbox)]);
    await one.append('INBOX', message('before'));
    await one.ok('SELECT INBOX');
    await idle.ok('SELECT INBOX');
    idle.send('i IDLE\r\n');
    await idle.response();
    await dropConnections();
    let status = await one.status('FETCH 1 (FLAGS BODY.PEEK[])');
    for (let attempt = 0; status !== 'OK' && attempt < 20; attempt++) {
      expect(status).toBe('NO');
      await sleep(50);
      status = await one.status('FETCH 1 (FLAGS BODY.PEEK[])');
    }
    expect(status).toBe('OK');
    await one.append('INBOX', message('after'));
    // Whether it came by a notification or by looking after the reconnect is all the same.
    expect(await idle.response()).toBe('* 2 EXISTS');
  });
});

describe('silent clients', () => {
  const imap = useImapServer({ guestTimeoutMs: 3000, idleTimeoutMs: 1000 });

  it('are sent away, signed in or not, idling or not', async () => {
    const mailbox = await imap.mailbox();
    const guest = await imap.guest(false);
    const [silent, idle] = await Promise.all([imap.raw(mailbox), imap.raw(mailbox)]);
    await idle.ok('SELECT INBOX');
    idle.send('i IDLE\r\n');
    for (const client of [guest, silent, idle])
      expect(await client.ended()).toContain('* BYE Idle for too long');
  });
});

describe('a server that is closed', () => {
  const imap = useImapServer();

  it('says goodbye to every session, also to idle ones', async () => {
    const mailbox = await imap.mailbox();
    const [one, idle] = await Promise.all([imap.raw(mailbox), imap.raw(mailbox)]);
    const guest = await imap.guest(false);
    await guest.greeting();
    await idle.ok('SELECT INBOX');
    idle.send('i IDLE\r\n');
    await idle.response();
    await imap.server.close();
    for (const client of [one, idle, guest])
      expect(await client.ended()).toContain('* BYE The server is shutting down');
  });
});
