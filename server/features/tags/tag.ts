// A tag: a word that a workspace puts on its domains and mailboxes to find them by.
import type { Tx } from '../../../database/database.ts';
import type { ErrorFactory } from '../../http/errors.ts';

export type Tag = {
  uid: string;
  teamUid: string;
  workspaceUid: string;
  /** As it was written; unique in the workspace, where upper and lower case count as the same. */
  name: string;
  createdAt: Date;
  updatedAt: Date;
};

export const taggableKinds = ['domain', 'mailbox'] as const;
export type TaggableKind = (typeof taggableKinds)[number];

/** What tags need to know of domains and mailboxes, which come later in the order of features and hand it in. */
export type Taggable = {
  /**
   * Those of the workspace among `uids`, locked until the transaction ends, each with what an event says of it: a
   * domain's name, a mailbox's address.
   */
  lock(tx: Tx, workspaceUid: string, uids: string[]): Promise<Map<string, Record<string, string>>>;
  notFound: ErrorFactory;
};
export type Taggables = Readonly<Record<TaggableKind, Taggable>>;

/** How many things carry a tag, as many as their lists answer for it. */
export type TagCounts = { domains: number; mailboxes: number };

/** The list of a workspace's tags is answered whole. */
export const MAX_TAGS_PER_WORKSPACE = 1_000;
/** A row of a list shows all of a thing's tags. */
export const MAX_TAGS_PER_THING = 50;

/** The row as the API shows it. */
export const tagRow = (tag: Tag, counts: TagCounts) => ({
  uid: tag.uid,
  id: tag.uid,
  name: tag.name,
  domains: counts.domains,
  mailboxes: counts.mailboxes,
  createdAt: tag.createdAt.toISOString(),
  updatedAt: tag.updatedAt.toISOString(),
});
