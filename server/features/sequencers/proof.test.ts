// The promise that is kept: every mailbox ends connected at every sequencer or with a reason that has a name, none is
// there twice, and a password that changes on the way arrives everywhere. `npm run bench -- export` does it with 500.
import { beforeAll, expect, test } from 'vitest';
import {
  type SequencerWorld,
  sequencerClock,
  sequencerEnvironment,
  sequencerWorld,
  signInMailboxes,
  useSequencerFakes,
} from '../../testing/sequencer-world.ts';
import { type Body, useInstallation } from '../../testing/test-installation.ts';
import { readMailboxSecrets } from '../mailboxes/index.ts';

const MAILBOXES = 40;
const FAULTS = 0.1;

const targets = await useSequencerFakes(3);
const fakes = targets.map(({ fake }) => fake);
const clock = sequencerClock();
const api = useInstallation(
  { ...sequencerEnvironment(targets), INBOXKIT_SEQUENCER_TIMEOUT_SECONDS: '1' },
  { clock },
);
let world: SequencerWorld;
beforeAll(() => {
  world = sequencerWorld(api, clock);
});

/** The same faults in every run (mulberry32). */
const seeded = (seed: number) => () => {
  seed = (seed + 0x6d2b79f5) | 0;
  let mixed = Math.imul(seed ^ (seed >>> 15), 1 | seed);
  mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
  return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
};

test(`${MAILBOXES} mailboxes at three sequencers that fail in every way they can end connected or with a named reason`, async () => {
  const sequencers = [];
  for (const { platform, fake } of targets) {
    sequencers.push(await world.addSequencer(platform, fake, { daily_limit: 30, enable_warmup: true }));
  }
  const mailboxes = await signInMailboxes(api.installation, api, MAILBOXES);
  // Calls that die, hang, are refused for a while, and are carried out and answered with 500; looks that see what is not so.
  for (const [index, fake] of fakes.entries()) {
    fake.misbehave(FAULTS, seeded(index + 1));
    fake.held.misreport(FAULTS, seeded(index + 11));
  }
  await world.exportTo(sequencers, mailboxes);
  await world.work();

  // While it goes on, every tenth mailbox gets another password, and one that is connected drops out.
  const { context } = api.installation;
  const rotated = mailboxes.filter((_, index) => index % 10 === 0);
  for (const uid of rotated) {
    const { status, body } = await api.post('/mailboxes/password', { uid });
    expect(status, JSON.stringify(body)).toBe(200);
    await finishChange(body.mailbox);
  }
  const connected = [...fakes[0]!.held.mailboxes.values()].find(({ state }) => state === 'connected');
  if (connected) fakes[0]!.held.drop(connected.address);
  await world.settle();
  for (const fake of fakes) {
    fake.misbehave(0);
    fake.held.misreport(0);
  }
  // The comparison of the hour finds what dropped out.
  await clock.advance(70 * 60_000);
  await world.settle();

  const exports = await world.exportsOf({});
  expect(exports).toHaveLength(MAILBOXES * sequencers.length);
  const open = exports.filter(({ status, code }) => status !== 'completed' && code === null);
  expect(open).toEqual([]);
  // With faults that pass, hours later, everything is connected.
  expect(exports.filter(({ status }) => status !== 'completed').map(({ code }) => code)).toEqual([]);
  for (const fake of fakes) {
    // Each is there, and nobody asked for one to be made that was there: a target that does not look would have two.
    expect([fake.held.mailboxes.size, fake.held.madeAgain()]).toEqual([MAILBOXES, 0]);
    for (const row of exports as Body[]) {
      const { appPassword } = await readMailboxSecrets(context, row.mailbox_uid);
      const held = fake.held.byAddress(row.mailbox_email)!;
      expect(held.password === appPassword, row.mailbox_email).toBe(true);
      expect(held.state).toBe('connected');
    }
  }
}, 300_000);

/** What the mailboxes' own workflow does, which is not what this is about: the host follows, and it is told. */
const finishChange = async ({ uid }: { uid: string }): Promise<void> => {
  const { context } = api.installation;
  const { password, appPassword } = await readMailboxSecrets(context, uid);
  await context.providers.mailboxHost('SMTP').setPassword(uid, password, appPassword);
  await context.db
    .insertInto('event')
    .values({
      uid: crypto.randomUUID(),
      team_uid: api.teamUid,
      workspace_uid: api.workspaceUid,
      type: 'mailbox.password_changed',
      subject_type: 'mailbox',
      subject_uid: uid,
      data: '{}',
      occurred_at: clock.now(),
    })
    .execute();
};
