// Puts tags on domains and mailboxes, or takes them off: every thing is done or refused for itself.
import { z } from 'zod';
import type { Tx } from '../../../database/database.ts';
import { ApiError } from '../../http/errors.ts';
import { recordEvents } from '../events/index.ts';
import { tagNotFound, tooManyTags } from './errors.ts';
import { tagsChanged } from './events.ts';
import { tagUids } from './schema.ts';
import { linkDelete, linkInsert, linkTotals, tagNames, tagsHold } from './store.ts';
import {
  MAX_TAGS_PER_THING,
  type Taggable,
  type TaggableKind,
  type Taggables,
  taggableKinds,
} from './tag.ts';

/** The most domains, or mailboxes, that one request may name. */
const MOST = 500;
/** Text that cannot be a uid names a thing that does not exist, and is answered as it was sent. */
const things = z
  .array(z.string().trim().min(1).max(100).meta({ format: 'uuid' }))
  .min(1)
  .max(MOST)
  .optional();

const fields = {
  tag_uids: tagUids.optional(),
  tag_ids: tagUids.optional().meta({ description: 'The same as `tag_uids`' }),
  domain_uids: things,
  mailbox_uids: things,
  resource_type: z
    .enum(taggableKinds)
    .optional()
    .meta({ description: 'What `resource_ids` are; the other way to name domains or mailboxes' }),
  resource_ids: things,
};
type Sent = z.output<z.ZodObject<typeof fields>>;

const tagsOf = ({ tag_uids = [], tag_ids = [] }: Sent): string[] => [...new Set([...tag_uids, ...tag_ids])];

const thingsOf = (sent: Sent): Record<TaggableKind, string[]> => {
  const { domain_uids = [], mailbox_uids = [], resource_type, resource_ids = [] } = sent;
  const named = (kind: TaggableKind, uids: string[]) => [
    ...new Set([...uids, ...(resource_type === kind ? resource_ids : [])]),
  ];
  return { domain: named('domain', domain_uids), mailbox: named('mailbox', mailbox_uids) };
};

export const changeBody = z
  .strictObject(fields)
  .refine((sent) => tagsOf(sent as Sent).length > 0, { error: 'tag_uids is required', path: ['tag_uids'] })
  .refine((sent) => (sent.resource_type === undefined) === (sent.resource_ids === undefined), {
    error: 'resource_type and resource_ids are sent together',
    path: ['resource_ids'],
  })
  .refine(
    (sent) => {
      const { domain, mailbox } = thingsOf(sent as Sent);
      return domain.length + mailbox.length > 0;
    },
    { error: 'domain_uids or mailbox_uids is required', path: ['domain_uids'] },
  );

export const changeAnswer = {
  updated: z.int().meta({ description: 'Things whose tags are others now' }),
  results: z
    .object({
      success: z.array(
        z
          .object({ uid: z.uuid(), type: z.enum(taggableKinds), tags: z.array(z.string()) })
          .meta({ id: 'Tagged' }),
      ),
      failed: z.array(
        z
          .object({ uid: z.string(), type: z.enum(taggableKinds), code: z.string(), error: z.string() })
          .meta({ id: 'NotTagged' }),
      ),
    })
    .meta({ description: 'What became of each thing, and which tags it carries now' }),
};

type Success = { uid: string; type: TaggableKind; tags: string[] };
type Failure = { uid: string; type: TaggableKind; code: string; error: string };

/**
 * When all things are refused the request is, with the first reason, and the results beside it.
 *
 * @throws {ApiError} `tag_not_found`; what the things refuse
 */
export const changeTags = async (
  tx: Tx,
  taggables: Taggables,
  change: 'assign' | 'remove',
  sent: Sent,
  { teamUid, workspaceUid, now }: { teamUid: string; workspaceUid: string; now: Date },
) => {
  const wanted = tagsOf(sent);
  const tags = new Map((await tagsHold(tx, workspaceUid, wanted)).map((tag) => [tag.uid, tag.name]));
  const missing = wanted.filter((uid) => !tags.has(uid));
  if (missing.length > 0) throw tagNotFound(`Tag not found: ${missing.join(', ')}`, { tags: missing });

  const success: Success[] = [];
  const refusals: { uid: string; type: TaggableKind; refusal: ApiError }[] = [];
  let updated = 0;
  for (const [type, uids] of Object.entries(thingsOf(sent)) as [TaggableKind, string[]][]) {
    if (uids.length === 0) continue;
    const known = await taggables[type].lock(tx, workspaceUid, uids.filter(isUid));
    const refused = refuse(taggables[type], uids, known, await tooMany(tx, type, known, wanted, change));
    refusals.push(...refused.map((row) => ({ ...row, type })));
    const good = uids.filter((uid) => !refused.some((row) => row.uid === uid));
    const act = change === 'assign' ? linkInsert : linkDelete;
    const changed = Map.groupBy(await act(tx, type, good, wanted), ({ thingUid }) => thingUid);
    const names = await tagNames(tx, type, good);
    await recordEvents(
      tx,
      [...changed].map(([uid, links]) => {
        const touched = links.map(({ tagUid }) => tags.get(tagUid)!);
        return tagsChanged({
          ...{ teamUid, workspaceUid, kind: type, uid, at: now },
          named: known.get(uid)!,
          tags: names.get(uid) ?? [],
          added: change === 'assign' ? touched : [],
          removed: change === 'remove' ? touched : [],
        });
      }),
    );
    updated += changed.size;
    success.push(...good.map((uid) => ({ uid, type, tags: names.get(uid) ?? [] })));
  }
  const failed: Failure[] = refusals.map(({ uid, type, refusal }) => ({
    uid,
    type,
    code: refusal.definition.code,
    error: refusal.message,
  }));
  const [first] = refusals;
  if (first && success.length === 0) {
    const { definition, message } = first.refusal;
    throw new ApiError(definition, message, { results: { success, failed } });
  }
  return { updated, results: { success, failed } };
};

const isUid = (text: string): boolean => z.uuid().safeParse(text).success;

/** The things that would carry more than they may. */
const tooMany = async (
  tx: Tx,
  kind: TaggableKind,
  known: Map<string, unknown>,
  wanted: string[],
  change: 'assign' | 'remove',
): Promise<Set<string>> => {
  if (change === 'remove') return new Set();
  const full = await linkTotals(tx, kind, [...known.keys()], wanted);
  return new Set([...full].filter(([, total]) => total > MAX_TAGS_PER_THING).map(([uid]) => uid));
};

const refuse = (
  { notFound }: Taggable,
  uids: string[],
  known: Map<string, unknown>,
  full: Set<string>,
): { uid: string; refusal: ApiError }[] =>
  uids.flatMap((uid) => {
    if (!known.has(uid)) return { uid, refusal: notFound('Not found in this workspace') };
    if (full.has(uid))
      return { uid, refusal: tooManyTags(`It would carry more than ${MAX_TAGS_PER_THING} tags`) };
    return [];
  });
