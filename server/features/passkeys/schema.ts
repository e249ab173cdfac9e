// The shape of a passkey in answers.
import { z } from 'zod';
import type { Passkey } from './store.ts';

export const passkeyShape = z
  .object({
    uid: z.uuid(),
    name: z.string(),
    backed_up: z.boolean().meta({ description: 'Kept by a provider, on more than one device.' }),
    created_at: z.iso.datetime(),
    last_used_at: z.iso.datetime().nullable(),
  })
  .meta({ id: 'Passkey' });

export const passkeyRow = (passkey: Passkey) => ({
  uid: passkey.uid,
  name: passkey.name,
  backed_up: passkey.backedUp,
  created_at: passkey.createdAt.toISOString(),
  last_used_at: passkey.lastUsedAt?.toISOString() ?? null,
});
