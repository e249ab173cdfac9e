// mbsync keeps a Maildir and our folders equal, whatever changes on either side.
import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import type { ImapFlow } from 'imapflow';
import type { Answer } from '../../tools/demo/api-client.ts';
import { part } from '../report.ts';
import { judge, lineWith, run } from './judgement.ts';
import { imapOf } from './submission.ts';

/** Our name of each, and the one mbsync gives it on the disk, which is that of RFC 3501 §5.1.3. */
const FOLDERS = { INBOX: 'INBOX', Projects: 'Projects', 'Projects/Übung & Co': 'Projects/&ANw-bung &- Co' };
const farNames = Object.keys(FOLDERS);
const nearNames = Object.values(FOLDERS);
const farNameOf = (near: string): string => farNames[nearNames.indexOf(near)] ?? near;
const MESSAGES = 150;
/** Of the flags both sides know; the letter is that of a Maildir name. */
const FLAGS: Record<string, string> = {
  '\\Draft': 'D',
  '\\Flagged': 'F',
  '\\Answered': 'R',
  '\\Seen': 'S',
  '\\Deleted': 'T',
};

export const judgeTwoWaySync = async (mailbox: Answer, directory: string): Promise<void> => {
  part(`mbsync: ${farNames.length} folders with ${MESSAGES} messages each, changed on both sides`);
  const maildir = `${directory}/maildir`;
  await mkdir(maildir);
  await writeFile(`${directory}/cert.pem`, mailbox.certificate);
  await writeFile(`${directory}/mbsyncrc`, settings(mailbox, directory));
  const client = imapOf(mailbox);
  await client.connect();
  try {
    for (const folder of farNames) {
      if (folder !== 'INBOX') await client.mailboxCreate(folder);
      for (let index = 0; index < MESSAGES; index += 1) {
        await client.append(folder, messageOf(`far-${index}`), index % 3 === 0 ? ['\\Seen'] : []);
      }
    }
    const sync = async (what: string) => {
      const { code, text } = await run('mbsync', ['-c', `${directory}/mbsyncrc`, '-a']);
      const drift = await driftBetween(client, maildir);
      const messages = (await nearSide(maildir)).size;
      // All of what was there at first, but for what was deleted since; two empty sides would be equal too.
      const isAll = messages > 0.7 * MESSAGES * farNames.length;
      const said = drift ?? `${messages} messages equal on both sides`;
      judge(
        'mbsync',
        what,
        code === 0 && drift === null && isAll,
        code === 0 ? said : lineWith(text, /error/i),
      );
      return text;
    };
    await sync('everything for the first time');
    await changeFar(client);
    await sync('flags, deletions and new messages on the server');
    await changeNear(maildir);
    await sync('flags, deletions and new messages in the Maildir');
    await changeFar(client);
    await changeNear(maildir);
    await sync('on both sides at once');
    const before = JSON.stringify([...(await nearSide(maildir))]);
    const quiet = await sync('nothing');
    const after = JSON.stringify([...(await nearSide(maildir))]);
    judge(
      'mbsync',
      'nothing changes when nothing has changed',
      before === after && !/[+*#][1-9]/.test(quiet),
      'not a byte in the Maildir',
    );
  } finally {
    await client.logout();
  }
};

const settings = (mailbox: Answer, directory: string): string => `
IMAPStore far
Host ${mailbox.imap.host}
Port ${mailbox.imap.port}
User ${mailbox.email}
Pass "${mailbox.app_password}"
AuthMechs PLAIN
SSLType IMAPS
CertificateFile ${directory}/cert.pem

MaildirStore near
Path ${directory}/maildir/
Inbox ${directory}/maildir/INBOX
SubFolders Verbatim

Channel all
Far :far:
Near :near:
Patterns *
Create Both
Remove Both
Expunge Both
SyncState *
`;

const messageOf = (id: string): string =>
  `From: a@example.org\r\nTo: b@example.org\r\nSubject: =?utf-8?q?Gr=C3=BC=C3=9Fe?= ${id}\r\nMessage-ID: <${id}@sync.example>\r\n\r\nThe text of ${id}.\r\n.\r\n`;

/** `folder message-id` → flags and a hash of the content, without what depends on the side. */
type Side = Map<string, string>;

const described = (source: string, flags: string[]): [id: string, text: string] => {
  // mbsync marks what it has handed over with a field of its own.
  const content = source.replaceAll('\r\n', '\n').replace(/^X-TUID:.*\n/m, '');
  const id = /^Message-ID: (\S+)/im.exec(content)?.[1] ?? createHash('sha1').update(content).digest('hex');
  return [id, `${flags.toSorted().join('')} ${createHash('sha1').update(content).digest('hex')}`];
};

const farSide = async (client: ImapFlow): Promise<Side> => {
  const side: Side = new Map();
  for (const { path } of await client.list()) {
    await client.mailboxOpen(path, { readOnly: true });
    if (client.mailbox && client.mailbox.exists > 0) {
      for await (const message of client.fetch('1:*', { source: true, flags: true })) {
        const flags = [...(message.flags ?? [])].flatMap((flag) => FLAGS[flag] ?? []);
        const [id, text] = described(message.source!.toString('latin1'), flags);
        side.set(`${path} ${id}`, text);
      }
    }
    await client.mailboxClose();
  }
  return side;
};

type MaildirFile = { folder: string; path: string; flags: string };

const filesOf = async (maildir: string): Promise<MaildirFile[]> => {
  const files: MaildirFile[] = [];
  for (const entry of await readdir(maildir, { recursive: true, withFileTypes: true })) {
    const place = /^(.*)\/(cur|new)$/.exec(entry.parentPath);
    if (!entry.isFile() || !place || entry.name.startsWith('.')) continue;
    const folder = place[1]!.slice(maildir.length + 1);
    files.push({
      folder,
      path: `${entry.parentPath}/${entry.name}`,
      flags: /:2,(\w*)$/.exec(entry.name)?.[1] ?? '',
    });
  }
  return files.toSorted((a, b) => (a.path < b.path ? -1 : 1));
};

const nearSide = async (maildir: string): Promise<Side> => {
  const side: Side = new Map();
  for (const { folder, path, flags } of await filesOf(maildir)) {
    const [id, text] = described(await readFile(path, 'latin1'), [...flags]);
    side.set(`${farNameOf(folder)} ${id}`, text);
  }
  return side;
};

const driftBetween = async (client: ImapFlow, maildir: string): Promise<string | null> => {
  const [far, near] = [await farSide(client), await nearSide(maildir)];
  for (const [key, text] of far)
    if (near.get(key) !== text) return `${key}: server ${text}, Maildir ${near.get(key)}`;
  for (const key of near.keys()) if (!far.has(key)) return `${key}: only in the Maildir`;
  return null;
};

let added = 0;

const changeFar = async (client: ImapFlow): Promise<void> => {
  for (const folder of farNames) {
    await client.mailboxOpen(folder);
    await client.messageFlagsAdd('1:20', ['\\Flagged', '\\Answered']);
    await client.messageFlagsRemove('10:15', ['\\Answered']);
    await client.messageDelete('30:39');
    await client.mailboxClose();
    for (let index = 0; index < 10; index += 1) {
      added += 1;
      await client.append(folder, messageOf(`far-later-${added}`), ['\\Draft']);
    }
  }
};

const changeNear = async (maildir: string): Promise<void> => {
  const byFolder = Map.groupBy(await filesOf(maildir), ({ folder }) => folder);
  for (const folder of nearNames) {
    const files = byFolder.get(folder) ?? [];
    for (const { path } of files.slice(0, 10)) await rm(path);
    for (const { path, flags } of files.slice(5, 60).filter((_, index) => index > 5)) {
      const letters = [...new Set(`${flags}FS`)].toSorted().join('');
      const renamed = `${path.replace(/\/new\//, '/cur/').replace(/:2,\w*$/, '')}:2,${letters}`;
      await rename(path, renamed);
    }
    for (let index = 0; index < 10; index += 1) {
      added += 1;
      const text = messageOf(`near-${added}`).replaceAll('\r\n', '\n');
      await writeFile(`${maildir}/${folder}/new/${added}.near.bench`, text);
    }
  }
};
