// kill -9 while clients change one mailbox over IMAP: what was answered OK is so afterwards, once; what was not answered
// either happened as a whole or not at all; and no UID is ever given out twice.
import { setTimeout as delay } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { useTestDatabase } from '../../../database/testing.ts';
import { startKillableGround } from '../testing/killable-plane.ts';
import type { Ready } from '../testing/killed-plane.ts';
import { PASSWORD, publishDomain, publishMailbox } from '../testing/plane.ts';
import { RawClient } from './testing/raw-client.ts';

const KILLS = 3;
const CLIENTS = 4;
const CHANGES_BEFORE_A_KILL = 60;
// Starting a process again and again is what takes long here.
const TIMEOUT_MS = 240_000;
const FOLDERS = ['INBOX', 'Archive'] as const;
type Folder = (typeof FOLDERS)[number];

/** A message a client was told of; with a command about it that was never answered, nothing more is known of it. */
type Known = { marker: string; flags: string[]; state: 'there' | 'gone' | 'unsure' };

/** What all clients together were answered. */
type Book = {
  /** By `folder uid`. */
  known: Map<string, Known>;
  /** Copies that commands without an answer may have made, by `folder marker`. */
  possible: Map<string, number>;
  /** Of each folder, every UID there was an answer with. */
  uids: Record<Folder, number[]>;
  uidValidity: Record<string, Set<string>>;
  answered: number;
};

const database = useTestDatabase();

it('what was answered OK over IMAP survives kill -9 at any moment, exactly once and under its UID', {
  timeout: TIMEOUT_MS,
}, async () => {
  const { ground, start } = await startKillableGround(database);
  await publishDomain(ground, 'here.example');
  await publishMailbox(database.db, 'ann@here.example');
  const book: Book = {
    known: new Map(),
    possible: new Map(),
    uids: { INBOX: [], Archive: [] },
    uidValidity: { INBOX: new Set(), Archive: new Set() },
    answered: 0,
  };

  for (let kill = 0; kill < KILLS; kill += 1) {
    const plane = await start();
    const clients = Array.from({ length: CLIENTS }, (_, n) =>
      keepChanging(plane.ready, `${kill}.${n}`, book),
    );
    const before = book.answered;
    while (book.answered < before + CHANGES_BEFORE_A_KILL) await delay(10);
    // At no moment in particular.
    await delay(Math.random() * 200);
    await plane.kill();
    await Promise.all(clients);
  }

  const { ready } = await start();
  const client = await signedIn(ready);
  for (const folder of FOLDERS) {
    const examined = await client.ok(`EXAMINE ${folder}`);
    note(book, folder, examined.join());
    const found = await messagesOf(client);
    // Nothing that was answered is missing, changed or back again.
    for (const [key, { marker, flags, state }] of book.known) {
      if (!key.startsWith(`${folder} `) || state === 'unsure') continue;
      const uid = Number(key.split(' ')[1]);
      const expected = state === 'gone' ? undefined : { marker, flags: flags.toSorted() };
      expect({ key, message: found.get(uid) }).toEqual({ key, message: expected });
    }
    // And nothing is there that nobody asked for: the others are from commands that were cut off, once each.
    for (const [uid, { marker }] of found) {
      const known = book.known.get(`${folder} ${uid}`);
      if (known) {
        expect(marker).toBe(known.marker);
        continue;
      }
      const left = book.possible.get(`${folder} ${marker}`) ?? 0;
      expect(left, `${folder} ${uid} ${marker}`).toBeGreaterThan(0);
      book.possible.set(`${folder} ${marker}`, left - 1);
    }
    expect(book.uidValidity[folder]!.size).toBe(1);
    const given = book.uids[folder];
    expect(new Set(given).size).toBe(given.length);
    const [status] = await client.ok(`STATUS ${folder} (MESSAGES UNSEEN UIDNEXT)`);
    const unseen = [...found.values()].filter(({ flags }) => !flags.includes('\\Seen')).length;
    expect(status).toContain(`(MESSAGES ${found.size} UNSEEN ${unseen} UIDNEXT `);
    const next = Number(/UIDNEXT (\d+)/.exec(status!)![1]);
    expect(next).toBeGreaterThan(Math.max(0, ...given, ...found.keys()));
  }
  expect(book.answered).toBeGreaterThanOrEqual(KILLS * CHANGES_BEFORE_A_KILL);
  client.close();
  await ground.close();
});

const signedIn = async ({ imapsPort }: Ready): Promise<RawClient> => {
  const client = await RawClient.connect(imapsPort, true);
  await client.greeting();
  await client.ok(`LOGIN ann@here.example "${PASSWORD}"`);
  return client;
};

const note = (book: Book, folder: string, text: string) => {
  const [, validity] = /(?:UIDVALIDITY|APPENDUID|COPYUID) (\d+)/.exec(text) ?? [];
  book.uidValidity[folder]!.add(validity!);
};

/** What is there, by UID. */
const messagesOf = async (client: RawClient) => {
  const found = new Map<number, { marker: string; flags: string[] }>();
  for (const line of await client.ok('UID FETCH 1:* (FLAGS BODY.PEEK[HEADER.FIELDS (X-Marker)])')) {
    const uid = Number(/UID (\d+)/.exec(line)![1]);
    const flags = /FLAGS \(([^)]*)\)/.exec(line)![1]!.split(' ');
    const marker = /X-Marker: (\S+)/.exec(line)![1]!;
    expect(found.has(uid)).toBe(false);
    found.set(uid, { marker, flags: flags.filter((flag) => flag !== '' && flag !== '\\Recent').toSorted() });
  }
  return found;
};

/** One client that changes messages of its own in the INBOX until its server dies. */
const keepChanging = async (ready: Ready, name: string, book: Book): Promise<void> => {
  const client = await signedIn(ready);
  note(book, 'INBOX', (await client.ok('SELECT INBOX')).join());
  const own: number[] = [];
  const known = (uid: number) => book.known.get(`INBOX ${uid}`)!;
  /** The tagged answer; throws when there is none, which leaves `uid` unsure. */
  const ask = async (command: string | Buffer, uid?: number): Promise<string> => {
    const before = uid === undefined ? undefined : known(uid).state;
    if (uid !== undefined) known(uid).state = 'unsure';
    const { untagged, tagged } = await client.command(command);
    if (!tagged.startsWith('OK')) throw new Error(`${command} was answered ${tagged}`);
    if (uid !== undefined) known(uid).state = before!;
    book.answered += 1;
    return [...untagged, tagged].join('\n');
  };
  const mayMake = (folder: Folder, marker: string, count: number) =>
    book.possible.set(`${folder} ${marker}`, (book.possible.get(`${folder} ${marker}`) ?? 0) + count);
  const made = (folder: Folder, answer: string, marker: string, flags: string[]): number => {
    note(book, folder, answer);
    const uid = Number(/(?:APPENDUID \d+|COPYUID \d+ \d+) (\d+)/.exec(answer)![1]);
    book.known.set(`${folder} ${uid}`, { marker, flags, state: 'there' });
    book.uids[folder].push(uid);
    mayMake(folder, marker, -1);
    return uid;
  };
  try {
    for (let step = 0; ; step += 1) {
      const uid = own[step % Math.max(1, own.length)];
      const kind = uid === undefined ? 0 : step % 6;
      if (uid === undefined || kind < 2) {
        const marker = `${name}.${step}`;
        const raw = Buffer.from(`Subject: ${marker}\r\nX-Marker: ${marker}\r\n\r\n${'x'.repeat(4000)}\r\n`);
        mayMake('INBOX', marker, 1);
        const head = `APPEND INBOX (\\Seen k${step % 3}) {${raw.length}+}\r\n`;
        const answer = await ask(Buffer.concat([Buffer.from(head), raw]));
        own.push(made('INBOX', answer, marker, ['\\Seen', `k${step % 3}`]));
        continue;
      }
      const { marker, flags } = known(uid);
      if (kind === 2) {
        await ask(`UID STORE ${uid} FLAGS (\\Flagged n${step % 5})`, uid);
        known(uid).flags = ['\\Flagged', `n${step % 5}`];
      } else if (kind === 3) {
        mayMake('Archive', marker, 1);
        made('Archive', await ask(`UID COPY ${uid} Archive`), marker, flags);
      } else if (kind === 4) {
        mayMake('Archive', marker, 1);
        const answer = await ask(`UID MOVE ${uid} Archive`, uid);
        made('Archive', answer, marker, flags);
        known(uid).state = 'gone';
        own.splice(own.indexOf(uid), 1);
      } else {
        await ask(`UID STORE ${uid} +FLAGS.SILENT (\\Deleted)`, uid);
        known(uid).flags = [...flags, '\\Deleted'];
        await ask(`UID EXPUNGE ${uid}`, uid);
        known(uid).state = 'gone';
        own.splice(own.indexOf(uid), 1);
      }
    }
  } catch (error) {
    if (!/closed the connection|was answered NO \[UNAVAILABLE\]/.test(String(error))) throw error;
  }
};
