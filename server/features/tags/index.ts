// Front door of tags. Domains and mailboxes show theirs and are found by them.
import { assignTags } from './assign.endpoint.ts';
import { createTag } from './create.endpoint.ts';
import { deleteTag } from './delete.endpoint.ts';
import { listTags } from './list.endpoint.ts';
import { removeTags } from './remove.endpoint.ts';
import { renameTag } from './rename.endpoint.ts';
import type { Taggables } from './tag.ts';

export { tagErrors } from './errors.ts';
export { tagFilterFields, tagFilterOf } from './schema.ts';
export { carriesTags, type TagFilter, tagNames, takeTagsOff } from './store.ts';
export type { Taggable, Taggables } from './tag.ts';

export const tagEndpoints = (taggables: Taggables) => [
  listTags,
  createTag,
  renameTag,
  deleteTag,
  assignTags(taggables),
  removeTags(taggables),
];
