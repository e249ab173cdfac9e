// What is left of imapflow's commands: trees, several parts, colours, locks, and catching up after being away.
import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { message, useImapServer, wire } from './testing/imap-server.ts';

const text = async (content: NodeJS.ReadableStream): Promise<string> => {
  const chunks: Buffer[] = [];
  for await (const chunk of content) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks).toString();
};

describe('imapflow', () => {
  const imap = useImapServer();

  it('sees the tree of folders, with counts and subscriptions', async () => {
    const client = await imap.connect(await imap.mailbox());
    await client.mailboxCreate(['work', 'clients', 'ümläut']);
    await client.mailboxSubscribe('work/clients');
    await client.append('work/clients', message('m1'));
    const tree = await client.listTree();
    const work = tree.folders?.find(({ path }) => path === 'work');
    expect(work?.folders?.[0]?.folders?.[0]?.path).toBe('work/clients/ümläut');
    const [listed] = (await client.list({ statusQuery: { messages: true, unseen: true } })).filter(
      ({ path }) => path === 'work/clients',
    );
    expect(listed).toMatchObject({ subscribed: true, status: { messages: 1, unseen: 1 } });
    expect(await client.mailboxUnsubscribe('work/clients')).toBe(true);
    const status = await client.status('work/clients', {
      messages: true,
      recent: true,
      uidNext: true,
      uidValidity: true,
      unseen: true,
      highestModseq: true,
    });
    expect(status).toMatchObject({ messages: 1, recent: 1, uidNext: 2, unseen: 1 });
    await client.logout();
  });

  it('takes several parts at once, and a message whole or from the middle', async () => {
    const client = await imap.connect(await imap.mailbox());
    const raw = wire(`Subject: parts
Content-Type: multipart/mixed; boundary=x

--x
Content-Type: text/plain; charset=utf-8

hello
--x
Content-Type: application/octet-stream
Content-Transfer-Encoding: base64
Content-Disposition: attachment; filename=a.bin

QUJD
--x--
`);
    await client.append('INBOX', raw);
    await client.mailboxOpen('INBOX');
    const parts = await client.downloadMany('1', ['1', '2']);
    expect(Object.values(parts).map((part) => part.content?.toString())).toEqual(['hello', 'ABC']);
    const whole = await client.download('1');
    expect(await text(whole.content!)).toBe(raw.toString());
    const all = await client.fetchAll('1:*', {
      uid: true,
      flags: true,
      bodyStructure: true,
      envelope: true,
      internalDate: true,
      size: true,
      threadId: true,
      headers: ['subject'],
      source: { start: 9, maxLength: 5 },
    });
    expect(all).toHaveLength(1);
    expect(all[0]).toMatchObject({ uid: 1, size: raw.length });
    expect(all[0]!.emailId).toMatch(/^M[0-9a-f]{40}$/);
    expect(all[0]!.headers?.toString().trim()).toBe('Subject: parts');
    expect(all[0]!.source?.toString()).toBe('parts');
    expect(await client.search({ emailId: all[0]!.emailId! })).toEqual([1]);
    await client.logout();
  });

  it('sets flags and colours, and keeps two users of one folder apart by locks', async () => {
    const client = await imap.connect(await imap.mailbox());
    await client.append('INBOX', message('m1'), ['\\Flagged', 'keep']);
    const first = await client.getMailboxLock('INBOX');
    const second = client.getMailboxLock('Sent');
    expect(await client.messageFlagsSet('1', ['\\Seen', 'kept'])).toBe(true);
    expect(await client.setFlagColor('1', 'green')).toBe(true);
    const colored = await client.fetchOne('1', { flags: true });
    expect(colored).toMatchObject({ flagColor: 'green' });
    expect(colored && [...colored.flags!]).toContain('kept');
    expect(await client.messageFlagsAdd('1', ['\\Answered'], { unchangedSince: 1n })).toBe(true);
    const untouched = await client.fetchOne('1', { flags: true });
    expect(untouched && untouched.flags!.has('\\Answered')).toBe(false);
    first.release();
    (await second).release();
    await client.logout();
  });

  it('learns what happened while it was away', async () => {
    const mailbox = await imap.mailbox();
    const other = await imap.connect(mailbox);
    for (const name of ['m1', 'm2', 'm3']) await other.append('INBOX', message(name));
    // The mailbox object itself follows the changes.
    const before = { ...(await other.mailboxOpen('INBOX')) };
    await other.messageFlagsAdd('3', ['\\Flagged']);
    await other.messageDelete('1');
    const client = await imap.connect(mailbox, { qresync: true });
    const told: unknown[] = [];
    client.on('expunge', ({ uid, vanished, earlier }) => told.push({ uid, vanished, earlier }));
    client.on('flags', ({ uid, flags }) => told.push({ uid, flagged: flags.has('\\Flagged') }));
    await client.mailboxOpen('INBOX', {
      changedSince: before.highestModseq!,
      uidValidity: before.uidValidity,
    });
    expect(told).toEqual([
      { uid: 1, vanished: true, earlier: true },
      { uid: 3, flagged: true },
    ]);
    const expunged = once(client, 'expunge');
    await other.messageDelete('1');
    await client.noop();
    expect((await expunged)[0]).toMatchObject({ uid: 2, vanished: true });
    await Promise.all([client.logout(), other.logout()]);
  });
});
