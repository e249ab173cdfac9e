// DELETE /tags/{id}: the tag goes, and is taken off everything that carries it.
import { z } from 'zod';
import { defineEndpoint } from '../../http/endpoint.ts';
import { uidToFind } from '../../http/uid.ts';
import type { FeatureContext } from '../context.ts';
import { recordEvents } from '../events/index.ts';
import { tagNotFound } from './errors.ts';
import { tagDeleted } from './events.ts';
import { tagCounts, tagDelete, tagLock } from './store.ts';

export const deleteTag = defineEndpoint<FeatureContext>()({
  operation: 'tags.delete',
  summary: 'Delete tag',
  description:
    'Domains and mailboxes that carry it stay as they are otherwise; the answer says how many there were.',
  method: 'DELETE',
  path: '/tags/{id}',
  scope: 'workspace',
  params: z.strictObject({ id: uidToFind }),
  response: z.object({ domains: z.int(), mailboxes: z.int() }),
  errors: [tagNotFound],
  handle: ({ params, workspace, commit }, { clock }) =>
    commit(async (tx) => {
      const tag = await tagLock(tx, workspace.uid, params.id);
      if (!tag) throw tagNotFound('Tag not found');
      const carried = (await tagCounts(tx, [tag.uid])).get(tag.uid) ?? { domains: 0, mailboxes: 0 };
      await tagDelete(tx, tag.uid);
      await recordEvents(tx, [tagDeleted(tag, carried, clock.now())]);
      return { message: 'Tag deleted successfully', ...carried };
    }),
});
