// POST /passkeys/remove: a passkey opens nothing any more.
import { z } from 'zod';
import { defineEndpoint } from '../../http/endpoint.ts';
import { uidToFind } from '../../http/uid.ts';
import type { FeatureContext } from '../context.ts';
import { recordEvents } from '../events/index.ts';
import { self } from '../factors/index.ts';
import { personEvent } from '../people/index.ts';
import { passkeyNotFound } from './errors.ts';
import { passkeyDelete } from './store.ts';

export const removePasskey = defineEndpoint<FeatureContext>()({
  operation: 'passkeys.remove',
  summary: 'Remove own passkey',
  method: 'POST',
  path: '/passkeys/remove',
  aliases: [{ method: 'DELETE', path: '/passkeys/{uid}' }],
  scope: 'person',
  body: z.strictObject({ uid: uidToFind }),
  response: z.object({ uid: z.uuid() }),
  errors: [passkeyNotFound],
  handle: ({ body, caller, commit }, { clock }) =>
    commit(async (tx) => {
      const name = await passkeyDelete(tx, caller.person.uid, body.uid);
      if (name === null) throw passkeyNotFound('Passkey not found');
      const about = { ...(await self(tx, caller.person.uid)), teamUid: caller.teamId };
      const data = { factor: 'passkey', name };
      await recordEvents(tx, [personEvent('person.factor_removed', about, caller, clock.now(), data)]);
      return { message: 'Passkey removed successfully', uid: body.uid };
    }),
});
