// POST /keys/revoke: a key is refused from now on.
import { z } from 'zod';
import { defineEndpoint } from '../../http/endpoint.ts';
import { uidToFind } from '../../http/uid.ts';
import { apiKeyLock, apiKeyRevoke, lockTeam, otherAdminKeys } from '../accounts/index.ts';
import type { FeatureContext } from '../context.ts';
import { recordEvents } from '../events/index.ts';
import { keyNotFound, lastAdminKey } from './errors.ts';
import { keyEvent } from './events.ts';
import { isOver, keyShape, keyView, type ReadKeyCaps } from './schema.ts';

export const revokeKey = (readCaps: ReadKeyCaps) =>
  defineEndpoint<FeatureContext>()({
    operation: 'api-keys.revoke',
    summary: 'Revoke API key',
    method: 'POST',
    path: '/keys/revoke',
    aliases: [{ method: 'DELETE', path: '/keys/{uid}' }],
    scope: 'team',
    right: 'admin',
    body: z.strictObject({ uid: uidToFind }),
    response: z.object({ key: keyShape }),
    errors: [keyNotFound, lastAdminKey],
    handle: ({ body, caller, commit }, { clock }) =>
      commit(async (tx) => {
        // Of two that revoke each other's key at once, the second must see that it is the last.
        await lockTeam(tx, caller.teamId);
        const key = await apiKeyLock(tx, caller.teamId, body.uid);
        if (!key) throw keyNotFound('API key not found');
        const now = clock.now();
        if (!isOver(key, now)) {
          // One in the sandbox can always be made again.
          const isOwn = key.teamUid === caller.teamId;
          if (isOwn && (await otherAdminKeys(tx, caller.teamId, key.uid, now)) === 0) {
            throw lastAdminKey('The last key with the scope admin cannot be revoked');
          }
          await apiKeyRevoke(tx, key.uid, now, key.replacedBy);
          await recordEvents(tx, [
            keyEvent('revoked', { ...key, teamUid: caller.teamId }, now, { by: caller.keyId }),
          ]);
        }
        const after = (await apiKeyLock(tx, caller.teamId, key.uid))!;
        return { message: 'API key revoked successfully', key: await keyView(tx, readCaps, after, now) };
      }),
  });
