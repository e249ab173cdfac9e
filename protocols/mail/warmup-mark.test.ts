// The mark of warm-up letters: made again it is known, and on anything else it is not.
import { describe, expect, test } from 'vitest';
import { isMarked, seemsMarked, warmupMark } from './warmup-mark.ts';

const SECRET = 'of this installation';
const TO = 'sam@other.example';
const letter = (change: Record<string, string> = {}): Buffer => {
  const fields = {
    From: 'Mara <mara@here.example>',
    To: TO,
    Subject: 'Lunch on Thursday?',
    'Message-ID': '<a1@here.example>',
    ...change,
  };
  const { body = 'Does noon suit you?\r\n', ...header } = fields as Record<string, string>;
  const lines = Object.entries(header).map(([name, value]) => `${name}: ${value}\r\n`);
  return Buffer.from(`${lines.join('')}\r\n${body}`);
};
const marked = (message: Buffer, secret = SECRET): Buffer =>
  Buffer.concat([Buffer.from(warmupMark(message, TO, secret)), message]);

describe('the mark of warm-up letters', () => {
  test('is known again, also below fields that hosts on the way put in front, and with another end of the body', () => {
    const way = Buffer.from('Received: from here.example by other.example\r\nDKIM-Signature: v=1\r\n');
    const arrived = Buffer.concat([way, marked(letter()), Buffer.from('\r\n')]);
    expect(isMarked(arrived, TO, SECRET)).toBe(true);
    expect(isMarked(arrived, 'Sam@OTHER.example', SECRET)).toBe(true);
  });

  test('is nobody else’s to make: another secret, or none, is no mark', () => {
    expect(isMarked(marked(letter(), 'a guess'), TO, SECRET)).toBe(false);
    expect(isMarked(letter(), TO, SECRET)).toBe(false);
    expect(seemsMarked(letter())).toBe(false);
    expect(isMarked(letter({ 'X-InboxKit-Warmup': 'v1; ' }), TO, SECRET)).toBe(false);
  });

  test('cannot be moved to another letter: author, recipient, subject, Message-ID and text are under it', () => {
    const mark = Buffer.from(warmupMark(letter(), TO, SECRET));
    const withMark = (message: Buffer) => Buffer.concat([mark, message]);
    expect(isMarked(withMark(letter()), TO, SECRET)).toBe(true);
    expect(isMarked(withMark(letter()), 'eva@other.example', SECRET)).toBe(false);
    const changes: Record<string, string>[] = [
      { From: 'mara@evil.example' },
      { Subject: 'Buy now' },
      { 'Message-ID': '<b2@here.example>' },
      { body: 'Buy now\r\n' },
    ];
    for (const change of changes) expect(isMarked(withMark(letter(change)), TO, SECRET)).toBe(false);
    expect(isMarked(Buffer.concat([mark, mark, letter()]), TO, SECRET)).toBe(false);
    expect(
      isMarked(Buffer.concat([Buffer.from('From: x@y.example\r\n'), withMark(letter())]), TO, SECRET),
    ).toBe(false);
  });
});
