// For receivers of webhooks: whether a delivery is from this installation and fresh, as Standard Webhooks version 1
// (https://www.standardwebhooks.com) signs it.
import type { Row } from './method.ts';

/** The body of a delivery. `id` is the event's: whoever remembers it handles each event once. */
export type WebhookEvent = {
  id: string;
  type: Row<'events.list'>['type'];
  timestamp: string;
  team_id: string;
  workspace_id: string | null;
  subject: { type: string; id: string };
  data: Record<string, unknown>;
};

export class WebhookVerificationError extends Error {
  override readonly name = 'WebhookVerificationError';
}

export type Delivery = {
  /** The body exactly as it came: parse nothing before. */
  body: string | Uint8Array<ArrayBuffer>;
  /** Of the request: a `Headers`, or an object with names in lower case as Node's servers give it. */
  headers: Headers | Readonly<Record<string, string | readonly string[] | undefined>>;
  /** `whsec_…`; several while one is being replaced. */
  secret: string | readonly string[];
  /** How old or how far ahead a delivery may be. Default: five minutes. */
  toleranceS?: number;
};

const PREFIX = 'whsec_';

/**
 * @throws {WebhookVerificationError} when a header is missing, the time is out of tolerance, or no signature fits
 */
export const verifyWebhook = async ({
  body,
  headers,
  secret,
  toleranceS = 300,
}: Delivery): Promise<WebhookEvent> => {
  const header = (name: string): string => {
    const value =
      typeof headers.get === 'function'
        ? (headers as Headers).get(name)
        : (headers as Record<string, string | undefined>)[name];
    if (!value) throw new WebhookVerificationError(`The header ${name} is missing`);
    return String(value);
  };
  const id = header('webhook-id');
  const timestamp = header('webhook-timestamp');
  const signatures = header('webhook-signature');
  const ageS = Date.now() / 1000 - Number(timestamp);
  if (!(Math.abs(ageS) <= toleranceS)) {
    throw new WebhookVerificationError('The delivery is too old, or from the future');
  }
  const bytes = typeof body === 'string' ? new TextEncoder().encode(body) : body;
  const prefix = new TextEncoder().encode(`${id}.${timestamp}.`);
  const signed = new Uint8Array(prefix.length + bytes.length);
  signed.set(prefix);
  signed.set(bytes, prefix.length);
  for (const one of [secret].flat() as string[]) {
    const key = await crypto.subtle.importKey(
      'raw',
      fromBase64(one.startsWith(PREFIX) ? one.slice(PREFIX.length) : one),
      { name: 'HMAC', hash: 'SHA-256' },
      false,
      ['verify'],
    );
    for (const candidate of signatures.split(' ')) {
      const [version, signature = ''] = candidate.split(',');
      // `verify` compares in constant time.
      if (version === 'v1' && (await crypto.subtle.verify('HMAC', key, fromBase64(signature), signed))) {
        return JSON.parse(new TextDecoder().decode(bytes)) as WebhookEvent;
      }
    }
  }
  throw new WebhookVerificationError('No signature of the delivery fits the secret');
};

const fromBase64 = (text: string): Uint8Array<ArrayBuffer> => {
  try {
    return Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  } catch {
    throw new WebhookVerificationError('A signature or the secret is not base64');
  }
};
