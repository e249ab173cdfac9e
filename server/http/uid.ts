// The uid of a thing to look up, as callers send it.
import { z } from 'zod';

/** The id that nothing has (RFC 9562 §5.9). */
const NIL = '00000000-0000-0000-0000-000000000000';

/**
 * For the field that names the one thing a request is about: text that cannot be a uid names a thing that does not
 * exist. It is answered with the thing's own 404 like every other unknown uid, and not with a 400, because clients
 * send paths like `/mailboxes/find` and expect to read that there is no such mailbox.
 */
export const uidToFind = z
  .string()
  .transform((text) => (z.uuid().safeParse(text).success ? text : NIL))
  .meta({ format: 'uuid' });
