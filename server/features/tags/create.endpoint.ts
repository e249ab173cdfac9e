// POST /tags: a new tag, on nothing yet.
import { z } from 'zod';
import { newId } from '../../../database/uuid.ts';
import { defineEndpoint } from '../../http/endpoint.ts';
import type { FeatureContext } from '../context.ts';
import { recordEvents } from '../events/index.ts';
import { holdWorkspace } from '../workspaces/index.ts';
import { tagNameTaken, tooManyTags } from './errors.ts';
import { tagCreated } from './events.ts';
import { tagName, tagShape } from './schema.ts';
import { tagByName, tagInsert, tagTotal } from './store.ts';
import { MAX_TAGS_PER_WORKSPACE, type Tag, tagRow } from './tag.ts';

export const createTag = defineEndpoint<FeatureContext>()({
  operation: 'tags.create',
  summary: 'Create tag',
  method: 'POST',
  path: '/tags',
  aliases: [{ method: 'POST', path: '/tags/create' }],
  scope: 'workspace',
  body: z.strictObject({ name: tagName }),
  response: z.object({ ...tagShape.shape, tag: tagShape }),
  errors: [tagNameTaken, tooManyTags],
  handle: ({ body, caller, workspace, commit }, { clock }) =>
    commit(async (tx) => {
      await holdWorkspace(tx, workspace.uid);
      const now = clock.now();
      const tag: Tag = {
        uid: newId(),
        teamUid: caller.teamId,
        workspaceUid: workspace.uid,
        name: body.name,
        createdAt: now,
        updatedAt: now,
      };
      if (!(await tagInsert(tx, tag))) {
        const other = await tagByName(tx, workspace.uid, body.name);
        throw tagNameTaken(`A tag named "${other?.name ?? body.name}" already exists`, { tag: other?.uid });
      }
      if ((await tagTotal(tx, workspace.uid)) > MAX_TAGS_PER_WORKSPACE) {
        throw tooManyTags(`The workspace has ${MAX_TAGS_PER_WORKSPACE} tags already`);
      }
      await recordEvents(tx, [tagCreated(tag)]);
      const row = tagRow(tag, { domains: 0, mailboxes: 0 });
      return { message: 'Tag created successfully', ...row, tag: row };
    }),
});
