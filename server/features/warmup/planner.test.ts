// The rules of warm-up without anybody sending: days and hours, the curve, who writes to whom, when somebody answers, what
// letters say, and the score.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { dayAfter, dayAt, hourOf, weekdayOf } from './calendar.ts';
import {
  curveAt,
  defaultSettings,
  isAtTop,
  lettersOn,
  momentsIn,
  nextRampDay,
  nextWindow,
  type WarmupSettings,
  windowOn,
} from './curve.ts';
import { noCounts, type WarmupDay } from './day-store.ts';
import { healthOf, healthOn } from './health.ts';
import { choosePartners, type Member, mayPair, partnersOf } from './pairing.ts';
import { randomFrom } from './random.ts';
import { replySlot } from './reply.ts';
import { subjectOf, textOf } from './write.ts';

const settings: WarmupSettings = { ...defaultSettings, jitterPercent: 0 };
const zones = [
  'UTC',
  'Europe/Berlin',
  'America/New_York',
  'Asia/Kolkata',
  'Australia/Lord_Howe',
  'Pacific/Apia',
  'America/Sao_Paulo',
];
const zone = fc.constantFrom(...zones);
const moment = fc.date({
  min: new Date('2026-01-01T00:00:00Z'),
  max: new Date('2029-12-31T00:00:00Z'),
  noInvalidDate: true,
});

describe('days and hours are those of the mailbox', () => {
  test('nine in the morning is nine on the clock there, in summer and in winter', () => {
    expect(hourOf('2027-01-15', 9, 'Europe/Berlin').toISOString()).toBe('2027-01-15T08:00:00.000Z');
    expect(hourOf('2027-07-15', 9, 'Europe/Berlin').toISOString()).toBe('2027-07-15T07:00:00.000Z');
    expect(hourOf('2027-07-15', 9, 'Asia/Kolkata').toISOString()).toBe('2027-07-15T03:30:00.000Z');
    expect(hourOf('2027-07-15', 24, 'UTC').toISOString()).toBe('2027-07-16T00:00:00.000Z');
  });

  test('on the days when clocks change: the hour that is left out is the one after it, of two the first counts', () => {
    expect(hourOf('2027-03-28', 2, 'Europe/Berlin').toISOString()).toBe('2027-03-28T01:00:00.000Z');
    expect(hourOf('2027-10-31', 2, 'Europe/Berlin').toISOString()).toBe('2027-10-31T00:00:00.000Z');
    // Hours of work, on a day of 23 and on one of 25 hours.
    expect(hourOf('2027-03-14', 8, 'America/New_York').toISOString()).toBe('2027-03-14T12:00:00.000Z');
    expect(hourOf('2027-11-07', 8, 'America/New_York').toISOString()).toBe('2027-11-07T13:00:00.000Z');
  });

  test('any hour of any day, in any zone, is on that day and shows that hour', () => {
    fc.assert(
      fc.property(zone, moment, fc.integer({ min: 4, max: 23 }), (timeZone, at, hour) => {
        const day = dayAt(at, timeZone);
        const found = hourOf(day, hour, timeZone);
        expect(dayAt(found, timeZone)).toBe(day);
        const shown = new Intl.DateTimeFormat('en-GB', { timeZone, hour: '2-digit', minute: '2-digit' });
        expect(shown.format(found)).toBe(`${String(hour).padStart(2, '0')}:00`);
      }),
    );
  });
});

describe('the curve', () => {
  test('begins with `start`, grows by `increment`, and ends at `max`', () => {
    const days = Array.from({ length: 16 }, (_, index) => curveAt(settings, index + 1));
    expect(days).toEqual([4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30, 30, 30]);
    const slow = { ...settings, start: 1, increment: 0.1 };
    expect(curveAt(slow, 10)).toBe(1);
    expect(curveAt(slow, 11)).toBe(2);
    expect(isAtTop(settings, 13)).toBe(false);
    expect(isAtTop(settings, 14)).toBe(true);
  });

  test('a day has a little more or less, the same whenever it is asked, and never more than `max`', () => {
    fc.assert(
      fc.property(fc.uuid(), fc.integer({ min: 1, max: 60 }), moment, (seed, rampDay, at) => {
        const asked = { rampDay, day: dayAt(at, 'UTC'), seed };
        const letters = lettersOn(defaultSettings, asked);
        expect(lettersOn(defaultSettings, asked)).toBe(letters);
        const curve = curveAt(defaultSettings, rampDay);
        expect(letters).toBeGreaterThanOrEqual(Math.max(1, Math.floor(curve * 0.8)));
        expect(letters).toBeLessThanOrEqual(Math.min(defaultSettings.max, Math.ceil(curve * 1.2)));
      }),
    );
    const days = Array.from({ length: 50 }, (_, index) =>
      lettersOn(defaultSettings, { rampDay: 9, day: dayAfter('2027-01-01', index), seed: 'one' }),
    );
    expect(new Set(days).size).toBeGreaterThan(3);
  });

  test('goes on from day to day, is held while a tenth lands in spam, and goes down while a fifth does', () => {
    expect(nextRampDay(0, { looked: 0, spamShare: 0 })).toBe(1);
    expect(nextRampDay(5, { looked: 100, spamShare: 0.1 })).toBe(6);
    expect(nextRampDay(5, { looked: 100, spamShare: 0.11 })).toBe(5);
    expect(nextRampDay(5, { looked: 100, spamShare: 0.21 })).toBe(4);
    expect(nextRampDay(1, { looked: 100, spamShare: 1 })).toBe(1);
    expect(nextRampDay(5, { looked: 9, spamShare: 1 })).toBe(6);
  });
});

describe('when letters go out', () => {
  test('within the hours and on the weekdays of the mailbox, whatever its zone and whenever it is asked', () => {
    const days = fc.subarray([1, 2, 3, 4, 5, 6, 7], { minLength: 1 });
    const hours = fc.integer({ min: 4, max: 20 });
    fc.assert(
      fc.property(
        zone,
        days,
        hours,
        moment,
        fc.integer({ min: 1, max: 40 }),
        (timeZone, weekdays, from, at, count) => {
          const own = { ...settings, timeZone, weekdays, fromHour: from, untilHour: from + 3 };
          const window = nextWindow(own, at);
          expect(weekdays).toContain(weekdayOf(window.day));
          expect(window.until.getTime()).toBeGreaterThan(at.getTime());
          const moments = momentsIn(window, count, at, randomFrom('seed', count));
          expect(moments).toEqual(moments.toSorted((one, other) => one.getTime() - other.getTime()));
          for (const each of moments) {
            expect(each.getTime()).toBeGreaterThanOrEqual(Math.max(window.from.getTime(), at.getTime()));
            expect(each.getTime()).toBeLessThan(window.until.getTime());
            expect(dayAt(each, timeZone)).toBe(window.day);
          }
        },
      ),
    );
  });

  test('no day is left out: the next window is the first that is not over', () => {
    const own = { ...settings, timeZone: 'Europe/Berlin' };
    // A Friday, in its hours, and after them.
    expect(nextWindow(own, new Date('2027-03-26T12:00:00Z')).day).toBe('2027-03-26');
    expect(nextWindow(own, new Date('2027-03-26T17:00:00Z')).day).toBe('2027-03-29');
    // The clocks went forward in between.
    expect(nextWindow(own, new Date('2027-03-26T17:00:00Z')).from.toISOString()).toBe(
      '2027-03-29T06:00:00.000Z',
    );
    expect(windowOn(own, '2027-03-27')).toBeNull();
  });

  test('an answer goes out on the first day with room under the curve, and not within minutes', () => {
    const replier = { settings, rampDay: 3, plannedDay: '2027-03-22', plannedLetters: 8 };
    const readAt = new Date('2027-03-22T09:00:00Z');
    const full = new Map([['2027-03-22', 8]]);
    const slot = replySlot(replier, { seed: 'one', readAt, countOn: (day) => full.get(day) ?? 0 });
    expect(slot!.day).toBe('2027-03-23');
    const roomy = replySlot(replier, { seed: 'one', readAt, countOn: () => 0 });
    expect(roomy!.day).toBe('2027-03-22');
    expect(roomy!.at.getTime() - readAt.getTime()).toBeGreaterThanOrEqual(20 * 60_000);
    expect(replySlot(replier, { seed: 'one', readAt, countOn: () => 100 })).toBeNull();
  });
});

const member = (uid: string, change: Partial<Member> = {}): Member => ({
  uid,
  workspaceUid: 'w1',
  domainName: `${uid}.example`,
  shared: false,
  ...change,
});
const nobodyYet = { balance: () => ({ given: 0, taken: 0 }), wrote: () => false };

describe('who writes to whom', () => {
  const anyMember = fc.record({
    workspaceUid: fc.constantFrom('w1', 'w2', 'w3'),
    domainName: fc.constantFrom('a.example', 'b.example', 'c.example', 'd.example'),
    shared: fc.boolean(),
  });
  const anyMembers = fc
    .array(anyMember, { minLength: 2, maxLength: 30 })
    .map((all) => all.map((one, index) => ({ ...one, uid: `m${index}` })));

  test('never oneself or one’s own domain; across workspaces only where both agree; everybody who has a partner', () => {
    fc.assert(
      fc.property(anyMembers, fc.integer({ min: 1, max: 6 }), fc.string(), (members, letters, seed) => {
        const wanted = members.map((one) => ({ member: one, letters }));
        const chosen = choosePartners(wanted, members, nobodyYet, randomFrom(seed));
        for (const one of members) {
          const partners = chosen.get(one.uid)!.map((uid) => members.find((other) => other.uid === uid)!);
          for (const other of partners) {
            expect(other.domainName).not.toBe(one.domainName);
            expect(other.workspaceUid === one.workspaceUid || (one.shared && other.shared)).toBe(true);
          }
          const possible = partnersOf(one, members);
          expect(partners).toHaveLength(possible === 0 ? 0 : letters);
          expect(new Set(partners).size).toBe(Math.min(possible, letters));
        }
      }),
    );
  });

  test('each gets about as much as it gives', () => {
    const members = Array.from({ length: 40 }, (_, index) =>
      member(`m${index}`, { domainName: `d${index % 8}.example` }),
    );
    const taken = new Map<string, number>();
    const given = new Map<string, number>();
    for (let day = 0; day < 10; day += 1) {
      const recent = {
        balance: (uid: string) => ({ given: given.get(uid) ?? 0, taken: taken.get(uid) ?? 0 }),
        wrote: () => false,
      };
      const wanted = members.map((one) => ({ member: one, letters: 5 }));
      for (const [uid, partners] of choosePartners(wanted, members, recent, randomFrom('day', day))) {
        given.set(uid, (given.get(uid) ?? 0) + partners.length);
        for (const partner of partners) taken.set(partner, (taken.get(partner) ?? 0) + 1);
      }
    }
    for (const { uid } of members) {
      expect(given.get(uid)).toBe(50);
      expect(Math.abs(taken.get(uid)! - 50)).toBeLessThanOrEqual(5);
    }
  });

  test('a pair rests after a letter, as long as there are others', () => {
    const members = ['a', 'b', 'c', 'd'].map((uid) => member(uid));
    const recent = { ...nobodyYet, wrote: (from: string, to: string) => from === 'a' && to !== 'd' };
    const one = (letters: number) => [{ member: members[0]!, letters }];
    expect(choosePartners(one(1), members, recent, randomFrom(1)).get('a')).toEqual(['d']);
    expect(choosePartners(one(2), members, recent, randomFrom(1)).get('a')).toHaveLength(2);
  });

  test('with thousands of mailboxes it stays fair, and keeps the rules', () => {
    const members = Array.from({ length: 3_000 }, (_, index) =>
      member(`m${index}`, {
        workspaceUid: `w${index % 100}`,
        domainName: `d${index % 700}.example`,
        shared: true,
      }),
    );
    const wanted = members.slice(0, 300).map((one) => ({ member: one, letters: 10 }));
    const chosen = choosePartners(wanted, members, nobodyYet, randomFrom('many'));
    const byUid = new Map(members.map((one) => [one.uid, one]));
    for (const { member: own } of wanted) {
      const partners = chosen.get(own.uid)!;
      expect(partners).toHaveLength(10);
      expect(partners.every((uid) => mayPair(own, byUid.get(uid)!))).toBe(true);
    }
  });
});

describe('what letters say', () => {
  test('hardly any two are the same, and none has a hole in it', () => {
    const seeds = Array.from({ length: 500 }, (_, index) => `letter ${index}`);
    const letters = seeds.map((seed, index) => textOf(seed, { from: 'Mara', to: 'Jürgen' }, index % 3));
    expect(new Set(letters).size).toBeGreaterThan(450);
    for (const text of letters) {
      expect(text).not.toMatch(/[{}]|undefined/);
      expect(text).toContain('Jürgen');
    }
    for (const seed of seeds) expect(subjectOf(seed)).toMatch(/^[^{}]{5,60}$/);
    expect(textOf('same', { from: 'Mara', to: '' }, 0)).toContain('there');
  });
});

describe('health', () => {
  const outcome = { inbox: 0, spam: 0, missing: 0, failed: 0, sent: 0, planned: 0 };

  test('is unknown until a letter was looked for, and 100 when all is well', () => {
    expect(healthOf({ ...outcome, sent: 5, planned: 5 })).toEqual({ score: null, inboxRate: null });
    expect(healthOf({ ...outcome, sent: 20, planned: 20, inbox: 20 })).toEqual({
      score: 100,
      inboxRate: 100,
    });
  });

  test('follows the published formula', () => {
    const mixed = { ...outcome, planned: 100, sent: 98, failed: 2, inbox: 90, spam: 6, missing: 2 };
    // 100 × (0.7 × 90/98 + 0.2 × (1 − 0.02 × 20) + 0.1 × 0.98)
    expect(healthOf(mixed)).toEqual({ score: 86, inboxRate: 91.8 });
    expect(healthOf({ ...outcome, failed: 3, planned: 3 })).toEqual({ score: 0, inboxRate: null });
  });

  test('of a day is made of that day and the six before it', () => {
    const day = (date: string, change: Partial<WarmupDay>): WarmupDay => ({
      ...noCounts,
      day: date,
      ...change,
    });
    const days = [
      day('2027-03-01', { sent: 10, planned: 10, spam: 10 }),
      day('2027-03-08', { sent: 10, planned: 10, inbox: 10 }),
      day('2027-03-09', { sent: 10, planned: 10, inbox: 10 }),
    ];
    expect(healthOn(days, '2027-03-08').inboxRate).toBe(100);
    expect(healthOn(days, '2027-03-07').inboxRate).toBe(0);
    expect(healthOn(days, '2027-02-28').score).toBeNull();
  });
});
