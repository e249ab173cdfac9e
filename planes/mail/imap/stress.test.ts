// Many clients hammer one mailbox through two servers. Each believes only what it is told; whatever contradicts itself,
// or differs in the end, is a failure.
import { sql } from 'kysely';
import { describe, expect, it } from 'vitest';
import type { Db } from '../../../database/database.ts';
import { FolderView, noFacts, type SharedFacts } from './testing/folder-view.ts';
import { message, type TestMailbox, useImapServer } from './testing/imap-server.ts';
import type { RawClient } from './testing/raw-client.ts';

/** Numbers below `limit`, the same ones in every run (mulberry32). */
const randomNumbers = (seed: number) => {
  let state = seed;
  return (limit: number): number => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * limit);
  };
};

const setsOf = (size: number, random: (limit: number) => number): string =>
  Array.from({ length: 1 + random(3) }, () => {
    const [a, b] = [random(size) + 1, random(size) + 1];
    return random(2) ? `${a}` : `${a}:${b}`;
  }).join(',');

const flagsOf = (random: (limit: number) => number): string =>
  ['\\Seen', '\\Flagged', '\\Answered', '\\Draft', 'k1', 'k2', 'K3', `n${random(9)}`]
    .filter(() => random(3) === 0)
    .join(' ');

const append = (name: string, flags: string): Buffer => {
  const raw = message(name);
  return Buffer.concat([Buffer.from(`APPEND INBOX (${flags}) {${raw.length}+}\r\n`), raw]);
};

type Step = string | Buffer;

/** A random command; message sets only when there are messages. */
const nextStep = (client: number, step: number, size: number, random: (limit: number) => number): Step => {
  const set = size > 0 ? setsOf(size, random) : '';
  const always: Step[] = ['NOOP', 'CHECK', 'STATUS INBOX (MESSAGES UNSEEN RECENT UIDNEXT)', 'LIST "" *'];
  const onMessages: Step[] = [
    `FETCH ${set} (UID FLAGS ENVELOPE INTERNALDATE BODYSTRUCTURE RFC822.SIZE)`,
    `FETCH ${set} (UID BODY.PEEK[HEADER.FIELDS (Subject)])`,
    `FETCH ${set} (UID BODY[TEXT])`,
    `FETCH ${set} (UID FLAGS MODSEQ)`,
    `UID FETCH 1:* (FLAGS) (CHANGEDSINCE ${1 + random(200)})`,
    `STORE ${set} +FLAGS (${flagsOf(random)})`,
    `STORE ${set} -FLAGS (${flagsOf(random)})`,
    `STORE ${set} FLAGS (${flagsOf(random)})`,
    `STORE ${set} +FLAGS.SILENT (${flagsOf(random)})`,
    `STORE ${set} (UNCHANGEDSINCE ${1 + random(400)}) +FLAGS.SILENT (${flagsOf(random)})`,
    `UID STORE 1:* -FLAGS.SILENT (\\Answered)`,
    'SORT (REVERSE SUBJECT DATE) UTF-8 ALL',
    'THREAD REFERENCES UTF-8 UNDELETED',
    `STORE ${set} +FLAGS (\\Deleted)`,
    `STORE ${set} +FLAGS.SILENT (\\Deleted)`,
    `SEARCH NOT SEEN SUBJECT by`,
    `SEARCH RECENT`,
    `UID SEARCH RETURN (MIN MAX COUNT) OR ${set} FLAGGED`,
    `COPY ${random(size) + 1} INBOX`,
    `MOVE ${random(size) + 1} ${random(2) ? 'INBOX' : 'Archive'}`,
    'EXPUNGE',
    'EXPUNGE',
  ];
  const appends: Step[] = size < 60 ? Array(6).fill(append(`by ${client} in ${step}`, flagsOf(random))) : [];
  const steps = [...always, ...(size > 0 ? onMessages : []), ...appends];
  return steps[random(steps.length)]!;
};

const hammer = async (
  open: () => Promise<RawClient>,
  facts: SharedFacts,
  options: { client: number; steps: number; dropEvery: number },
): Promise<{ client: RawClient; view: FolderView }> => {
  const random = randomNumbers(options.client + 1);
  let identity = options.client;
  const select = async () => {
    const client = await open();
    const view = new FolderView(identity, facts);
    if (options.client % 3 === 0) await client.ok('ENABLE QRESYNC');
    const select = `SELECT INBOX${random(2) ? ' (CONDSTORE)' : ''}`;
    view.apply(select, (await client.command(select)).untagged);
    return { client, view };
  };
  let session = await select();
  for (let step = 0; step < options.steps; step++) {
    const { client, view } = session;
    const command = nextStep(options.client, step, view.size, random);
    if (random(options.dropEvery) === 0) {
      // Without waiting for the answer: the command may or may not have been carried out.
      client.send(
        Buffer.concat([Buffer.from('x '), Buffer.from(command as string, 'latin1'), Buffer.from('\r\n')]),
      );
      client.close();
      identity += 1000;
      session = await select();
      continue;
    }
    const answer = await client.command(command);
    const text = command.toString('latin1');
    view.apply(text, answer.untagged, answer.tagged);
    const copyMissed = text.startsWith('COPY') && answer.tagged.startsWith('NO [EXPUNGEISSUED]');
    if (!copyMissed && !/^OK/.test(answer.tagged)) throw new Error(`${text}: ${answer.tagged}`);
    if (random(12) === 0) {
      client.send(`i${step} IDLE\r\n`);
      const lines: string[] = [];
      for (let line = await client.response(); ; line = await client.response()) {
        if (line.startsWith('+')) break;
        lines.push(line);
      }
      client.send('DONE\r\n');
      const idle = await client.answer(`i${step}`);
      view.apply('IDLE', [...lines, ...idle.untagged]);
    }
  }
  return session;
};

/** Folders and mailboxes whose counters are not what counting says. */
const wrongCounters = async (db: Db): Promise<unknown[]> => {
  const { rows: folders } = await sql`
    select f.name from mail.folder f
    where f.message_count <> (select count(*) from mail.message m where m.folder_id = f.id)
      or f.unseen_count <> (
        select count(*) from mail.message m where m.folder_id = f.id and '\\Seen' <> all (m.flags))
      or f.size_bytes <> (select coalesce(sum(m.size_bytes), 0) from mail.message m where m.folder_id = f.id)
      or f.modseq < (select coalesce(max(m.modseq), 0) from mail.message m where m.folder_id = f.id)`.execute(
    db,
  );
  const { rows: mailboxes } = await sql`
    select b.id from mail.mailbox b
    where b.size_bytes <> (select coalesce(sum(f.size_bytes), 0) from mail.folder f where f.mailbox_id = b.id)
      or b.message_count <> (select sum(f.message_count) from mail.folder f where f.mailbox_id = b.id)`.execute(
    db,
  );
  return [...folders, ...mailboxes];
};

const known = (view: FolderView) =>
  view.messages.map(({ uid, flags }) => `${uid} ${[...(flags ?? [])].sort().join(' ')}`);

describe('ten clients on one mailbox', () => {
  const imap = useImapServer();

  const play = async (mailbox: TestMailbox, dropEvery: number): Promise<void> => {
    const second = await imap.another();
    const first = await imap.raw(mailbox);
    for (let number = 0; number < 10; number++) await first.append('INBOX', message(`start ${number}`));
    const facts = noFacts();
    const sessions = await Promise.all(
      Array.from({ length: 10 }, (_, client) =>
        hammer(() => (client % 2 ? second.raw(mailbox) : imap.raw(mailbox)), facts, {
          client,
          steps: 60,
          dropEvery,
        }),
      ),
    );
    for (const { client, view } of sessions) view.apply('NOOP', (await client.command('NOOP')).untagged);
    // What a client was told of changes must be what it sees when it looks.
    for (const { client, view } of sessions) {
      const told = view.messages.map(({ uid, flags }) => ({ uid, flags: flags && [...flags].sort() }));
      view.apply('FETCH', (await client.command('FETCH 1:* (UID FLAGS)')).untagged);
      const seen = view.messages.map(({ uid, flags }) => ({ uid, flags: [...flags!].sort() }));
      expect(told.map(({ uid }, index) => uid || seen[index]!.uid)).toEqual(seen.map(({ uid }) => uid));
      expect(told.map(({ flags }, index) => flags ?? seen[index]!.flags)).toEqual(
        seen.map(({ flags }) => flags),
      );
    }
    const fresh = await imap.raw(mailbox);
    const view = new FolderView(-1, facts);
    view.apply('EXAMINE', (await fresh.command('EXAMINE INBOX')).untagged);
    if (view.size > 0) view.apply('FETCH', (await fresh.command('FETCH 1:* (UID FLAGS)')).untagged);
    for (const session of sessions) expect(known(session.view)).toEqual(known(view));
    for (const { uid } of view.messages) expect(facts.expunged).not.toContain(uid);
    if (dropEvery === Infinity) {
      const recent = sessions.reduce((sum, session) => sum + session.view.recent, 0);
      expect(recent).toBe(view.size);
    }
    expect(await wrongCounters(imap.db)).toEqual([]);
    expect(imap.errors).toEqual([]);
  };

  it('agree with each other and with the store, and are told of every change', async () => {
    await play(await imap.mailbox(), Infinity);
  });

  it('agree although connections break in the middle of commands', async () => {
    await play(await imap.mailbox(), 15);
  });
});
