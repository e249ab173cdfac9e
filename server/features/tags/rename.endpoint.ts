// PUT /tags/{id}: another name for a tag; what carries it goes on carrying it.
import { z } from 'zod';
import { defineEndpoint } from '../../http/endpoint.ts';
import { uidToFind } from '../../http/uid.ts';
import type { FeatureContext } from '../context.ts';
import { recordEvents } from '../events/index.ts';
import { tagNameTaken, tagNotFound } from './errors.ts';
import { tagRenamed } from './events.ts';
import { tagName, tagShape } from './schema.ts';
import { tagCounts, tagLock, tagRename } from './store.ts';
import { type Tag, tagRow } from './tag.ts';

export const renameTag = defineEndpoint<FeatureContext>()({
  operation: 'tags.rename',
  summary: 'Rename tag',
  method: 'PUT',
  path: '/tags/{id}',
  aliases: [{ method: 'PATCH', path: '/tags/{id}' }],
  scope: 'workspace',
  params: z.strictObject({ id: uidToFind }),
  body: z.strictObject({ name: tagName }),
  response: z.object({ tag: tagShape }),
  errors: [tagNotFound, tagNameTaken],
  handle: ({ params, body, workspace, commit }, { clock }) =>
    commit(async (tx) => {
      const before = await tagLock(tx, workspace.uid, params.id);
      if (!before) throw tagNotFound('Tag not found');
      const renamed: Tag = { ...before, name: body.name, updatedAt: clock.now() };
      const tag = before.name === body.name ? before : renamed;
      if (tag === renamed) {
        if (!(await tagRename(tx, tag))) {
          throw tagNameTaken(`A tag named "${body.name}" already exists`);
        }
        await recordEvents(tx, [tagRenamed(before, tag)]);
      }
      const counts = await tagCounts(tx, [tag.uid]);
      return {
        message: 'Tag renamed successfully',
        tag: tagRow(tag, counts.get(tag.uid) ?? { domains: 0, mailboxes: 0 }),
      };
    }),
});
