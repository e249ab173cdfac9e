// GET /mailboxes/consent-request/screenshot: one picture of what a consent request saw.
import { z } from 'zod';
import { answerFile, defineEndpoint } from '../../http/endpoint.ts';
import { uidToFind } from '../../http/uid.ts';
import type { FeatureContext } from '../context.ts';
import { consentEvidenceNotFound } from './errors.ts';
import { screenshotFind } from './evidence-store.ts';

export const consentScreenshot = defineEndpoint<FeatureContext>()({
  operation: 'consent-requests.screenshot',
  summary: 'Show a page that a consent request saw',
  method: 'GET',
  path: '/mailboxes/consent-request/screenshot',
  scope: 'workspace',
  query: z.strictObject({ uid: uidToFind }),
  response: z.object({}),
  file: { types: ['image/jpeg'], holds: 'The page, with every field blanked.' },
  errors: [consentEvidenceNotFound],
  async handle({ query, workspace }, { db }) {
    const picture = await screenshotFind(db, workspace.uid, query.uid);
    if (!picture) throw consentEvidenceNotFound('There is no such picture');
    return { message: 'Picture', [answerFile]: { contentType: 'image/jpeg', body: picture } };
  },
});
