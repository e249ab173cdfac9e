// The mail store on PostgreSQL: delivery, quota, counters, and what is left behind.
import fc from 'fast-check';
import { sql } from 'kysely';
import { describe, expect, it } from 'vitest';
import { inTransaction } from '../../../database/database.ts';
import { listen } from '../../../database/listen.ts';
import { useTestDatabase } from '../../../database/testing.ts';
import { newId } from '../../../database/uuid.ts';
import { message, publishMailbox } from '../imap/testing/imap-server.ts';
import { deliverMessage } from './deliver.ts';
import { FolderNotFound, LimitReached, MailboxNotFound, QuotaExceeded } from './errors.ts';
import { messagesExpunged } from './expunge.ts';
import { flagsStored } from './flags.ts';
import { folderByName, folderCreated, folderList, folderRemoved, subscriptionList } from './folder.ts';
import { mailboxTouched, mailboxUsage, removeMailboxStore } from './mailbox.ts';
import { messagePage } from './message.ts';
import { contentSwept } from './sweep.ts';
import { messagesCopied, messagesMoved } from './transfer.ts';

const everything: [number, number][] = [[1, 0xffffffff]];
const atOnce = { releasedForS: -1, expungedForS: -1, removedForS: -1 };
const later = { releasedForS: 3600, expungedForS: 3600, removedForS: 3600 };

describe('deliverMessage', () => {
  const database = useTestDatabase();

  it('makes the default folders, subscribed, with the first message', async () => {
    const { id } = await publishMailbox(database.db);
    const delivered = await deliverMessage(database.db, {
      mailboxId: id,
      folder: 'INBOX',
      raw: message('first'),
    });
    const folders = await folderList(database.db, id);
    expect(folders.map(({ name, specialUse }) => [name, specialUse])).toEqual([
      ['Archive', '\\Archive'],
      ['Drafts', '\\Drafts'],
      ['INBOX', null],
      ['Junk', '\\Junk'],
      ['Sent', '\\Sent'],
      ['Trash', '\\Trash'],
    ]);
    expect(new Set(folders.map((folder) => folder.uidValidity)).size).toBe(6);
    expect(await subscriptionList(database.db, id)).toEqual(folders.map((folder) => folder.name));
    const inbox = folders.find((folder) => folder.name === 'INBOX')!;
    expect(delivered).toEqual({ folderId: inbox.id, uid: 1, uidValidity: inbox.uidValidity });
    expect(inbox).toMatchObject({
      uidNext: 2,
      messageCount: 1,
      unseenCount: 1,
      sizeBytes: message('first').length,
    });
  });

  it('gives every message its own UID, however many arrive at once in a new mailbox', async () => {
    const { id } = await publishMailbox(database.db);
    const raws = Array.from({ length: 40 }, (_, number) => message(`at once ${number}`));
    const delivered = await Promise.all(
      raws.map((raw) => deliverMessage(database.db, { mailboxId: id, folder: 'INBOX', raw })),
    );
    expect(delivered.map(({ uid }) => uid).sort((a, b) => a - b)).toEqual(raws.map((_, index) => index + 1));
    expect(await mailboxUsage(database.db, id)).toMatchObject({
      messageCount: 40,
      sizeBytes: raws.reduce((sum, raw) => sum + raw.length, 0),
    });
  });

  it('keeps every octet of any message, flags and date', async () => {
    const { id } = await publishMailbox(database.db);
    const raw = Buffer.from(Array.from({ length: 70_000 }, (_, index) => (index * 7919) % 256));
    const internalDate = new Date('2020-02-29T23:59:58Z');
    const flags = ['\\Seen', '\\Recent', '$Forwarded', '$forwarded'];
    const { folderId, uid } = await deliverMessage(database.db, {
      mailboxId: id,
      folder: 'Sent',
      raw,
      flags,
      internalDate,
    });
    const [row] = await messagePage(database.db, folderId, [[uid, uid]], {
      internalDate: true,
      bytes: { kind: 'whole', upToBytes: 1e6 },
    });
    expect(row?.bytes?.equals(raw)).toBe(true);
    expect(row).toMatchObject({ flags: ['\\Seen', '$Forwarded'], internalDate, sizeBytes: raw.length });
  });

  it('takes any octets for a message', async () => {
    const { id } = await publishMailbox(database.db);
    const word = fc.constantFrom(
      ...[
        '\r\n',
        '\n',
        '\0',
        '\xff',
        ' ',
        'x',
        '"',
        ':',
        '--b\r\n',
        'From: ',
        'Subject: ',
        'Date: 31 Feb 2020',
      ],
      ...[
        '=?utf-8?Q?=00?=',
        '=?utf-16?B?2D0=?=',
        '=?utf-7?Q?+2D0-?=',
        '=?x?Q?=ED=A0=80?=',
        '<a@b>',
        '\xed\xa0\x80',
      ],
      'Content-Type: multipart/mixed; boundary=b\r\n',
    );
    const octets = fc.array(word, { maxLength: 30 }).map((words) => Buffer.from(words.join(''), 'latin1'));
    await fc.assert(
      fc.asyncProperty(octets, async (raw) => {
        const { folderId, uid } = await deliverMessage(database.db, { mailboxId: id, folder: 'INBOX', raw });
        const [row] = await messagePage(database.db, folderId, [[uid, uid]], {
          bytes: { kind: 'whole', upToBytes: 1e6 },
        });
        expect(row?.bytes?.equals(raw)).toBe(true);
      }),
      { numRuns: 100 },
    );
  });

  it('stores nothing over the quota, not even when messages race for the last of it', async () => {
    const raw = message('q', 'x'.repeat(900));
    const { id } = await publishMailbox(database.db, raw.length * 3);
    const results = await Promise.allSettled(
      Array.from({ length: 8 }, () => deliverMessage(database.db, { mailboxId: id, folder: 'INBOX', raw })),
    );
    const refused = results.filter((result) => result.status === 'rejected');
    expect(refused).toHaveLength(5);
    for (const { reason } of refused) expect(reason).toBeInstanceOf(QuotaExceeded);
    expect(await mailboxUsage(database.db, id)).toMatchObject({ messageCount: 3, sizeBytes: raw.length * 3 });
    const inbox = await folderByName(database.db, id, 'INBOX');
    expect(inbox).toMatchObject({ messageCount: 3, uidNext: 4 });
  });

  it('refuses mailboxes and folders that are not there, and makes neither', async () => {
    const { id } = await publishMailbox(database.db);
    const raw = message('lost');
    const unknown = newId();
    const deliver = (mailboxId: string, folder: string) =>
      deliverMessage(database.db, { mailboxId, folder, raw });
    await expect(deliver(unknown, 'INBOX')).rejects.toBeInstanceOf(MailboxNotFound);
    await expect(deliver(id, 'No such folder')).rejects.toBeInstanceOf(FolderNotFound);
    await expect(mailboxUsage(database.db, unknown)).rejects.toBeInstanceOf(MailboxNotFound);
    expect(await mailboxUsage(database.db, id)).toMatchObject({ messageCount: 0, sizeBytes: 0 });
    expect(await folderList(database.db, unknown)).toEqual([]);
  });

  it('is undone with the transaction it is part of', async () => {
    const { id } = await publishMailbox(database.db);
    const failed = inTransaction(database.db, async (tx) => {
      await deliverMessage(tx, { mailboxId: id, folder: 'INBOX', raw: message('undone') });
      throw new Error('and now this');
    });
    await expect(failed).rejects.toThrow('and now this');
    expect(await folderList(database.db, id)).toEqual([]);
  });

  it('tells listeners which folder changed, once it is committed', async () => {
    const { id } = await publishMailbox(database.db);
    const notified: string[] = [];
    const listener = await listen(database.url, 'mail_folder', (folderId) => notified.push(folderId));
    const { folderId } = await deliverMessage(database.db, {
      mailboxId: id,
      folder: 'INBOX',
      raw: message('told'),
    });
    await expect.poll(() => notified).toEqual([folderId]);
    await listener.close();
  });

  it('takes only so many different keywords per folder', async () => {
    const { id } = await publishMailbox(database.db);
    const keywords = (from: number, count: number) =>
      Array.from({ length: count }, (_, index) => `k${from + index}`);
    const deliver = (flags: string[]) =>
      deliverMessage(database.db, { mailboxId: id, folder: 'INBOX', raw: message('k'), flags });
    await deliver(keywords(0, 200));
    await expect(deliver(keywords(200, 1))).rejects.toBeInstanceOf(LimitReached);
    await deliver(keywords(100, 50));
  });
});

describe('flagsStored', () => {
  const database = useTestDatabase();

  it('counts up the mod-sequence only for messages that really change', async () => {
    const { id } = await publishMailbox(database.db);
    for (const subject of ['a', 'b']) {
      await deliverMessage(database.db, { mailboxId: id, folder: 'INBOX', raw: message(subject) });
    }
    const inbox = (await folderByName(database.db, id, 'INBOX'))!;
    const add = (flags: string[]) => flagsStored(database.db, inbox.id, [[1, 1]], { mode: 'add', flags });
    const first = await add(['\\Seen']);
    expect(first.changed).toEqual([
      { uid: 1, flags: ['\\Seen'], previousModseq: 2, wasSeen: false, isSeen: true },
    ]);
    expect((await add(['\\seen'])).changed).toEqual([]);
    expect(await folderByName(database.db, id, 'INBOX')).toMatchObject({
      modseq: first.modseq,
      unseenCount: 1,
    });
    const replaced = await flagsStored(database.db, inbox.id, everything, {
      mode: 'replace',
      flags: ['\\Draft'],
    });
    expect(replaced.changed.map(({ uid, flags }) => [uid, flags]).sort()).toEqual([
      [1, ['\\Draft']],
      [2, ['\\Draft']],
    ]);
    expect(await folderByName(database.db, id, 'INBOX')).toMatchObject({ unseenCount: 2 });
  });
});

describe('copies, moves and removal', () => {
  const database = useTestDatabase();

  const filled = async (quotaBytes?: number) => {
    const { id } = await publishMailbox(database.db, quotaBytes);
    for (const subject of ['a', 'b', 'c']) {
      await deliverMessage(database.db, { mailboxId: id, folder: 'INBOX', raw: message(subject) });
    }
    const [inbox, trash] = [
      await folderByName(database.db, id, 'INBOX'),
      await folderByName(database.db, id, 'Trash'),
    ];
    return { id, inbox: inbox!, trash: trash! };
  };
  const contents = async () => {
    const { rows } = await sql<{ count: number }>`select count(*) from mail.content`.execute(database.db);
    return rows[0]!.count;
  };

  it('store the octets of a copied message once, until its last copy is gone for a while', async () => {
    await contentSwept(database.db, atOnce);
    const before = await contents();
    const { id, inbox, trash } = await filled();
    const transfer = { mailboxId: id, fromFolderId: inbox.id, toFolderId: trash.id, ranges: everything };
    expect(await messagesCopied(database.db, transfer)).toMatchObject({
      fromUids: [1, 2, 3],
      toUids: [1, 2, 3],
    });
    expect(await contents()).toBe(before + 3);
    await flagsStored(database.db, inbox.id, everything, { mode: 'add', flags: ['\\Deleted'] });
    expect(await messagesExpunged(database.db, id, inbox.id, everything)).toEqual([1, 2, 3]);
    await contentSwept(database.db, atOnce);
    expect(await contents()).toBe(before + 3);

    await folderRemoved(database.db, id, 'Trash');
    expect(await mailboxUsage(database.db, id)).toMatchObject({ messageCount: 0, sizeBytes: 0 });
    expect(await contentSwept(database.db, later)).toBe(0);
    expect(await contents()).toBe(before + 3);
    expect(await contentSwept(database.db, atOnce)).toBe(3);
    expect(await contents()).toBe(before);
  });

  it('sweep nothing that a message came back for', async () => {
    const { id } = await filled();
    await removeMailboxStore(database.db, id);
    const raw = message('a');
    const { folderId } = await deliverMessage(database.db, { mailboxId: id, folder: 'INBOX', raw });
    await contentSwept(database.db, atOnce);
    const [row] = await messagePage(database.db, folderId, everything, {
      internalDate: true,
      bytes: { kind: 'whole', upToBytes: 1e6 },
    });
    expect(row?.bytes?.equals(raw)).toBe(true);
  });

  it('count copies against the quota, but not moves', async () => {
    const size = ['a', 'b', 'c'].reduce((sum, subject) => sum + message(subject).length, 0);
    const { id, inbox, trash } = await filled(size);
    const transfer = { mailboxId: id, fromFolderId: inbox.id, toFolderId: trash.id, ranges: everything };
    await expect(messagesCopied(database.db, transfer)).rejects.toBeInstanceOf(QuotaExceeded);
    expect(await folderByName(database.db, id, 'Trash')).toMatchObject({ messageCount: 0, uidNext: 1 });
    await messagesMoved(database.db, transfer);
    expect(await folderByName(database.db, id, 'Trash')).toMatchObject({ messageCount: 3, sizeBytes: size });
    expect(await folderByName(database.db, id, 'INBOX')).toMatchObject({ messageCount: 0, sizeBytes: 0 });
    expect(await mailboxUsage(database.db, id)).toMatchObject({ messageCount: 3, sizeBytes: size });
  });

  it('leave nothing of a mailbox that is removed, and nothing of others missing', async () => {
    const { id } = await filled();
    const other = await filled();
    await removeMailboxStore(database.db, id);
    expect(await folderList(database.db, id)).toEqual([]);
    expect(await mailboxUsage(database.db, other.id)).toMatchObject({ messageCount: 3 });
    await contentSwept(database.db, atOnce);
    const rows = await messagePage(database.db, other.inbox.id, everything, { bytes: { kind: 'header' } });
    expect(rows.map((row) => row.bytes?.toString().includes('Subject:'))).toEqual([true, true, true]);
    await removeMailboxStore(database.db, id);
  });

  it('lose what a mailbox had when it was removed a while ago, and not when it comes back before', async () => {
    const [gone, back] = [await filled(), await filled()];
    const { db } = database;
    const row = await db
      .selectFrom('published.mailbox')
      .selectAll()
      .where('id', '=', back.id)
      .executeTakeFirstOrThrow();
    await db.deleteFrom('published.mailbox').where('id', 'in', [gone.id, back.id]).execute();
    await contentSwept(db, later);
    expect((await folderList(db, gone.id)).length).toBe(6);
    await db.insertInto('published.mailbox').values(row).execute();
    const before = await contents();
    await contentSwept(db, atOnce);
    expect(await folderList(db, gone.id)).toEqual([]);
    expect(await mailboxUsage(db, back.id)).toMatchObject({ messageCount: 3 });
    // The octets of both are the same three, which one still has.
    expect(await contents()).toBe(before);
    await db.deleteFrom('published.mailbox').where('id', '=', back.id).execute();
    await contentSwept(db, atOnce);
    await contentSwept(db, atOnce);
    expect(await folderList(db, back.id)).toEqual([]);
  });

  it('never wait for each other for ever', async () => {
    const { id, inbox, trash } = await filled();
    const there = { mailboxId: id, fromFolderId: inbox.id, toFolderId: trash.id, ranges: everything };
    const back = { mailboxId: id, fromFolderId: trash.id, toFolderId: inbox.id, ranges: everything };
    await Promise.all(
      Array.from({ length: 10 }, (_, round) => [
        messagesMoved(database.db, there),
        messagesMoved(database.db, back),
        deliverMessage(database.db, { mailboxId: id, folder: 'Trash', raw: message(`r${round}`) }),
        flagsStored(database.db, inbox.id, everything, {
          mode: round % 2 ? 'add' : 'remove',
          flags: ['\\Seen'],
        }),
        messagesExpunged(database.db, id, trash.id, everything),
      ]).flat(),
    );
    const folders = await folderList(database.db, id);
    expect(folders.reduce((sum, folder) => sum + folder.messageCount, 0)).toBe(13);
    expect(await mailboxUsage(database.db, id)).toMatchObject({ messageCount: 13 });
  });
});

describe('folders', () => {
  const database = useTestDatabase();

  it('are limited in number', async () => {
    const { id } = await publishMailbox(database.db);
    await mailboxTouched(database.db, id);
    await expect(folderCreated(database.db, id, Array(2001).fill('x').join('/'))).rejects.toBeInstanceOf(
      LimitReached,
    );
    expect(await folderList(database.db, id)).toHaveLength(6);
  });
});
