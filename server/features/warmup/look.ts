// Looking where letters really landed, and treating them as somebody who reads them would: opened, marked as important,
// and taken out of the spam folder.
import type { ImapFlow } from 'imapflow';
import { WARMUP_FOLDER } from '../../../protocols/mail/warmup-mark.ts';
import type { Letter, Place } from './letter.ts';

export type Found = { letter: Letter; path: string; uid: number; place: Place };

/** The folders letters can be in, the most likely first. */
const foldersOf = async (client: ImapFlow): Promise<{ path: string; place: Place }[]> => {
  const folders = await client.list();
  const spam = folders.find(({ specialUse }) => specialUse === '\\Junk');
  const isThere = folders.some(({ path }) => path === WARMUP_FOLDER);
  return [
    ...(isThere ? [{ path: WARMUP_FOLDER, place: 'inbox' as const }] : []),
    { path: 'INBOX', place: 'inbox' },
    ...(spam ? [{ path: spam.path, place: 'spam' as const }] : []),
  ];
};

/** Those that are there. */
export const findLetters = async (client: ImapFlow, letters: readonly Letter[]): Promise<Found[]> => {
  const found: Found[] = [];
  let missing = [...letters];
  for (const { path, place } of await foldersOf(client)) {
    if (missing.length === 0) break;
    await client.mailboxOpen(path);
    const here: Found[] = [];
    for (const letter of missing) {
      const uids = await client.search({ header: { 'message-id': letter.messageId } }, { uid: true });
      const uid = uids ? uids[0] : undefined;
      if (uid !== undefined) here.push({ letter, path, uid, place });
    }
    found.push(...here);
    missing = missing.filter((letter) => !here.some((one) => one.letter === letter));
  }
  return found;
};

export type Treatment = { found: Found; opens: boolean; marks: boolean };

/** Doing it again changes nothing. What is not where it belongs is moved there. */
export const treatLetters = async (client: ImapFlow, treatments: readonly Treatment[]): Promise<void> => {
  for (const [path, inFolder] of Map.groupBy(treatments, ({ found }) => found.path)) {
    if (!client.mailbox || client.mailbox.path !== path) await client.mailboxOpen(path);
    const flag = async (which: readonly Treatment[], flags: string[]): Promise<void> => {
      if (which.length > 0) await client.messageFlagsAdd(rangeOf(which), flags, { uid: true });
    };
    await flag(
      inFolder.filter(({ opens }) => opens),
      ['\\Seen'],
    );
    await flag(
      inFolder.filter(({ marks }) => marks),
      ['\\Flagged'],
    );
    if (path === WARMUP_FOLDER) continue;
    if (!(await client.list()).some((folder) => folder.path === WARMUP_FOLDER)) {
      await client.mailboxCreate(WARMUP_FOLDER);
    }
    await client.messageMove(rangeOf(inFolder), WARMUP_FOLDER, { uid: true });
  }
};

const rangeOf = (treatments: readonly Treatment[]): string =>
  treatments.map(({ found }) => found.uid).join(',');
