// The fakes of all sequencers, for tests that are about none of them in particular.
import type { FakeSequencer } from './contracts/fake-sequencer.ts';
import { startFake as startEmailbison } from './emailbison/fake.ts';
import { startFake as startInstantly } from './instantly/fake.ts';
import { startFake as startLemlist } from './lemlist/fake.ts';
import { startFake as startManyreach } from './manyreach/fake.ts';
import { startFake as startPlusvibe } from './plusvibe/fake.ts';
import { startFake as startReply } from './reply-io/fake.ts';
import { startFake as startSalesforge } from './salesforge/fake.ts';
import { startFake as startSaleshandy } from './saleshandy/fake.ts';
import { startFake as startSmartlead } from './smartlead/fake.ts';
import { startFake as startSnovio } from './snovio/fake.ts';
import { startFake as startWoodpecker } from './woodpecker/fake.ts';

/** The first three can do everything, each in a way of its own: at once, by number, and by saying yes to everything. */
const starts: Readonly<Record<string, () => Promise<FakeSequencer>>> = {
  instantly: () => startInstantly(),
  smartlead: () => startSmartlead(),
  plusvibe: () => startPlusvibe(),
  lemlist: () => startLemlist(),
  'reply-io': () => startReply(),
  emailbison: () => startEmailbison(),
  manyreach: () => startManyreach(),
  saleshandy: () => startSaleshandy(),
  woodpecker: () => startWoodpecker(),
  salesforge: () => startSalesforge(),
  snovio: () => startSnovio(),
};

export type RunningFake = { platform: string; fake: FakeSequencer };

/** The first so many; all without a number. */
export const startSequencerFakes = (count?: number): Promise<RunningFake[]> =>
  Promise.all(
    Object.entries(starts)
      .slice(0, count)
      .map(async ([platform, start]) => ({ platform, fake: await start() })),
  );

/** What an installation has to be told to meet the fakes in the place of the real ones. */
export const environmentOf = (fakes: readonly RunningFake[]): Record<string, string> =>
  Object.fromEntries(
    fakes.map(({ platform, fake }) => [
      `INBOXKIT_${platform.replace('-', '_').toUpperCase()}_URL`,
      fake.baseUrl,
    ]),
  );
