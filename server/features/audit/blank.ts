// What a request asked for, in the form in which it may be kept: without secrets, and no larger than a page.

/** Names of fields whose value is a secret, or may hold one: addresses of webhooks do. */
const secretNames =
  /pass(word|phrase|wd)?$|password|secret|token|api_?key|private_?key|credential$|totp|otp$|seed|signature_key|^code$|^(webhook_)?url$|consent_url|csv$|zone_file/i;
export const BLANKED = '[blanked]';

const MAX_TEXT = 500;
const MAX_MEMBERS = 500;
const MAX_BYTES = 64_000;

/** The request without secrets: their fields stay, so that one sees that they were set. */
export const blanked = (sent: { params: unknown; query: unknown; body: unknown }): unknown => {
  const fields: Record<string, unknown> = {};
  for (const part of [sent.params, sent.query, sent.body]) {
    if (isRecord(part)) Object.assign(fields, part);
  }
  const kept = blank(fields);
  const { length } = JSON.stringify(kept);
  return length <= MAX_BYTES ? kept : { left_out: `${length} characters of input` };
};

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const blank = (value: unknown): unknown => {
  if (typeof value === 'string') {
    return value.length <= MAX_TEXT
      ? value
      : `${value.slice(0, MAX_TEXT)}… (${value.length} characters)`.toWellFormed();
  }
  if (Array.isArray(value)) {
    const kept = value.slice(0, MAX_MEMBERS).map(blank);
    return value.length <= MAX_MEMBERS ? kept : [...kept, `… (${value.length} in all)`];
  }
  if (!isRecord(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [
      name,
      secretNames.test(name) && mayBeSecret(member) ? BLANKED : blank(member),
    ]),
  );
};

/** Switches and numbers under such a name (`include_secrets`) say what was asked for and give nothing away. */
const mayBeSecret = (value: unknown): boolean =>
  (typeof value === 'string' && value !== '') || (typeof value === 'object' && value !== null);

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** Every uid that a value holds, each once. */
export const uidsIn = (value: unknown): string[] => {
  const found = new Set<string>();
  const look = (inner: unknown): void => {
    if (typeof inner === 'string') {
      if (uuid.test(inner)) found.add(inner.toLowerCase());
    } else if (typeof inner === 'object' && inner !== null) {
      Object.values(inner).forEach(look);
    }
  };
  look(value);
  return [...found];
};
