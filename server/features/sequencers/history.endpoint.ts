// GET /sequencers/history: when an account was compared with what was exported to it, and what was found and mended.
import { z } from 'zod';
import { defineEndpoint } from '../../http/endpoint.ts';
import { pageAnswer, pageFields, pageOffset, pageQuery } from '../../http/paging.ts';
import { uidToFind } from '../../http/uid.ts';
import type { FeatureContext } from '../context.ts';
import { checkPage } from './check-store.ts';
import { sequencerNotFound } from './errors.ts';
import { findSequencers } from './find.ts';

export const sequencerHistory = defineEndpoint<FeatureContext>()({
  operation: 'sequencers.history',
  summary: 'Show comparisons with a sequencer',
  description:
    'The last first, for 90 days. What happened to one export is in `GET /events?subject_uid=` with its uid.',
  method: 'GET',
  path: '/sequencers/history',
  scope: 'workspace',
  query: z.strictObject({ ...pageQuery, uid: uidToFind }),
  response: z.object({
    data: z.array(
      z
        .object({
          uid: z.uuid(),
          began_at: z.iso.datetime(),
          ended_at: z.iso.datetime(),
          expected: z.int().meta({ description: 'Mailboxes that the sequencer was to have' }),
          connected: z.int(),
          missing: z.int(),
          disconnected: z.int(),
          repairs: z.int().meta({ description: 'How many were begun anew' }),
          error: z.string().nullable().meta({ description: 'Why it could not be compared' }),
        })
        .meta({ id: 'SequencerCheck' }),
    ),
    ...pageAnswer,
  }),
  errors: [sequencerNotFound],
  async handle({ query, workspace }, { db }) {
    await findSequencers(db, workspace.uid, [query.uid]);
    const page = { limit: query.limit, offset: pageOffset(query) };
    const { checks, total } = await checkPage(db, query.uid, page);
    return {
      message: 'Comparisons retrieved successfully',
      data: checks.map((check) => ({
        uid: check.uid,
        began_at: check.beganAt.toISOString(),
        ended_at: check.endedAt.toISOString(),
        expected: check.expected,
        connected: check.connected,
        missing: check.missing,
        disconnected: check.disconnected,
        repairs: check.repairs,
        error: check.error,
      })),
      ...pageFields(query, total),
    };
  },
});
