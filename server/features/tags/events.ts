// What is told of tags.
import type { NewEvent } from '../events/index.ts';
import type { Tag, TagCounts, TaggableKind } from './tag.ts';

const tagEvent = (type: `tag.${string}`, tag: Tag, at: Date, data: Record<string, unknown>): NewEvent => ({
  teamUid: tag.teamUid,
  workspaceUid: tag.workspaceUid,
  type,
  subjectType: 'tag',
  subjectUid: tag.uid,
  data: { name: tag.name, ...data },
  occurredAt: at,
});

export const tagCreated = (tag: Tag): NewEvent => tagEvent('tag.created', tag, tag.createdAt, {});

export const tagRenamed = (before: Tag, after: Tag): NewEvent =>
  tagEvent('tag.renamed', after, after.updatedAt, { previous_name: before.name });

/** Told instead of an event for each thing that carried it. */
export const tagDeleted = (tag: Tag, { domains, mailboxes }: TagCounts, at: Date): NewEvent =>
  tagEvent('tag.deleted', tag, at, { domains, mailboxes });

export const tagsChanged = (about: {
  teamUid: string;
  workspaceUid: string;
  kind: TaggableKind;
  uid: string;
  /** What an event says of the thing beside its uid. */
  named: Record<string, string>;
  tags: string[];
  added: string[];
  removed: string[];
  at: Date;
}): NewEvent => ({
  teamUid: about.teamUid,
  workspaceUid: about.workspaceUid,
  type: `${about.kind}.tags_changed`,
  subjectType: about.kind,
  subjectUid: about.uid,
  data: { ...about.named, tags: about.tags, added: about.added, removed: about.removed },
  occurredAt: about.at,
});
