// A letter as a message on the wire: MIME, the fields of its thread, and the mark by which the installation knows it.
import { createTransport } from 'nodemailer';
import { warmupMark } from '../../../protocols/mail/warmup-mark.ts';
import type { Mailbox } from '../mailboxes/index.ts';
import type { Letter } from './letter.ts';
import { textOf } from './write.ts';

type Party = Pick<Mailbox, 'address' | 'firstName' | 'lastName'>;

export type ComposedLetter = { raw: Buffer; envelope: { from: string; to: string } };

const composer = createTransport({ streamTransport: true, buffer: true, newline: 'windows' });

export const compose = async (
  letter: Pick<Letter, 'uid' | 'depth' | 'messageId' | 'thread' | 'subject'>,
  from: Party,
  to: Party,
  secret: string,
  now: Date,
): Promise<ComposedLetter> => {
  const { message } = await composer.sendMail({
    from: { name: `${from.firstName} ${from.lastName}`.trim(), address: from.address },
    to: { name: `${to.firstName} ${to.lastName}`.trim(), address: to.address },
    subject: letter.subject,
    messageId: letter.messageId,
    // RFC 5322 §3.6.4: the parent, and the thread up to it.
    ...(letter.thread.length > 0 && {
      inReplyTo: letter.thread.at(-1),
      references: letter.thread.join(' '),
    }),
    date: now,
    text: textOf(letter.uid, { from: from.firstName, to: to.firstName }, letter.depth),
    xMailer: false,
    disableUrlAccess: true,
    disableFileAccess: true,
  });
  const plain = message as Buffer;
  return {
    raw: Buffer.concat([Buffer.from(warmupMark(plain, to.address, secret)), plain]),
    envelope: { from: from.address, to: to.address },
  };
};
