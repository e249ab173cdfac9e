// The signing secrets of endpoints at rest.
import type { SecretBox } from '../../../database/secret-box.ts';

const context = (endpointUid: string): string => `webhook_endpoint:${endpointUid}:secret`;

export const sealWebhookSecret = (box: SecretBox, endpointUid: string, secret: string): string =>
  box.seal(secret, context(endpointUid));

export const openWebhookSecret = (box: SecretBox, endpointUid: string, sealed: string): string =>
  box.open(sealed, context(endpointUid));
