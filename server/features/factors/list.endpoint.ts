// GET /factors: how whoever is signed in proves who they are.
import { z } from 'zod';
import { defineEndpoint } from '../../http/endpoint.ts';
import type { FeatureContext } from '../context.ts';
import { recoveryCodesLeft, totpByPerson } from './store.ts';

export const listFactors = defineEndpoint<FeatureContext>()({
  operation: 'factors.list',
  summary: 'Show own factors',
  method: 'GET',
  path: '/factors',
  scope: 'person',
  response: z.object({
    one_time_codes: z.object({
      since: z.iso.datetime().nullable().meta({ description: 'Null: signing in takes none.' }),
      recovery_codes_left: z.int(),
    }),
  }),
  errors: [],
  async handle({ caller }, { db }) {
    const { uid } = caller.person;
    const totp = await totpByPerson(db, uid);
    return {
      message: 'Factors retrieved successfully',
      one_time_codes: {
        since: totp?.confirmedAt?.toISOString() ?? null,
        recovery_codes_left: await recoveryCodesLeft(db, uid),
      },
    };
  },
});
