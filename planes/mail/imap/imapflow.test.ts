// A widely used client, end to end: imapflow against the running server.
import { describe, expect, it } from 'vitest';
import { deliverMessage } from '../store/deliver.ts';
import { message, useImapServer, wire } from './testing/imap-server.ts';

describe('imapflow', () => {
  const imap = useImapServer();

  it('signs in over TLS and finds the default folders with their special use', async () => {
    const client = await imap.connect(await imap.mailbox());
    const folders = await client.list();
    expect(folders.map(({ path, specialUse }) => [path, specialUse])).toEqual(
      expect.arrayContaining([
        ['INBOX', '\\Inbox'],
        ['Sent', '\\Sent'],
        ['Drafts', '\\Drafts'],
        ['Junk', '\\Junk'],
        ['Trash', '\\Trash'],
        ['Archive', '\\Archive'],
      ]),
    );
    expect(folders.every((folder) => folder.subscribed)).toBe(true);
    await client.logout();
  });

  it('appends a message and reads back every octet, flag, date and address', async () => {
    const client = await imap.connect(await imap.mailbox());
    const raw = message('Grüße aus Wien', 'Zeile eins\nZeile zwei\n');
    const internalDate = new Date('2021-06-05T04:03:02Z');
    const appended = await client.append('INBOX', raw, ['\\Seen', '$Label1'], internalDate);
    expect(appended).toMatchObject({ uid: 1 });
    await client.mailboxOpen('INBOX');
    const fetched = await client.fetchOne('1', {
      uid: true,
      flags: true,
      internalDate: true,
      envelope: true,
      size: true,
      source: true,
      bodyStructure: true,
    });
    if (!fetched) throw new Error('nothing was fetched');
    expect(fetched.source?.equals(raw)).toBe(true);
    expect(fetched.size).toBe(raw.length);
    expect(new Date(fetched.internalDate!)).toEqual(internalDate);
    expect([...fetched.flags!].sort()).toEqual(['$Label1', '\\Recent', '\\Seen']);
    expect(fetched.envelope).toMatchObject({
      subject: 'Grüße aus Wien',
      from: [{ name: 'Ann Example', address: 'ann@mail.example' }],
      to: [{ name: 'Bob', address: 'bob@mail.example' }],
      date: new Date('2020-03-05T09:00:00Z'),
    });
    expect(fetched.bodyStructure).toMatchObject({ type: 'text/plain', encoding: '7bit' });
    await client.logout();
  });

  it('downloads one part of a multipart message, decoded', async () => {
    const client = await imap.connect(await imap.mailbox());
    const raw = wire(`Subject: two parts
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary=b

--b
Content-Type: text/plain; charset=utf-8

first
--b
Content-Type: text/plain; charset=utf-8; name=second.txt
Content-Disposition: attachment; filename=second.txt
Content-Transfer-Encoding: base64

${Buffer.from('the second part').toString('base64')}
--b--
`);
    await client.append('INBOX', raw);
    await client.mailboxOpen('INBOX');
    const { meta, content } = await client.download('1', '2');
    const chunks: Buffer[] = [];
    for await (const chunk of content!) chunks.push(chunk as Buffer);
    expect(meta).toMatchObject({ filename: 'second.txt', contentType: 'text/plain' });
    expect(Buffer.concat(chunks).toString()).toBe('the second part');
    await client.logout();
  });

  it('changes flags, searches by them, copies, moves and deletes', async () => {
    const client = await imap.connect(await imap.mailbox());
    for (const subject of ['one', 'two', 'three']) await client.append('INBOX', message(subject));
    await client.mailboxOpen('INBOX');
    await client.messageFlagsAdd('1,3', ['\\Flagged', 'todo']);
    expect(await client.search({ flagged: true })).toEqual([1, 3]);
    expect(await client.search({ keyword: 'todo', subject: 'thr' })).toEqual([3]);
    expect(await client.search({ unKeyword: 'todo' })).toEqual([2]);
    await client.messageFlagsRemove('1', ['\\Flagged']);
    expect(await client.search({ flagged: true })).toEqual([3]);

    const copied = await client.messageCopy('1:2', 'Archive');
    if (!copied) throw new Error('nothing was copied');
    expect([...copied.uidMap!]).toEqual([
      [1, 1],
      [2, 2],
    ]);
    const moved = await client.messageMove('3', 'Trash');
    if (!moved) throw new Error('nothing was moved');
    expect([...moved.uidMap!]).toEqual([[3, 1]]);
    expect(await client.search({ all: true }, { uid: true })).toEqual([1, 2]);
    await client.messageDelete('1', { uid: true });
    expect(await client.search({ all: true }, { uid: true })).toEqual([2]);
    expect(await client.status('Archive', { messages: true, unseen: true })).toMatchObject({
      messages: 2,
      unseen: 2,
    });
    expect(await client.status('Trash', { messages: true })).toMatchObject({ messages: 1 });
    await client.logout();
  });

  it('finds messages by address, text, header, size and date', async () => {
    const client = await imap.connect(await imap.mailbox());
    await client.append(
      'INBOX',
      message('needle in subject', 'nothing here\n'),
      [],
      new Date('2020-01-01T12:00:00Z'),
    );
    await client.append(
      'INBOX',
      message('other', 'a needle in the body\n'),
      [],
      new Date('2022-01-01T12:00:00Z'),
    );
    await client.mailboxOpen('INBOX');
    expect(await client.search({ subject: 'NEEDLE' })).toEqual([1]);
    expect(await client.search({ body: 'needle' })).toEqual([2]);
    expect(await client.search({ text: 'needle' })).toEqual([1, 2]);
    expect(await client.search({ from: 'ann@mail.example' })).toEqual([1, 2]);
    expect(await client.search({ to: 'nobody' })).toEqual([]);
    expect(await client.search({ header: { 'message-id': '<other@mail.example>' } })).toEqual([2]);
    expect(await client.search({ since: '2021-01-01' })).toEqual([2]);
    expect(await client.search({ before: '2021-01-01' })).toEqual([1]);
    expect(await client.search({ sentOn: '2020-03-05' })).toEqual([1, 2]);
    expect(await client.search({ larger: 100_000 })).toEqual([]);
    expect(await client.search({ or: [{ subject: 'needle' }, { body: 'needle' }] })).toEqual([1, 2]);
    await client.logout();
  });

  it('makes, renames, subscribes and deletes folders with names in any script', async () => {
    const client = await imap.connect(await imap.mailbox());
    await client.mailboxCreate('Projekte/Größe & Maß');
    await client.mailboxCreate('日本語');
    await client.mailboxSubscribe('日本語');
    const names = async () => (await client.list()).map((folder) => folder.path);
    expect(await names()).toEqual(expect.arrayContaining(['Projekte', 'Projekte/Größe & Maß', '日本語']));
    await client.append('日本語', message('in japanese'));
    await client.mailboxRename('日本語', 'にほんご');
    await client.mailboxOpen('にほんご');
    expect(await client.search({ all: true })).toEqual([1]);
    await client.mailboxDelete('Projekte/Größe & Maß');
    expect(await names()).not.toContain('Projekte/Größe & Maß');
    expect(await names()).toContain('にほんご');
    await client.logout();
  });

  it('is told of a delivery while it idles, without asking', async () => {
    const mailbox = await imap.mailbox();
    const client = await imap.connect(mailbox);
    await client.mailboxOpen('INBOX');
    const told = new Promise((resolve) => client.once('exists', resolve));
    const idling = client.idle();
    await deliverMessage(imap.db, { mailboxId: mailbox.id, folder: 'INBOX', raw: message('push') });
    expect(await told).toMatchObject({ path: 'INBOX', count: 1, prevCount: 0 });
    await client.noop();
    await idling;
    await client.logout();
  });

  it('shows the quota and refuses what exceeds it, storing nothing', async () => {
    const client = await imap.connect(await imap.mailbox(10 * 1024));
    await client.append('INBOX', message('fits', 'x'.repeat(5000)));
    const quota = await client.getQuota('INBOX');
    expect(quota).toMatchObject({ storage: { usage: 6 * 1024, limit: 10 * 1024 } });
    await expect(client.append('INBOX', message('too big', 'x'.repeat(8000)))).rejects.toMatchObject({
      serverResponseCode: 'OVERQUOTA',
    });
    await client.mailboxOpen('INBOX');
    await expect(client.messageCopy('1', 'Archive')).resolves.toBe(false);
    expect(await client.status('INBOX', { messages: true })).toMatchObject({ messages: 1 });
    expect(await client.status('Archive', { messages: true })).toMatchObject({ messages: 0 });
    await client.logout();
  });

  it('follows changes by mod-sequence', async () => {
    const client = await imap.connect(await imap.mailbox());
    for (const subject of ['a', 'b', 'c']) await client.append('INBOX', message(subject));
    const { highestModseq } = await client.mailboxOpen('INBOX');
    await client.messageFlagsAdd('2', ['\\Answered']);
    const changed: number[] = [];
    for await (const { seq } of client.fetch('1:*', { flags: true }, { changedSince: highestModseq! }))
      changed.push(seq);
    expect(changed).toEqual([2]);
    await client.logout();
  });
});
