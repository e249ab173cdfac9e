// Optional fields, as clients leave them out: some send "" or null for what they have nothing to say about.
import { z } from 'zod';

/** An optional field of which "" and null mean the same as leaving it out. */
export const orAbsent = <T extends z.ZodType>(schema: T) =>
  z.preprocess((value) => (value === '' || value === null ? undefined : value), schema.optional()).optional();

/** The same for every field of an object: `z.strictObject(allOrAbsent({ … }))`. */
export const allOrAbsent = <Shape extends Readonly<Record<string, z.ZodType>>>(shape: Shape) =>
  Object.fromEntries(Object.entries(shape).map(([name, schema]) => [name, orAbsent(schema)])) as {
    [Name in keyof Shape]: ReturnType<typeof orAbsent<Shape[Name]>>;
  };
