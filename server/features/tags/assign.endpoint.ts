// POST /tags/assign: puts tags on domains and mailboxes.
import { z } from 'zod';
import { defineEndpoint } from '../../http/endpoint.ts';
import type { FeatureContext } from '../context.ts';
import { changeAnswer, changeBody, changeTags } from './change.ts';
import { tagNotFound, tooManyTags } from './errors.ts';
import type { Taggables } from './tag.ts';

export const assignTags = (taggables: Taggables) =>
  defineEndpoint<FeatureContext>()({
    operation: 'tags.assign',
    summary: 'Assign tags',
    description: 'Every tag to every domain and mailbox that is named. One that has a tag already keeps it.',
    method: 'POST',
    path: '/tags/assign',

    scope: 'workspace',
    keepsToDomains: ['domain_uids', 'mailbox_uids', 'resource_ids'],
    body: changeBody,
    response: z.object(changeAnswer),
    errors: [tagNotFound, taggables.domain.notFound, taggables.mailbox.notFound, tooManyTags],
    handle: ({ body, caller, workspace, commit }, { clock }) =>
      commit(async (tx) => {
        const by = { teamUid: caller.teamId, workspaceUid: workspace.uid, now: clock.now() };
        const changed = await changeTags(tx, taggables, 'assign', body, by);
        return { message: `Tags assigned: ${changed.updated} changed`, ...changed };
      }),
  });
