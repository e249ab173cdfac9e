// POST /mail-queue/drop: what waits is given up.
import { defineEndpoint } from '../../http/endpoint.ts';
import type { FeatureContext } from '../context.ts';
import { queueEntryNotFound } from './errors.ts';
import { whichEntries } from './schema.ts';
import { steeredShape, steerMail } from './steer.ts';

export const dropMail = defineEndpoint<FeatureContext>()({
  operation: 'mail-queue.drop',
  summary: 'Drop mail',
  description:
    'Gives up mail that waits. Its sender gets no report, and it cannot be brought back. What is being sent right now cannot be dropped. Name it by `uids`, or all of it by `filter`.',
  method: 'POST',
  path: '/mail-queue/drop',
  scope: 'workspace',
  body: whichEntries,
  response: steeredShape,
  errors: [queueEntryNotFound],
  handle: (request, context) => steerMail('drop', request, context),
});
