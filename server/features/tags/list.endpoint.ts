// GET /tags: every tag of the workspace, and how many things carry it.
import { z } from 'zod';
import { defineEndpoint } from '../../http/endpoint.ts';
import type { FeatureContext } from '../context.ts';
import { tagShape } from './schema.ts';
import { tagCounts, tagList } from './store.ts';
import { tagRow } from './tag.ts';

export const listTags = defineEndpoint<FeatureContext>()({
  operation: 'tags.list',
  summary: 'List tags',
  description:
    'All of them, by name. The counts are those of the lists of domains and mailboxes for the tag.',
  method: 'GET',
  path: '/tags',
  aliases: [{ method: 'GET', path: '/tags/list' }],
  scope: 'workspace',
  response: z.object({ tags: z.array(tagShape) }),
  async handle({ workspace }, { db }) {
    const tags = await tagList(db, workspace.uid);
    const counts = await tagCounts(
      db,
      tags.map(({ uid }) => uid),
    );
    return {
      message: 'Tags retrieved successfully',
      tags: tags.map((tag) => tagRow(tag, counts.get(tag.uid) ?? { domains: 0, mailboxes: 0 })),
    };
  },
});
