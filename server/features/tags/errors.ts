// Errors of the tags feature.
import { defineError } from '../../http/errors.ts';
import { MAX_TAGS_PER_THING, MAX_TAGS_PER_WORKSPACE } from './tag.ts';

export const tagNotFound = defineError({
  code: 'tag_not_found',
  status: 404,
  whatHappened: 'The workspace has no tag with this uid.',
  whatToDo: 'List the tags with `GET /v1/api/tags` and use one of the uids it answers.',
});

export const tagNameTaken = defineError({
  code: 'tag_name_taken',
  status: 409,
  whatHappened:
    'Another tag of the workspace has this name; upper and lower case count as the same. `tag` names it.',
  whatToDo: 'Use the tag that exists, or choose another name.',
});

export const tooManyTags = defineError({
  code: 'too_many_tags',
  status: 409,
  whatHappened: `A workspace has at most ${MAX_TAGS_PER_WORKSPACE} tags, and a domain or mailbox carries at most ${MAX_TAGS_PER_THING}.`,
  whatToDo: 'Delete tags that are not needed, or take some off the domain or mailbox.',
});

export const tagErrors = [tagNotFound, tagNameTaken, tooManyTags];
