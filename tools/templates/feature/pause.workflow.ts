// Says when it was carried out.
//
// Durable so that it gives the same answer after every restart: the clock is read in a step, once.
import type { Clock } from '../../../database/clock.ts';
import { defineWorkflow } from '../../../workflow/definition.ts';

type Context = { clock: Clock };

export const pauseMailboxesWorkflow = defineWorkflow({
  name: 'mailboxes.pause',
  steps: {
    readClock: { does: 'reads the clock', run: readClock, undo: null, irreversibleBecause: 'it only looks' },
  },

  async run(flow, { workspaceUid }: { workspaceUid: string }) {
    return { workspaceUid, at: await flow.step('readClock') };
  },
});

async function readClock({ clock }: Context): Promise<string> {
  return clock.now().toISOString();
}
