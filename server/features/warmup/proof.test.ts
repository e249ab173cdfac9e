// Fifty mailboxes warm up for thirty days, on a clock of their own: the letters are really handed in, signed, delivered,
// looked for, opened and answered.
import { expect, test } from 'vitest';
import { VirtualClock } from '../../../database/clock.ts';
import { addTeam, type Team } from '../../testing/second-team.ts';
import { signInMailboxes } from '../../testing/sequencer-world.ts';
import { type Body, useInstallation } from '../../testing/test-installation.ts';
import {
  folderOf,
  mailDelivered,
  passUntil,
  readingMailbox,
  warmupEnvironment,
  warmupWorker,
} from '../../testing/warmup-world.ts';
import { dayAfter, dayAt, hourOf, weekdayOf } from './calendar.ts';
import { curveAt, defaultSettings, type WarmupSettings } from './curve.ts';

const DAYS = 30;
const DOMAINS = 10;
const ON_EACH = 5;
const TIME_ZONE = 'America/New_York';
// One a week: what takes time is that every mailbox really signs in, twice for each day of sending.
const WEEKDAYS = [3];
const settings = {
  start: 1,
  increment: 0.5,
  max: 3,
  jitter_percent: 0,
  weekdays: WEEKDAYS,
  from_hour: 9,
  until_hour: 12,
  time_zone: TIME_ZONE,
  reply_percent: 50,
};
const curve: WarmupSettings = { ...defaultSettings, ...settings, jitterPercent: 0 };

// At the time of now, so that certificates are valid; from its next midnight on.
const clock = new VirtualClock(new Date());
const api = useInstallation(warmupEnvironment(), { clock });

const fieldOf = (source: string, name: string): string | null => {
  const header = source.slice(0, source.indexOf('\r\n\r\n')).replace(/\r\n[ \t]+/g, ' ');
  return new RegExp(`^${name}: (.*)$`, 'im').exec(header)?.[1] ?? null;
};

test('warm-up of 50 mailboxes over 30 days follows the curve, every message really delivered, replies threaded', async () => {
  const team: Team = await addTeam(api.installation, 10_000);
  const options = { key: team.key, workspace: team.workspaceUid };
  const uids: string[] = [];
  for (let index = 0; index < DOMAINS; index += 1) {
    uids.push(...(await signInMailboxes(api.installation, team, ON_EACH)));
  }
  const first = dayAfter(dayAt(clock.now(), TIME_ZONE));
  await passUntil(clock, hourOf(first, 1, TIME_ZONE));
  const added = await api.post('/warmup/add', { mailbox_uids: uids, settings }, options);
  expect(added.body.subscriptions, JSON.stringify(added.body)).toHaveLength(uids.length);

  // Three times a day: as its hours begin, as they are over, and when what was sent is read. Two machines do it together.
  const workers = [warmupWorker(api), warmupWorker(api)];
  const work = () => Promise.all(workers.map((worker) => worker.runDue()));
  const days = Array.from({ length: DAYS }, (_, index) => dayAfter(first, index));
  for (const day of days) {
    if (!WEEKDAYS.includes(weekdayOf(day))) continue;
    for (const hour of [9, 12, 15]) {
      await passUntil(clock, hourOf(day, hour, TIME_ZONE));
      await work();
      await mailDelivered(api);
    }
  }
  await passUntil(clock, hourOf(dayAfter(days.at(-1)!), 1, TIME_ZONE));
  await work();
  for (const worker of workers) await worker.close();

  // Each mailbox and day: exactly what the curve says, and nothing on other days.
  const working = days.filter((day) => WEEKDAYS.includes(weekdayOf(day)));
  const wanted = working.map((day, index) => [day, curveAt(curve, index + 1)]);
  for (const uid of uids) {
    const { body } = await api.get(`/warmup/details?mailbox_uid=${uid}`, options);
    expect(body.days.map(({ date, sent }: Body) => [date, sent])).toEqual(wanted);
    expect(
      body.days.every(({ inbox, sent, health_score }: Body) => inbox === sent && health_score === 100),
    ).toBe(true);
    expect(body.reciprocity.sent).toBe(wanted.reduce((sum, [, letters]) => sum + Number(letters), 0));
    expect(body.reciprocity.ratio).toBeGreaterThan(0.4);
    expect(body.reciprocity.ratio).toBeLessThan(2.1);
  }

  // What is in the folders, as the owners of the mailboxes see it.
  const letters: { to: string; source: string; flags: Set<string> }[] = [];
  for (const to of uids) {
    await readingMailbox(api, to, async (client) => {
      expect(await folderOf(client, 'INBOX')).toEqual([]);
      letters.push(...(await folderOf(client, 'Warmup')).map((letter) => ({ to, ...letter })));
    });
  }
  const byId = new Map(letters.map((letter) => [fieldOf(letter.source, 'Message-ID'), letter]));
  const sent = wanted.reduce((sum, [, count]) => sum + Number(count), 0) * uids.length;
  expect(letters).toHaveLength(sent);
  // Each is there once, signed on its way.
  expect(byId.size).toBe(sent);
  expect(letters.every(({ source }) => /^DKIM-Signature:/im.test(source))).toBe(true);
  expect(letters.every(({ source }) => fieldOf(source, 'X-InboxKit-Warmup') !== null)).toBe(true);

  const replies = letters.filter(({ source }) => fieldOf(source, 'In-Reply-To') !== null);
  expect(replies.length / sent).toBeGreaterThan(0.15);
  for (const { source, to } of replies) {
    const parent = byId.get(fieldOf(source, 'In-Reply-To'))!;
    // Who answers is who got it; who gets the answer is who wrote it; the thread is whole.
    expect(fieldOf(source, 'From')).toContain(fieldOf(parent.source, 'To')!.match(/[\w.-]+@[\w.-]+/)![0]);
    expect(parent.to).not.toBe(to);
    const thread = fieldOf(source, 'References')!.split(' ');
    expect(thread.at(-1)).toBe(fieldOf(parent.source, 'Message-ID'));
    expect(thread.every((id) => byId.has(id))).toBe(true);
    expect(fieldOf(source, 'Subject')).toBe(`Re: ${fieldOf(parent.source, 'Subject')!.replace(/^Re: /, '')}`);
  }
  const opened = letters.filter(({ flags }) => flags.has('\\Seen')).length / sent;
  const important = letters.filter(({ flags }) => flags.has('\\Flagged')).length / sent;
  expect(opened).toBeGreaterThan(0.75);
  expect(important).toBeGreaterThan(0.15);
  expect(important).toBeLessThan(0.35);
}, 600_000);
