// GET /passkeys: those of whoever is signed in.
import { z } from 'zod';
import { defineEndpoint } from '../../http/endpoint.ts';
import type { FeatureContext } from '../context.ts';
import { passkeyRow, passkeyShape } from './schema.ts';
import { passkeysOfPerson } from './store.ts';

export const listPasskeys = defineEndpoint<FeatureContext>()({
  operation: 'passkeys.list',
  summary: 'List own passkeys',
  method: 'GET',
  path: '/passkeys',
  scope: 'person',
  response: z.object({ passkeys: z.array(passkeyShape) }),
  errors: [],
  async handle({ caller }, { db }) {
    const passkeys = await passkeysOfPerson(db, caller.person.uid);
    return { message: 'Passkeys retrieved successfully', passkeys: passkeys.map(passkeyRow) };
  },
});
