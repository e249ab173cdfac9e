// The shapes that the event endpoints share.
import { z } from 'zod';
import { orAbsent } from '../../http/absent.ts';

/** A type of event, or all of a noun: `mailbox.status_changed`, `mailbox.*`. */
export const eventType = z
  .string()
  .regex(/^[a-z_]+\.([a-z_]+|\*)$/, {
    error: 'an event type is written like mailbox.status_changed, or mailbox.* for all of a noun',
  })
  .max(100);

/** Where reading went to; what `cursor` answered. */
const position = z
  .string()
  .regex(/^\d{1,15}$/, { error: 'after is not a cursor that this list answered' })
  .transform(Number)
  .meta({
    description: 'The `cursor` of the answer before; without it reading begins with the first event.',
  });

/** What a reader of events may ask for, in a query. */
export const eventQuery = {
  after: orAbsent(position),
  types: orAbsent(
    z
      .string()
      .transform((text) => text.split(',').map((type) => type.trim()))
      .pipe(z.array(eventType).max(50)),
  ).meta({ description: 'Types separated by commas, `mailbox.*` among them; all by default.' }),
  workspace_uid: orAbsent(z.uuid()).meta({ description: 'Only events of this workspace.' }),
  subject_uid: orAbsent(z.uuid()).meta({ description: 'Only events about this domain, mailbox, order, ….' }),
};

export const eventShape = z
  .object({
    id: z.uuid().meta({ description: 'Of the event. Whoever is told of it twice knows it by this.' }),
    type: z.string(),
    timestamp: z.iso.datetime().meta({ description: 'When it happened.' }),
    team_id: z.uuid(),
    workspace_id: z.uuid().nullable(),
    subject: z.object({ type: z.string(), id: z.uuid() }),
    data: z.record(z.string(), z.unknown()),
  })
  .meta({ id: 'Event' });
