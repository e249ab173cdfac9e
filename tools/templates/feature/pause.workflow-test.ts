// mailboxes.pause comes to a right end whatever happens on the way.
import { expect } from 'vitest';
import { systemClock } from '../../../database/clock.ts';
import { useTestDatabase } from '../../../database/testing.ts';
import { newId } from '../../../database/uuid.ts';
import { exerciseWorkflow } from '../../../workflow/testing.ts';
import { pauseMailboxesWorkflow } from './pause.workflow.ts';

exerciseWorkflow('mailboxes.pause', {
  database: useTestDatabase(),
  definition: pauseMailboxesWorkflow,
  context: () => ({ clock: systemClock }),
  setup: async () => ({ input: { workspaceUid: newId() } }),
  check: {
    async succeeded({ input }, { workspaceUid, at }) {
      expect(workspaceUid).toBe(input.workspaceUid);
      expect(new Date(at).toISOString()).toBe(at);
    },
    async failed(_world, { step }) {
      expect(step).toBe('readClock');
    },
  },
});
