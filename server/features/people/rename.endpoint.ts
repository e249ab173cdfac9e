// POST /people/rename: another name for whoever is signed in.
import { z } from 'zod';
import { defineEndpoint } from '../../http/endpoint.ts';
import type { FeatureContext } from '../context.ts';
import { personName } from './schema.ts';
import { personUpdate } from './store.ts';

export const renameSelf = defineEndpoint<FeatureContext>()({
  operation: 'people.rename',
  summary: 'Change own name',
  method: 'POST',
  path: '/people/rename',
  scope: 'person',
  body: z.strictObject({ name: personName }),
  response: z.object({ name: z.string() }),
  errors: [],
  handle: ({ body, caller, commit }) =>
    commit(async (tx) => {
      await personUpdate(tx, caller.person.uid, { name: body.name });
      return { message: 'Name changed successfully', name: body.name };
    }),
});
