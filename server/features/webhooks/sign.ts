// Signatures of deliveries.
import { createHmac, randomBytes } from 'node:crypto';

const SECRET_BYTES = 32;
const SECRET_PREFIX = 'whsec_';

/** A new signing secret, in the form that Standard Webhooks libraries take. */
export const newWebhookSecret = (): string => SECRET_PREFIX + randomBytes(SECRET_BYTES).toString('base64');

/**
 * The headers of the Standard Webhooks specification (https://www.standardwebhooks.com, version 1): HMAC-SHA256 over
 * id, time of sending and body, once for each secret that is valid now.
 */
export const standardHeaders = (
  { id, sentAt, body }: { id: string; sentAt: Date; body: string },
  secrets: readonly string[],
): Record<string, string> => {
  const timestamp = String(Math.floor(sentAt.getTime() / 1000));
  const signatures = secrets.map((secret) => {
    const key = Buffer.from(secret.slice(SECRET_PREFIX.length), 'base64');
    return `v1,${createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64')}`;
  });
  return {
    'webhook-id': id,
    'webhook-timestamp': timestamp,
    'webhook-signature': signatures.join(' '),
  };
};

/**
 * The headers of the reference API. The signature is the SHA-256 of the API key and covers neither body nor time; it
 * is there because receivers check it, and proves little.
 */
export const inboxkitHeaders = (
  event: string,
  sentAt: Date,
  keySha256: Buffer | null,
): Record<string, string> => ({
  'X-InboxKit-Event': event,
  'X-InboxKit-Timestamp': sentAt.toISOString(),
  ...(keySha256 && { 'X-InboxKit-Signature': `sha256=${keySha256.toString('hex')}` }),
});
