// Values made from schemas: one that fits, and one that does not.
import { z } from 'zod';
import { newId } from '../../database/uuid.ts';

/**
 * A small value that fits `schema`: examples where there are some, required fields alone otherwise. Rules that a
 * schema states in code cannot be read, so it may still be refused.
 */
export const fittingValue = (schema: z.core.$ZodType): unknown => {
  const example = exampleOf(schema);
  if (example !== undefined) return example;
  const { def } = (schema as z.core.$ZodTypes)._zod;
  switch (def.type) {
    case 'object':
      return Object.fromEntries(
        Object.entries(def.shape)
          .filter(([, field]) => field._zod.optin !== 'optional')
          .map(([name, field]) => [name, fittingValue(field)]),
      );
    case 'array':
      return [fittingValue(def.element)];
    case 'tuple':
      return def.items.map(fittingValue);
    case 'string':
      return fittingString(schema as z.ZodString);
    case 'number':
      return (schema as z.ZodNumber).minValue ?? 1;
    case 'boolean':
      return true;
    case 'enum':
      return Object.values(def.entries)[0];
    case 'literal':
      return def.values[0];
    case 'union':
      return fittingValue(def.options[0]!);
    case 'optional':
    case 'nullable':
    case 'default':
    case 'prefault':
    case 'nonoptional':
    case 'readonly':
    case 'catch':
      return fittingValue(def.innerType);
    case 'pipe':
      return fittingValue(def.in);
    case 'record':
      return {};
    default:
      return null;
  }
};

const exampleOf = (schema: z.core.$ZodType): unknown => {
  const meta = z.globalRegistry.get(schema);
  return meta?.example ?? (meta?.examples as unknown[] | undefined)?.[0];
};

const fittingString = ({ format, minLength }: Pick<z.ZodString, 'format' | 'minLength'>): string => {
  switch (format) {
    case 'uuid':
      return newId();
    case 'email':
      return 'someone@example.com';
    case 'url':
      return 'https://example.com/';
    case 'datetime':
      return '2026-01-01T00:00:00.000Z';
    case 'date':
      return '2026-01-01';
    default:
      return 'x'.repeat(minLength ?? 1);
  }
};

const candidates: unknown[] = [{ unexpected: [] }, ['unexpected', 1], 12_345.678, true, 'unexpected', null];

/** A value of a kind that `schema` refuses, or undefined when it takes everything. */
export const misfittingValue = (schema: z.ZodType): unknown =>
  candidates.find((candidate) => !schema.safeParse(candidate).success);
