// What every installation does now and then: takes up what gave up, forgets what has served its time, folds
// counters together. Any number of processes may run each task at once.
import type { Logger } from 'pino';
import { pruneAuditEntries } from '../features/audit/index.ts';
import { closeAccounts, proveLedgers, wakeWaiting } from '../features/billing/index.ts';
import { forgetConsentEvidence } from '../features/consent-requests/index.ts';
import type { FeatureContext } from '../features/context.ts';
import {
  autoRenewDomains,
  domainCountsFold,
  resumeInAccount,
  retrySetUp,
} from '../features/domains/index.ts';
import { issueInvoices } from '../features/invoices/index.ts';
import { tellBounces } from '../features/mail-queue/index.ts';
import {
  advanceMailboxes,
  domainMailboxes,
  mailboxCountsFold,
  reconcileMailboxes,
} from '../features/mailboxes/index.ts';
import { giveUpWaitingOrders } from '../features/orders/index.ts';
import { reconcilePayments } from '../features/payments/index.ts';
import { forgetPeoplesTraces } from '../features/people/index.ts';
import { giveUpWaitingQuotes } from '../features/quotes/index.ts';
import { forgetSessions } from '../features/sessions/index.ts';
import { startRenewals } from '../features/subscriptions/index.ts';
import { advanceWarmups } from '../features/warmup/index.ts';
import { forgetDeliveries } from '../features/webhooks/index.ts';
import { checkCredentials } from '../features/zone-accounts/index.ts';
import { sweepIdempotencyKeys } from '../http/idempotency.ts';
import { type RateLimits, sweepRateLimits } from '../http/rate-limit.ts';
import { checkoutPurchases } from './contract.ts';

const EVERY_MS = 60_000;

export const keepHouse = (deps: {
  context: FeatureContext;
  rateLimits: RateLimits;
  /** Null: for ever. */
  auditKeptMs: number | null;
  log: Logger;
}): { close(): Promise<void> } => {
  const { context, rateLimits, auditKeptMs, log } = deps;
  const { db, clock } = context;
  const tasks: Record<string, () => Promise<unknown>> = {
    'set held domains up again': () => retrySetUp(context),
    'renew domains': () => autoRenewDomains(context, domainMailboxes),
    'advance mailboxes': () => advanceMailboxes(context),
    'advance warm-ups': () => advanceWarmups(context),
    'reconcile mailboxes': () => reconcileMailboxes(context),
    'tell of mail that came back': () => tellBounces(context),
    'check credentials of zone accounts': () => checkCredentials(context, resumeInAccount),
    'fold domain counters': () => domainCountsFold(db),
    'fold mailbox counters': () => mailboxCountsFold(db),
    'wake what waits for credits': () => wakeWaiting(context),
    'give up orders that waited too long': () => giveUpWaitingOrders(context),
    'give up purchases that waited too long': () => giveUpWaitingQuotes(context),
    'ask what became of payments': () => reconcilePayments(context, checkoutPurchases),
    'start renewals of subscriptions': () => startRenewals(context),
    'issue invoices': () => issueInvoices(context),
    'close ledger accounts': () => closeAccounts(db, clock),
    'prove ledgers': async () => {
      const teams = await proveLedgers(context);
      if (teams.length > 0) log.error({ teams }, 'the books of teams do not balance');
    },
    'forget audit entries': () => pruneAuditEntries(context, auditKeptMs),
    'forget what consent requests saw': () => forgetConsentEvidence(context),
    'forget webhook deliveries': () => forgetDeliveries(context),
    'forget sessions': () => forgetSessions(context),
    'forget links and attempts': () => forgetPeoplesTraces(context),
    'forget idempotency keys': () => sweepIdempotencyKeys(db, clock),
    'forget rate limits': () => sweepRateLimits(db, clock, rateLimits),
  };
  const stop = new AbortController();
  const loop = async () => {
    while (!stop.signal.aborted) {
      await clock.sleep(EVERY_MS, stop.signal).catch(() => {});
      if (stop.signal.aborted) return;
      for (const [name, task] of Object.entries(tasks)) {
        await task().catch((error: Error) =>
          log.warn({ task: name, reason: error.message }, 'housekeeping failed'),
        );
      }
    }
  };
  const running = loop();
  return {
    async close() {
      stop.abort();
      await running;
    },
  };
};
