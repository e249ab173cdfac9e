// POST /mail-queue/release: what is held is tried now.
import { defineEndpoint } from '../../http/endpoint.ts';
import type { FeatureContext } from '../context.ts';
import { queueEntryNotFound } from './errors.ts';
import { whichEntries } from './schema.ts';
import { steeredShape, steerMail } from './steer.ts';

export const releaseMail = defineEndpoint<FeatureContext>()({
  operation: 'mail-queue.release',
  summary: 'Release mail',
  description:
    'Tries held mail now. Mail that is held because outbound delivery is switched off is held again. Name it by `uids`, or all of it by `filter`.',
  method: 'POST',
  path: '/mail-queue/release',
  scope: 'workspace',
  body: whichEntries,
  response: steeredShape,
  errors: [queueEntryNotFound],
  handle: (request, context) => steerMail('release', request, context),
});
