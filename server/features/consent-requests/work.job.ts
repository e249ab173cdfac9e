// Works consent requests for as long as the process runs, a few at a time. Any number of processes may.
import { TOTP } from 'otpauth';
import { type ClaimedWork, createClaimedWork } from '../../../database/claimed-work.ts';
import { inTransaction } from '../../../database/database.ts';
import { newId } from '../../../database/uuid.ts';
import {
  type ConsentBrowser,
  type ConsentOutcome,
  consentReasons,
  passingReasons,
  type Refusal,
} from '../../../providers/contracts/consent-flow.ts';
import type { FeatureContext } from '../context.ts';
import { mailboxByUid, readMailboxSecrets } from '../mailboxes/index.ts';
import { findOauthClient, isApproved } from '../oauth-clients/index.ts';
import { type ConsentRequest, isOver, MOST_ATTEMPTS, RETRY_AFTER_MS } from './consent-request.ts';
import { evidenceForget, evidenceInsert } from './evidence-store.ts';
import { move } from './move.ts';
import { requestIsLeased, requestLockLeased, requestsClaim, requestsRelease } from './store.ts';

const LOOK_EVERY_MS = 500;
/** From the end of the time a request may take: for the browser to start and everything to be written down. */
const LEASE_BEYOND_MS = 120_000;
const TOTP_PERIOD_S = 30;
const DAY_MS = 24 * 60 * 60_000;

type Deps = Pick<FeatureContext, 'db' | 'clock' | 'secrets' | 'providers'> & {
  browser: ConsentBrowser;
  /** Requests at once. */
  concurrency: number;
  timeLimitMs: number;
  log: {
    info(fields: object, message: string): void;
    warn(fields: object, message: string): void;
    error(fields: object, message: string): void;
  };
};

export const createConsentWorker = (deps: Deps): ClaimedWork => {
  const { db, clock, log } = deps;
  const worker = { uid: newId(), leaseMs: deps.timeLimitMs + LEASE_BEYOND_MS };
  const work = createClaimedWork<ConsentRequest>({
    name: 'consent requests',
    clock,
    log,
    maxInFlight: deps.concurrency,
    lookEveryMs: LOOK_EVERY_MS,
    claim: (free) => requestsClaim(db, worker, clock.now(), free),
    work: (request, signal) => workRequest(deps, worker.uid, request, signal),
  });
  return {
    ...work,
    async close(graceMs) {
      await work.close(graceMs);
      await requestsRelease(db, worker.uid);
    },
  };
};

const workRequest = async (
  deps: Deps,
  workerUid: string,
  request: ConsentRequest,
  stopping: AbortSignal,
): Promise<void> => {
  const { db, clock, log } = deps;
  const attempts = request.attempts + 1;
  const begun = await inTransaction(db, async (tx) => {
    const mine = await requestLockLeased(tx, request.uid, workerUid);
    if (!mine || isOver(mine.status)) return null;
    return move(tx, mine, { status: 'pending', attempts }, clock.now());
  });
  if (!begun) return;
  const outcome: ConsentOutcome | 'cancelled' =
    attempts > MOST_ATTEMPTS
      ? { ok: false, reason: 'browser_crashed', detail: 'nobody came back from the last try' }
      : await tryOnce(deps, workerUid, begun, stopping);
  if (outcome === 'cancelled') return;
  await finish(deps, workerUid, begun, outcome);
  log.info(
    { consentRequest: request.uid, attempt: attempts, outcome: outcome.ok ? 'completed' : outcome.reason },
    'consent request tried',
  );
};

const tryOnce = async (
  deps: Deps,
  workerUid: string,
  request: ConsentRequest,
  stopping: AbortSignal,
): Promise<ConsentOutcome | 'cancelled'> => {
  const { db, clock, providers, browser, timeLimitMs } = deps;
  const client = await findOauthClient(db, request.workspaceUid, { clientId: request.clientId });
  if (!client || !isApproved(client)) return { ok: false, reason: 'client_not_allowed' };
  const mailbox = await mailboxByUid(db, request.mailboxUid);
  const flow = providers.consentFlow(request.vendor);
  if (mailbox?.status !== 'active' || !flow) return { ok: false, reason: 'account_unavailable' };
  const { password, totpSecret } = await readMailboxSecrets(deps, mailbox.uid);
  const totp = new TOTP({ secret: totpSecret, period: TOTP_PERIOD_S });

  const cancelled = new AbortController();
  const signal = AbortSignal.any([stopping, cancelled.signal]);
  let seen = false;
  const outcome = browser.run(flow, {
    consentUrl: request.consentUrl,
    address: mailbox.address,
    password,
    client: { id: client.clientId, scopes: client.scopes, hosts: client.hosts },
    timeLimitMs,
    signal,
    async code(attempt) {
      const intoStepMs = clock.now().getTime() % (TOTP_PERIOD_S * 1000);
      if (attempt > 0) await clock.sleep(TOTP_PERIOD_S * 1000 - intoStepMs, signal);
      return totp.generate({ timestamp: clock.now().getTime() });
    },
    async onPage(page) {
      if (!(await requestIsLeased(db, request.uid, workerUid))) {
        cancelled.abort(new Error('the consent request was cancelled'));
        return;
      }
      await evidenceInsert(db, request.uid, request.attempts, page, clock.now());
      if (seen) return;
      seen = true;
      await inTransaction(db, async (tx) => {
        const mine = await requestLockLeased(tx, request.uid, workerUid);
        if (mine) await move(tx, mine, { status: 'processing' }, clock.now());
      });
    },
  });
  return outcome.catch((error: unknown) => {
    if (cancelled.signal.aborted) return 'cancelled';
    throw error;
  });
};

const textOf = ({ reason, detail }: Refusal): string =>
  detail ? `${consentReasons[reason]} (${detail})` : consentReasons[reason];

/** Nothing when the request was cancelled meanwhile. */
const finish = (
  deps: Deps,
  workerUid: string,
  request: ConsentRequest,
  outcome: ConsentOutcome,
): Promise<void> =>
  inTransaction(deps.db, async (tx) => {
    const mine = await requestLockLeased(tx, request.uid, workerUid);
    if (!mine) return;
    const now = deps.clock.now();
    if (outcome.ok) {
      await move(tx, mine, { status: 'completed' }, now);
      return;
    }
    const reason = { code: outcome.reason, text: textOf(outcome) };
    if (!passingReasons.includes(outcome.reason)) {
      await move(tx, mine, { status: 'failed', reason }, now);
    } else if (request.attempts < MOST_ATTEMPTS) {
      const dueAt = new Date(now.getTime() + RETRY_AFTER_MS[request.attempts - 1]!);
      await move(tx, mine, { status: 'pending', text: 'Waiting to try again', reason, dueAt }, now);
    } else {
      await move(tx, mine, { status: 'errored', reason }, now);
    }
  });

/** Forgets what was seen longer ago than it is kept. */
export const forgetConsentEvidence = async ({
  db,
  clock,
  settings,
}: Pick<FeatureContext, 'db' | 'clock' | 'settings'>): Promise<void> => {
  await evidenceForget(db, new Date(clock.now().getTime() - settings.consentEvidenceDays * DAY_MS));
};
