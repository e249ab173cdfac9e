// GET /keys: the keys of the team, newest first, those that are over too.
import { z } from 'zod';
import { defineEndpoint } from '../../http/endpoint.ts';
import { newestFirstCursor, newestFirstPage, nextCursorOf } from '../../http/newest-first.ts';
import { nextCursorAnswer, pageAnswer, pageFields, pageQuery } from '../../http/paging.ts';
import { apiKeysOfTeam } from '../accounts/index.ts';
import type { FeatureContext } from '../context.ts';
import { keyShape, keyView, type ReadKeyCaps } from './schema.ts';

export const listKeys = (readCaps: ReadKeyCaps) =>
  defineEndpoint<FeatureContext>()({
    operation: 'api-keys.list',
    summary: 'List API keys',
    method: 'GET',
    path: '/keys',
    aliases: [{ method: 'GET', path: '/keys/list' }],
    scope: 'team',
    right: 'admin',
    query: z.strictObject({ ...pageQuery, ...newestFirstCursor }),
    response: z.object({ keys: z.array(keyShape), ...pageAnswer, ...nextCursorAnswer }),
    async handle({ query, caller }, { db, clock }) {
      const { keys, total } = await apiKeysOfTeam(db, caller.teamId, newestFirstPage(query));
      return {
        message: 'API keys retrieved successfully',
        keys: await Promise.all(keys.map((key) => keyView(db, readCaps, key, clock.now()))),
        ...pageFields(query, total),
        ...nextCursorOf(keys, query.limit),
      };
    },
  });
