// What the mailboxes of an order agree to, and what came of it.
import { z } from 'zod';
import { type ConsentRequest, consentStatuses, isConsentOver } from '../consent-requests/index.ts';
import type { Order, OrderDomain } from './order.ts';

/** Before a consent request is begun it `waits`; `refused` says that none could be. */
const consentStages = ['waits', 'refused', ...consentStatuses] as const;

export const consentShape = z.object({
  request_uid: z.uuid().nullable().meta({ description: 'Null when none could be begun, or none is yet' }),
  status: z.enum(consentStages),
  reason: z.string().nullable(),
});
export type ConsentView = z.infer<typeof consentShape>;

/** By the uid of the mailbox. */
export const consentViews = (
  line: OrderDomain,
  order: Pick<Order, 'finishedAt'>,
  requests: ReadonlyMap<string, ConsentRequest>,
): Map<string, ConsentView> => {
  if (line.consentUrl === null) return new Map();
  return new Map(
    line.mailboxUids.flatMap((uid): [string, ConsentView][] => {
      const { requestUid = null, refused = null } = line.consents.get(uid) ?? {};
      const request = requestUid === null ? undefined : requests.get(requestUid);
      if (request) {
        const { status, statusReason } = request;
        return [[uid, { request_uid: request.uid, status, reason: statusReason }]];
      }
      if (refused !== null) return [[uid, { request_uid: null, status: 'refused', reason: refused }]];
      // When the order has ended nothing is waited for any more: the mailbox could not be made.
      return order.finishedAt ? [] : [[uid, { request_uid: null, status: 'waits', reason: null }]];
    }),
  );
};

export const isUnderway = (consent: ConsentView | undefined): boolean =>
  consent !== undefined &&
  consent.status !== 'refused' &&
  (consent.status === 'waits' || !isConsentOver(consent.status));
