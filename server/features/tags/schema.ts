// The shapes that tag endpoints share, and the filter that lists of tagged things take.
import { z } from 'zod';
import { orAbsent } from '../../http/absent.ts';
import { oneLine } from '../../http/one-line.ts';
import { uidToFind } from '../../http/uid.ts';
import type { TagFilter } from './store.ts';
import { MAX_TAGS_PER_THING } from './tag.ts';

/** In any script. Composed (Unicode NFC), so that what looks the same is the same. */
export const tagName = z
  .string()
  .normalize('NFC')
  .trim()
  .min(1)
  .max(100)
  .regex(oneLine, { error: 'a tag must not contain line breaks, control or text direction characters' })
  .meta({ example: 'q4' });

export const tagShape = z
  .object({
    uid: z.uuid(),
    id: z.uuid(),
    name: z.string(),
    domains: z.int().meta({ description: 'Domains that carry it' }),
    mailboxes: z.int().meta({ description: 'Mailboxes that carry it' }),
    createdAt: z.iso.datetime(),
    updatedAt: z.iso.datetime(),
  })
  .meta({ id: 'Tag' });

export const tagUids = z.array(uidToFind).min(1).max(MAX_TAGS_PER_THING);

const oneOrMany = <T extends z.ZodType>(one: T) =>
  orAbsent(z.union([one, z.array(one).min(1).max(MAX_TAGS_PER_THING)]));

/** What narrows a list of tagged things, in a body or in a query where a name is repeated for several. */
export const tagFilterFields = {
  tags: oneOrMany(tagName).meta({
    description: 'A tag or several, by name; upper and lower case are the same',
  }),
  tag_uids: oneOrMany(z.uuid()).meta({ description: 'A tag or several, by uid' }),
  tag_match: z
    .enum(['any', 'all'])
    .default('any')
    .meta({ description: 'Whether one of the tags is enough, or all of them have to be there' }),
};

type SentTagFilter = z.output<z.ZodObject<typeof tagFilterFields>>;

/** Undefined when the list is not narrowed by tags. */
export const tagFilterOf = ({
  tags = [],
  tag_uids = [],
  tag_match,
}: SentTagFilter): TagFilter | undefined => {
  const filter = { names: [tags].flat(), uids: [tag_uids].flat(), match: tag_match };
  return filter.names.length + filter.uids.length > 0 ? filter : undefined;
};
