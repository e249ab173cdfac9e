// POST /tags/remove: takes tags off domains and mailboxes.
import { z } from 'zod';
import { defineEndpoint } from '../../http/endpoint.ts';
import type { FeatureContext } from '../context.ts';
import { changeAnswer, changeBody, changeTags } from './change.ts';
import { tagNotFound } from './errors.ts';
import type { Taggables } from './tag.ts';

export const removeTags = (taggables: Taggables) =>
  defineEndpoint<FeatureContext>()({
    operation: 'tags.remove',
    summary: 'Remove tags',
    description:
      'Every tag from every domain and mailbox that is named. One that does not have a tag stays as it is.',
    method: 'POST',
    path: '/tags/remove',
    aliases: [{ method: 'POST', path: '/tags/unassign' }],
    scope: 'workspace',
    keepsToDomains: ['domain_uids', 'mailbox_uids', 'resource_ids'],
    body: changeBody,
    response: z.object(changeAnswer),
    errors: [tagNotFound, taggables.domain.notFound, taggables.mailbox.notFound],
    handle: ({ body, caller, workspace, commit }, { clock }) =>
      commit(async (tx) => {
        const by = { teamUid: caller.teamId, workspaceUid: workspace.uid, now: clock.now() };
        const changed = await changeTags(tx, taggables, 'remove', body, by);
        return { message: `Tags removed: ${changed.updated} changed`, ...changed };
      }),
  });
