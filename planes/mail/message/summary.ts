/** What a message is called: by programs, its Message-ID; by people, its subject. */
import libmime from 'libmime';
import { readHeader } from '../../../protocols/mail/header.ts';

const MAX_SUBJECT_CHARACTERS = 200;
// RFC 5322 §2.1.1: no line is longer, so no honest msg-id is.
const MAX_MESSAGE_ID_CHARACTERS = 998;

/** `messageId` with its angle brackets. Null for what the header does not have. */
export function summaryOf(message: Buffer): { messageId: string | null; subject: string | null } {
  const { fields } = readHeader(message);
  const field = (name: string) => fields.find((candidate) => candidate.name === name)?.value || null;
  const subject = field('subject');
  const messageId = field('message-id');
  return {
    messageId: messageId && messageId.length <= MAX_MESSAGE_ID_CHARACTERS ? withoutControls(messageId) : null,
    subject: subject === null ? null : [...decoded(subject)].slice(0, MAX_SUBJECT_CHARACTERS).join(''),
  };
}

function decoded(subject: string): string {
  try {
    return withoutControls(libmime.decodeWords(subject));
  } catch {
    // A charset nobody knows.
    return withoutControls(subject);
  }
}

// PostgreSQL takes no NUL in text (U+0000), and nobody wants the others.
const withoutControls = (text: string): string => text.replace(/\p{Cc}+/gu, ' ').trim();
