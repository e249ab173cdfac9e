// POST /keys/rotate: a new key with the same rights; the old one is good until the overlap ends.
import { z } from 'zod';
import { defineEndpoint } from '../../http/endpoint.ts';
import { uidToFind } from '../../http/uid.ts';
import { apiKeyLock, apiKeyRevoke } from '../accounts/index.ts';
import type { FeatureContext } from '../context.ts';
import { recordEvents } from '../events/index.ts';
import { keyNotFound, keyRevoked, scopeNotHeld } from './errors.ts';
import { keyEvent } from './events.ts';
import { isOver, keyShape, keyView, type ReadKeyCaps } from './schema.ts';

const HOUR_MS = 60 * 60_000;

export const rotateKey = (readCaps: ReadKeyCaps) =>
  defineEndpoint<FeatureContext>()({
    operation: 'api-keys.rotate',
    summary: 'Rotate API key',
    description:
      'The new key is shown in this answer and never again; name, scopes and limits are those of the old one.',
    method: 'POST',
    path: '/keys/rotate',
    aliases: [{ method: 'POST', path: '/keys/{uid}/rotate' }],
    scope: 'team',
    right: 'admin',
    status: 201,
    body: z.strictObject({
      uid: uidToFind,
      overlap_hours: z
        .number()
        .min(0)
        .max(720)
        .default(24)
        .meta({ description: '0 ends the old key at once.' }),
    }),
    response: z.object({ api_key: z.string(), key: keyShape, previous_key_valid_until: z.iso.datetime() }),
    errors: [keyNotFound, keyRevoked, scopeNotHeld],
    handle: ({ body, caller, commit }, { clock, keys }) =>
      commit(async (tx) => {
        const before = await apiKeyLock(tx, caller.teamId, body.uid);
        if (!before) throw keyNotFound('API key not found');
        const now = clock.now();
        if (isOver(before, now) || before.replacedBy)
          throw keyRevoked('The key is over, or was rotated already');
        const missing = before.scopes.filter((scope) => !caller.rights.includes(scope));
        if (missing.length > 0 || (before.operator && !caller.operator)) {
          throw scopeNotHeld('The key may do more than the one that rotates it', { missing });
        }
        const { uid, token } = await keys.issueKey(tx, before);
        const until = new Date(now.getTime() + body.overlap_hours * HOUR_MS);
        await apiKeyRevoke(tx, before.uid, until, uid);
        const data = { replaced_by: uid, by: caller.keyId, valid_until: until.toISOString() };
        await recordEvents(tx, [keyEvent('rotated', { ...before, teamUid: caller.teamId }, now, data)]);
        const after = (await apiKeyLock(tx, caller.teamId, uid))!;
        return {
          message: 'API key rotated successfully',
          api_key: token,
          key: await keyView(tx, readCaps, after, now),
          previous_key_valid_until: until.toISOString(),
        };
      }),
  });
