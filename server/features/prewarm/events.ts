// What orders of prewarmed domains tell about.
import type { NewEvent } from '../events/index.ts';
import type { PrewarmOrder, Sale } from './sale.ts';

type Told = Pick<PrewarmOrder, 'uid' | 'teamUid' | 'workspaceUid'>;

export const prewarmEvent = (
  { uid, teamUid, workspaceUid }: Told,
  what: 'placed' | 'paid' | 'domain_handed_over' | 'domain_failed' | 'not_kept_warm',
  data: Record<string, unknown>,
  occurredAt: Date,
): NewEvent => ({
  teamUid,
  workspaceUid,
  type: `prewarm_order.${what}`,
  subjectType: 'prewarm_order',
  subjectUid: uid,
  data,
  occurredAt,
});

export const saleEvent = (
  order: Told,
  { domainName, domainUid }: Pick<Sale, 'domainName' | 'domainUid'>,
  what: 'domain_handed_over' | 'domain_failed' | 'not_kept_warm',
  reason: string | null,
  occurredAt: Date,
): NewEvent => prewarmEvent(order, what, { domain: domainName, domain_uid: domainUid, reason }, occurredAt);
