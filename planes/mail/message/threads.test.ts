// Base subjects and conversations, with what RFC 5256 says of each odd case.
import { describe, expect, it } from 'vitest';
import { baseSubject } from './base-subject.ts';
import { parseSentTime } from './sort-values.ts';
import {
  formatThreads,
  messageIdsIn,
  type Threadable,
  threadsByReferences,
  threadsBySubject,
} from './threads.ts';

describe('the base subject', () => {
  it.each([
    ['b', 'b', false],
    ['Re: b', 'b', true],
    ['RE :  b', 'b', true],
    ['[foo] Fwd: [bar] Re: fw: b (fWd)  (fwd)', 'b', true],
    ['Re: [FWD: c]', 'c', true],
    ['Re[2]: b', 'b', true],
    ['[list] b', 'b', false],
    ['[xyz]', '[xyz]', false],
    ['b (a)', 'b (a)', false],
    ['Regarding: b', 'Regarding: b', false],
    ['Re: Re: Re:', '', true],
    ['  a \t b  ', 'a b', false],
    ['', '', false],
  ])('of %j is %j', (subject, text, isReplyOrForward) => {
    expect(baseSubject(subject)).toEqual({ text, isReplyOrForward });
  });

  it('of a hostile subject takes time in proportion to its length', () => {
    for (const piece of ['[', 're: ', '[a]', '(fwd)', '[fwd:', ' ']) {
      expect(baseSubject(piece.repeat(100_000)).text.length).toBeLessThanOrEqual(2000);
    }
  });
});

describe('the time a message was sent', () => {
  it.each([
    ['Sat, 24 Mar 2007 23:00:00 +0200', '2007-03-24T21:00:00.000Z'],
    ['1 Jan 20 1:02 EST', '2020-01-01T06:02:00.000Z'],
    ['1 Jan 2020', '2020-01-01T00:00:00.000Z'],
    ['1 Jan 2020 25:00:00 +0100', '2019-12-31T23:00:00.000Z'],
    ['1 Jan 2020 10:00:00 (noon) -0130', '2020-01-01T11:30:00.000Z'],
    ['30 Feb 2020 10:00:00 +0000', null],
    ['yesterday', null],
  ])('%s is %s', (field, moment) => {
    const sentMs = parseSentTime(field);
    expect(sentMs === null ? null : new Date(sentMs).toISOString()).toBe(moment);
  });
});

const conversation = (
  messages: readonly (Partial<Threadable> & { id?: string | null; refs?: string })[],
): Threadable[] =>
  messages.map(({ id, refs, ...rest }, index) => ({
    number: index + 1,
    messageId: id === undefined ? `${'abcdefgh'[index]}@x` : id,
    references: messageIdsIn(refs ?? ''),
    subject: '',
    isReplyOrForward: false,
    sentMs: index,
    ...rest,
  }));

const byReferences = (...messages: Parameters<typeof conversation>[0]) =>
  formatThreads(threadsByReferences(conversation(messages)));

describe('conversations by reference', () => {
  it('are nested as the messages answer each other', () => {
    expect(byReferences({}, { refs: '<a@x>' }, { refs: '<a@x> <b@x>' }, { refs: '<a@x>' })).toBe(
      '(1 (2 3)(4))',
    );
    expect(byReferences({}, {}, {})).toBe('(1)(2)(3)');
    expect(byReferences()).toBe('');
  });

  it('survive a message in the middle that is not there', () => {
    expect(byReferences({ refs: '<z@x>' }, { refs: '<z@x>' })).toBe('((1)(2))');
    expect(byReferences({ refs: '<z@x>' })).toBe('(1)');
    expect(byReferences({}, { refs: '<a@x> <y@x> <z@x>' })).toBe('(1 2)');
  });

  it('never run in circles, and believe a message about its own parent', () => {
    expect(byReferences({}, { refs: '<c@x> <a@x>' }, { refs: '<b@x>' })).toBe('(3 1 2)');
    expect(byReferences({ refs: '<b@x>' }, { refs: '<a@x>' })).toBe('(2 1)');
    expect(byReferences({ refs: '<a@x>' })).toBe('(1)');
  });

  it('tell messages apart that have the same ID or none', () => {
    expect(byReferences({ id: 'a@x' }, { id: 'a@x' }, { refs: '<a@x>' }, { id: null })).toBe('(1 3)(2)(4)');
  });

  it('are joined when their subjects say so', () => {
    const reply = { subject: 'S', isReplyOrForward: true };
    expect(byReferences({ subject: 'S' }, reply, { subject: 'T' })).toBe('(1 2)(3)');
    expect(byReferences({ subject: 'S' }, { subject: 'S' })).toBe('((1)(2))');
    expect(byReferences(reply, { subject: 'S' })).toBe('(2 1)');
  });

  it('of any length are put together without running out of stack', () => {
    const chain = Array.from({ length: 20_000 }, (_, index) => ({
      id: `m${index}@x`,
      refs: index > 0 ? `<m${index - 1}@x>` : '',
    }));
    expect(byReferences(...chain)).toBe(`(${chain.map((_, index) => index + 1).join(' ')})`);
  });
});

describe('conversations by subject', () => {
  it('hang every later message under the first', () => {
    const messages = conversation([
      { subject: 'A', sentMs: 3 },
      { subject: 'B', sentMs: 2 },
      { subject: 'A', sentMs: 1 },
      { subject: 'A', sentMs: 5 },
      { subject: 'B', sentMs: 4 },
    ]);
    expect(formatThreads(threadsBySubject(messages))).toBe('(3 (1)(4))(2 5)');
  });
});
