// Records as callers write them, brought into the one form they are kept in.
import { InvalidNameError, toFqdn, toHost } from '../../../protocols/dns/names.ts';
import { InvalidRdataError } from '../../../protocols/dns/rdata.ts';
import { fromFields, toFields } from '../../../protocols/dns/record-fields.ts';
import { typeCode, typeName } from '../../../protocols/dns/record-types.ts';
import { CUSTOM, type NewRecord } from './zone.ts';

export type RecordInput = {
  host: string;
  type: string;
  value: string;
  ttl?: number;
  priority?: number;
};

/** What is wrong with a record by itself, or with the zone it would make. */
export type Conflict = {
  /** Stable word for programs, e.g. `cname_beside_others`. */
  code: string;
  message: string;
  /** The section of the standard it breaks. */
  rule: string;
  name: string;
  type: string;
};

export const DEFAULT_TTL_S = 3600;
/** What MX and SRV records get that came without. */
const DEFAULT_PRIORITY: Readonly<Record<string, number>> = { MX: 10, SRV: 0 };
/** How many words the value has without its priority. */
const WORDS: Readonly<Record<string, number>> = { MX: 1, SRV: 3 };

/** The record in canonical form, as its owner's, or why it is none. */
export const readRecord = (
  zone: string,
  input: RecordInput,
): { record: NewRecord } | { conflict: Conflict } => {
  const code = typeCode(input.type);
  const type = code === undefined ? input.type.toUpperCase() : typeName(code);
  try {
    const host = toHost(toFqdn(input.host, zone), zone);
    const { value, priority } = toFields(
      fromFields(type, { value: input.value, priority: priorityOf(type, input) }),
    );
    const record = { host, type, value, priority: priority ?? null, purpose: CUSTOM };
    return { record: { ...record, ttlS: input.ttl ?? DEFAULT_TTL_S } };
  } catch (error) {
    const at = { name: input.host, type };
    if (error instanceof InvalidNameError) {
      return { conflict: { ...at, code: 'invalid_name', message: error.message, rule: error.rule } };
    }
    if (error instanceof InvalidRdataError) {
      return { conflict: { ...at, code: 'invalid_data', message: error.message, rule: error.rule } };
    }
    throw error;
  }
};

/** The priority to put in front of the value; undefined when it stands there already or the type has none. */
const priorityOf = (type: string, { value, priority }: RecordInput): number | undefined => {
  const words = WORDS[type];
  if (words === undefined || value.trimStart().startsWith('\\#')) return undefined;
  if (priority !== undefined) return priority;
  return value.trim().split(/\s+/).length > words ? undefined : DEFAULT_PRIORITY[type];
};
