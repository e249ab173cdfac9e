// POST /mail-queue/retry: what is deferred is tried now.
import { defineEndpoint } from '../../http/endpoint.ts';
import type { FeatureContext } from '../context.ts';
import { queueEntryNotFound } from './errors.ts';
import { whichEntries } from './schema.ts';
import { steeredShape, steerMail } from './steer.ts';

export const retryMail = defineEndpoint<FeatureContext>()({
  operation: 'mail-queue.retry',
  summary: 'Retry mail',
  description:
    'Tries deferred mail now instead of at its next time. The time after which it is given up stays: 48 hours after it was accepted. Name it by `uids`, or all of it by `filter`.',
  method: 'POST',
  path: '/mail-queue/retry',
  scope: 'workspace',
  body: whichEntries,
  response: steeredShape,
  errors: [queueEntryNotFound],
  handle: (request, context) => steerMail('retry', request, context),
});
