// What the installation writes to people: the link that was made for them, and what it is for.
import type { Tx } from '../../../database/database.ts';
import type { SecretBox } from '../../../database/secret-box.ts';
import { newId } from '../../../database/uuid.ts';
import { oneLine } from '../../http/one-line.ts';
import type { SystemMessage } from '../../http/system-mail.ts';
import type { Link } from './link.ts';
import { mailInsert } from './mail-store.ts';

const context = (uid: string): string => `person_mail:${uid}`;

export const openMessage = (box: SecretBox, uid: string, sealed: string): SystemMessage =>
  JSON.parse(box.open(sealed, context(uid))) as SystemMessage;

const subjectName = (team: string): string => (oneLine.test(team) ? team : 'a team');

const words = (link: Link, team: string, url: string): Omit<SystemMessage, 'to'> => {
  const until = link.expiresAt.toISOString().replace('T', ' ').slice(0, 16);
  const good = `The link is good once, until ${until} UTC.`;
  if (link.kind === 'reset') {
    return {
      subject: 'A new password for InboxKit',
      text: `Somebody asked for a new password for this address. Choose it here:\n\n${url}\n\n${good} If it was not you, do nothing: the password you have stays.\n`,
    };
  }
  if (link.kind === 'address') {
    return {
      subject: 'Your new address for InboxKit',
      text: `Somebody wants to sign in to InboxKit with this address. Confirm that it is yours:\n\n${url}\n\n${good} If it was not you, do nothing.\n`,
    };
  }
  return {
    subject: `Join ${subjectName(team)} on InboxKit`,
    text: `You are invited to join ${team} as ${link.role}. Choose a password here:\n\n${url}\n\n${good} If you do not know the team, do nothing.\n`,
  };
};

const NOTICE_GOOD_FOR_MS = 3 * 24 * 60 * 60_000;

/** Has something mailed in which there is no link. */
export const mailNotice = (
  tx: Tx,
  secrets: SecretBox,
  { to, subject, text, now }: SystemMessage & { now: Date },
): Promise<void> =>
  post(tx, secrets, { to, subject, text }, now, new Date(now.getTime() + NOTICE_GOOD_FOR_MS));

/** Has it mailed, in the transaction that makes the link. */
export const mailLink = (
  tx: Tx,
  secrets: SecretBox,
  { to, link, url, team, now }: { to: string; link: Link; url: string; team: string; now: Date },
): Promise<void> => post(tx, secrets, { to, ...words(link, team, url) }, now, link.expiresAt);

const post = async (
  tx: Tx,
  secrets: SecretBox,
  message: SystemMessage,
  now: Date,
  giveUpAt: Date,
): Promise<void> => {
  const uid = newId();
  const messageSealed = secrets.seal(JSON.stringify(message), context(uid));
  await mailInsert(tx, { uid, messageSealed, dueAt: now, giveUpAt });
};
