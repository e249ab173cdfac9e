// GET /mailboxes/consent-request/evidence: what was seen on the way, page by page.
import { z } from 'zod';
import { defineEndpoint } from '../../http/endpoint.ts';
import { uidToFind } from '../../http/uid.ts';
import type { FeatureContext } from '../context.ts';
import { consentRequestNotFound } from './errors.ts';
import { evidenceOf } from './evidence-store.ts';
import { requestFind } from './store.ts';

export const consentEvidence = defineEndpoint<FeatureContext>()({
  operation: 'consent-requests.evidence',
  summary: 'Show what a consent request saw',
  description:
    'A row for each page, with a picture on which every field is blanked; addresses are without query. Kept for ' +
    '`INBOXKIT_CONSENT_EVIDENCE_DAYS`.',
  method: 'GET',
  path: '/mailboxes/consent-request/evidence',
  scope: 'workspace',
  keepsToDomains: ['uid'],
  query: z.strictObject({ uid: uidToFind }),
  response: z.object({
    data: z.array(
      z.object({
        uid: z.uuid(),
        attempt: z.int(),
        step: z.string().meta({ description: 'What the page was recognised as, or why it ended there' }),
        url: z.string(),
        title: z.string(),
        screenshot: z.string().nullable().meta({ description: 'Path of the picture, below the base URL' }),
        seen_at: z.iso.datetime(),
      }),
    ),
  }),
  errors: [consentRequestNotFound],
  async handle({ query, workspace }, { db }) {
    const request = await requestFind(db, workspace.uid, query.uid);
    if (!request) throw consentRequestNotFound('Record not found');
    const pages = await evidenceOf(db, request.uid);
    return {
      message: 'Evidence retrieved successfully',
      data: pages.map((page) => ({
        uid: page.uid,
        attempt: page.attempt,
        step: page.step,
        url: page.url,
        title: page.title,
        screenshot: page.has_screenshot
          ? `/v1/api/mailboxes/consent-request/screenshot?uid=${page.uid}`
          : null,
        seen_at: page.seen_at.toISOString(),
      })),
    };
  },
});
