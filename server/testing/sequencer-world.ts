// Sequencers that behave like the real ones, on a virtual clock: hours of connecting, dropping out and comparing pass as
// fast as the work in them.
import { pino } from 'pino';
import { afterAll } from 'vitest';
import type { ClaimedWork } from '../../database/claimed-work.ts';
import { VirtualClock } from '../../database/clock.ts';
import { generateKey } from '../../database/key-ring.ts';
import type { FakeSequencer } from '../../providers/contracts/fake-sequencer.ts';
import { environmentOf, type RunningFake, startSequencerFakes } from '../../providers/sequencer-fakes.ts';
import { createSequencerWorker } from '../features/sequencers/index.ts';
import type { Installation } from '../roles/installation.ts';
import { openMailboxes } from './open-mailbox.ts';
import type { Team } from './second-team.ts';
import type { Body, TestInstallation } from './test-installation.ts';

export { environmentOf };

/** Nothing waits for its turn, and no worker of the installation's own is in the way. */
export const sequencerEnvironment = (fakes: readonly RunningFake[]) => ({
  INBOXKIT_ROLES: 'api,dns,mail',
  INBOXKIT_SECRET_KEY: generateKey(),
  INBOXKIT_SEQUENCER_CALLS_PER_MINUTE: '1000000',
  ...environmentOf(fakes),
});

/** Call at the top level of a file. */
export const useSequencerFakes = async (count: number): Promise<RunningFake[]> => {
  const fakes = await startSequencerFakes(count);
  afterAll(async () => {
    for (const { fake } of fakes) await fake.close();
  });
  return fakes;
};

/** At the time of now, so that certificates are valid. */
export const sequencerClock = (): VirtualClock => new VirtualClock(new Date());

/** Mailboxes that let somebody in with the app password that is stored of them. */
export const signInMailboxes = async (
  installation: Installation,
  team: Pick<Team, 'teamUid' | 'workspaceUid'>,
  count: number,
): Promise<string[]> => {
  const appPassword = 'qwjxkdbnvhpslfty';
  const secrets = { password: 'correct-horse-Battery-9', appPassword };
  const { uids } = await openMailboxes(installation, team, count, { secrets });
  const { context } = installation;
  for (const uid of uids) {
    const app_password_sealed = context.secrets.seal(appPassword, `mailbox:${uid}:appPassword`);
    await context.db.updateTable('mailbox').set({ app_password_sealed }).where('uid', '=', uid).execute();
  }
  return uids;
};

export type SequencerWorld = {
  worker: ClaimedWork;
  /** Does what is due; time passes for those who wait for their turn at an account. */
  work(): Promise<void>;
  /** Works and lets time pass until nothing is due within so long, comparisons apart. */
  settle(withinMs?: number): Promise<void>;
  addSequencer(platform: string, fake: FakeSequencer, wishes?: object): Promise<string>;
  exportTo(sequencerUids: string[], mailboxUids: string[]): Promise<Body>;
  exportsOf(filter: object): Promise<Body[]>;
};

const HOUR_MS = 60 * 60_000;
const STEP_MS = 100;
const STEP_REAL_MS = 10;

export const sequencerWorld = (api: TestInstallation, clock: VirtualClock): SequencerWorld => {
  const { context } = api.installation;
  const worker = createSequencerWorker({ ...context, log: pino({ level: 'silent' }) });
  const nextDueAt = async (): Promise<Date | null> => {
    const row = await context.db
      .selectFrom('sequencer_export')
      .select((eb) => eb.fn.min('due_at').as('due_at'))
      .where('stage', '!=', 'waiting')
      .executeTakeFirst();
    return row?.due_at ?? null;
  };
  const work = async () => {
    let over = false;
    const working = worker.runDue().finally(() => {
      over = true;
    });
    for (;;) {
      await new Promise((wake) => setTimeout(wake, STEP_REAL_MS));
      if (over) return working;
      await clock.advance(STEP_MS);
    }
  };
  return {
    worker,
    work,
    async settle(withinMs = 2 * HOUR_MS) {
      const end = clock.now().getTime() + withinMs;
      for (;;) {
        await work();
        const due = await nextDueAt();
        const waitMs = due ? due.getTime() - clock.now().getTime() : Number.POSITIVE_INFINITY;
        if (clock.now().getTime() + waitMs > end) return;
        // An account that asked to be left alone holds up what is due.
        await clock.advance(Math.max(waitMs, 500));
      }
    },
    async addSequencer(platform, fake, wishes = {}) {
      const body = { name: `${platform} main`, platform, ...fake.credential, ...wishes };
      const { status, body: answer } = await api.post('/sequencers/add', body);
      if (status !== 200) throw new Error(JSON.stringify(answer));
      return answer.uid;
    },
    async exportTo(sequencer_uids, mailbox_uids) {
      const { status, body } = await api.post('/sequencers/export', { sequencer_uids, mailbox_uids });
      if (status !== 200) throw new Error(JSON.stringify(body));
      return body;
    },
    async exportsOf(filter) {
      return (await api.post('/sequencers/export/status', { ...filter, limit: 500 })).body.data;
    },
  };
};
