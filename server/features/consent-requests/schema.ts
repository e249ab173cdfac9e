// How consent requests and client-id requests are sent and shown.
import { z } from 'zod';
import { orAbsent } from '../../http/absent.ts';
import { uidToFind } from '../../http/uid.ts';
import type { ClientIdRequest } from './client-id-request.ts';
import { type ConsentRequest, consentStatuses } from './consent-request.ts';

export const consentUrl = z
  .string()
  .trim()
  .max(8192)
  .refine((text) => {
    const url = URL.parse(text);
    return url !== null && /^https?:$/.test(url.protocol) && url.username === '' && url.password === '';
  }, 'must be an address such as https://accounts.example.com/o/oauth2/auth?client_id=…');

/** Free, and kept as it is; only `client_id` means something here. */
const requestData = z
  .record(z.string().max(100), z.unknown())
  .refine((data) => JSON.stringify(data).length <= 16_384, 'must be at most 16 KB');

export const whichMailbox = {
  mailbox_uid: orAbsent(uidToFind),
  username: orAbsent(z.string().trim().toLowerCase().min(1).max(64)),
  domain: orAbsent(z.string().trim().toLowerCase().min(1).max(253)),
};

export const oneMailbox = {
  check: (sent: { mailbox_uid?: unknown; username?: unknown; domain?: unknown }) =>
    (sent.mailbox_uid !== undefined) !== (sent.username !== undefined && sent.domain !== undefined),
  problem: { error: 'either mailbox_uid, or username and domain are required', path: ['mailbox_uid'] },
};

export const consentWish = z
  .strictObject({ ...whichMailbox, consent_url: consentUrl, request_data: orAbsent(requestData) })
  .refine(oneMailbox.check, oneMailbox.problem);
export type ConsentWish = z.output<typeof consentWish>;

export const status = z.enum(consentStatuses);

export const startedShape = z
  .object({
    uid: z.uuid(),
    status,
    mailbox_email: z.string(),
    created_at: z.iso.datetime(),
  })
  .meta({ id: 'StartedConsentRequest' });

export const startedRow = (request: ConsentRequest): z.input<typeof startedShape> => ({
  uid: request.uid,
  status: request.status,
  mailbox_email: request.mailboxEmail,
  created_at: request.createdAt.toISOString(),
});

export const requestShape = z
  .object({
    uid: z.uuid(),
    status,
    status_text: z.string(),
    status_reason: z.string().nullable(),
    reason_code: z.string().nullable().meta({ description: 'What is behind the reason, for programs' }),
    mailbox: z.object({ uid: z.uuid(), email: z.string() }),
    client_id: z.string(),
    consent_url: z.string(),
    request_data: z.record(z.string(), z.unknown()),
    attempts: z.int(),
    created_at: z.iso.datetime(),
    updated_at: z.iso.datetime(),
    completed_at: z.iso.datetime().nullable(),
  })
  .meta({ id: 'ConsentRequest' });

export const requestRow = (request: ConsentRequest): z.input<typeof requestShape> => ({
  uid: request.uid,
  status: request.status,
  status_text: request.statusText,
  status_reason: request.statusReason,
  reason_code: request.reasonCode,
  mailbox: { uid: request.mailboxUid, email: request.mailboxEmail },
  client_id: request.clientId,
  consent_url: request.consentUrl,
  request_data: request.requestData,
  attempts: request.attempts,
  created_at: request.createdAt.toISOString(),
  updated_at: request.updatedAt.toISOString(),
  completed_at: request.completedAt?.toISOString() ?? null,
});

export const clientIdShape = z
  .object({
    uid: z.uuid(),
    status,
    status_text: z.string(),
    status_reason: z.string().nullable(),
    client_id: z.string(),
    domain_name: z.string(),
    mailbox_uid: z.uuid(),
    created_at: z.iso.datetime(),
    completed_at: z.iso.datetime().nullable(),
  })
  .meta({ id: 'ClientIdRequest' });

export const clientIdRow = (request: ClientIdRequest): z.input<typeof clientIdShape> => ({
  uid: request.uid,
  status: request.status,
  status_text: request.statusText,
  status_reason: request.statusReason,
  client_id: request.clientId,
  domain_name: request.domainName,
  mailbox_uid: request.mailboxUid,
  created_at: request.createdAt.toISOString(),
  completed_at: request.completedAt?.toISOString() ?? null,
});
