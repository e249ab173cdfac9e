// A version of the price book, as operators see it.
import { z } from 'zod';
import type { PricesVersion } from './store.ts';

export const versionFields = {
  version: z.int(),
  note: z.string(),
  made_by: z.uuid().nullable().meta({ description: 'The API key or the person that made it' }),
  created_at: z.iso.datetime(),
};

export const versionRow = ({ version, note, madeBy, createdAt }: PricesVersion) => ({
  version,
  note,
  made_by: madeBy,
  created_at: createdAt.toISOString(),
});
