// POST /mail-queue/hold: what waits is not tried until it is released.
import { defineEndpoint } from '../../http/endpoint.ts';
import type { FeatureContext } from '../context.ts';
import { queueEntryNotFound } from './errors.ts';
import { whichEntries } from './schema.ts';
import { steeredShape, steerMail } from './steer.ts';

export const holdMail = defineEndpoint<FeatureContext>()({
  operation: 'mail-queue.hold',
  summary: 'Hold mail',
  description:
    'Mail that waits is not tried until it is released. What is being sent right now cannot be held. Mail that is held for 7 days goes back to its sender. Name it by `uids`, or all of it by `filter`.',
  method: 'POST',
  path: '/mail-queue/hold',
  scope: 'workspace',
  body: whichEntries,
  response: steeredShape,
  errors: [queueEntryNotFound],
  handle: (request, context) => steerMail('hold', request, context),
});
