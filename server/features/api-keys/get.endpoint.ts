// GET /keys/{uid}: one key, with what was spent under its caps.
import { z } from 'zod';
import { defineEndpoint } from '../../http/endpoint.ts';
import { uidToFind } from '../../http/uid.ts';
import { findKey } from '../accounts/index.ts';
import type { FeatureContext } from '../context.ts';
import { keyNotFound } from './errors.ts';
import { keyShape, keyView, type ReadKeyCaps } from './schema.ts';

export const getKey = (readCaps: ReadKeyCaps) =>
  defineEndpoint<FeatureContext>()({
    operation: 'api-keys.get',
    summary: 'Get API key',
    method: 'GET',
    path: '/keys/{uid}',
    scope: 'team',
    right: 'admin',
    params: z.strictObject({ uid: uidToFind }),
    response: z.object({ key: keyShape }),
    errors: [keyNotFound],
    async handle({ params, caller }, { db, clock }) {
      const key = await findKey(db, caller.teamId, params.uid);
      if (!key) throw keyNotFound('API key not found');
      return {
        message: 'API key retrieved successfully',
        key: await keyView(db, readCaps, key, clock.now()),
      };
    },
  });
