/**
 * Has certificates issued for forwarded hosts and renews them. Any number of processes may run one.
 *
 * What is wanted follows from the forwarded hosts; what is due is claimed row by row with a lease, so that one
 * process orders and the others do something else. An order outlives the process that placed it.
 */
import { crypto } from 'acme-client';
import type { Logger } from 'pino';
import { createClaimedWork } from '../../../database/claimed-work.ts';
import type { Clock } from '../../../database/clock.ts';
import type { Db } from '../../../database/database.ts';
import { listen } from '../../../database/listen.ts';
import type { SecretBox } from '../../../database/secret-box.ts';
import { type AcmeOptions, type Authority, createAuthority, type IssuedCertificate } from './authority.ts';
import { putChallenge } from './challenges.ts';
import { AuthorityBusy, AuthorityUnavailable, CertificateRefused } from './failure.ts';
import { busyPauseMs, LIMITS, nextAttemptAt, pauseMs, renewAt } from './schedule.ts';
import {
  accountKey,
  authorityFailures,
  type Claim,
  claimDue,
  type Failure,
  FORWARD_CHANNEL,
  followForwards,
  forgetOld,
  nextDueAt,
  orderPlaced,
  settleFailed,
  settleIssued,
} from './store.ts';

/** Longer than an attempt can go on, so it needs no renewal. */
const LEASE_MS = 15 * 60_000;
const MOST_IN_FLIGHT = 4;
/** Notifications wake the worker; this is for those that got lost, and for what other processes put off. */
const LONGEST_SLEEP_MS = 60_000;
/** All forwarded hosts are looked at this often, in case a notification was lost. */
const FOLLOW_ALL_EVERY_MS = 5 * 60_000;
const KEEP_HOUSE_EVERY_MS = 10 * 60_000;

export type CertificateWorkerOptions = {
  databaseUrl: string;
  db: Db;
  secretBox: SecretBox;
  acme: AcmeOptions;
  clock: Clock;
  log: Pick<Logger, 'info' | 'warn' | 'error'>;
  /** Of the authority; those of Let's Encrypt. */
  limits?: typeof LIMITS;
};

export type CertificateWorker = {
  /** Orders everything that is due now and resolves when the last result is written. */
  runDue(): Promise<void>;
  /** Goes on until `close`. */
  start(): Promise<void>;
  /** Gives back what is under way; the next process goes on with it. */
  close(): Promise<void>;
};

export function createCertificateWorker(options: CertificateWorkerOptions): CertificateWorker {
  const { databaseUrl, db, secretBox, acme, clock, log, limits = LIMITS } = options;
  const { directoryUrl } = acme;
  /** Hosts that came or went since they were last looked at; null: all have to be. */
  let changed: Set<string> | null = null;
  let authority: Authority | undefined;
  let listener: { close(): Promise<void> } | undefined;

  const follow = async (): Promise<void> => {
    if (changed?.size === 0) return;
    const hosts = changed;
    // Taken before reading: what is notified from here on is looked at again.
    changed = new Set();
    try {
      await followForwards(db, { directoryUrl, hosts: hosts && [...hosts] }, clock.now());
    } catch (error) {
      changed = null;
      throw error;
    }
  };

  const open = async (): Promise<Authority> => {
    if (authority) return authority;
    const makeKey = async () => (await crypto.createPrivateEcdsaKey('P-256')).toString();
    const keyPem = await accountKey(db, secretBox, directoryUrl, makeKey, clock.now());
    authority = createAuthority(acme, keyPem, clock);
    return authority;
  };

  const tryToObtain = async (claim: Claim, signal: AbortSignal): Promise<void> => {
    const { name, hosts, placed } = claim;
    const from = await open();
    let issued: IssuedCertificate;
    try {
      const request = {
        hosts,
        placed,
        onPlaced: (order: { url: string; keyPem: string }) =>
          orderPlaced(db, secretBox, claim, directoryUrl, order),
        answerChallenge: (challenge: { host: string; token: string; keyAuthorization: string }) =>
          putChallenge(db, challenge, clock.now()),
      };
      issued = await from.obtain(request, signal);
    } catch (error) {
      return giveUp(claim, error as Error, signal);
    }
    const now = clock.now();
    const renewal = renewAt(issued, now);
    await settleIssued(db, secretBox, claim, directoryUrl, issued, { now, renewAt: renewal });
    log.info({ name, hosts, notAfter: issued.notAfter, renewAt: renewal }, 'a certificate was issued');
  };

  const giveUp = async (claim: Claim, error: Error, signal: AbortSignal): Promise<void> => {
    const now = clock.now();
    const authorityFailed = error instanceof AuthorityUnavailable;
    const failuresBefore = authorityFailed ? await authorityFailures(db, directoryUrl) : 0;
    const failure = signal.aborted ? abandoned(claim, now) : failureOf(claim, error, failuresBefore + 1, now);
    await settleFailed(db, claim, directoryUrl, failure, now);
    if (signal.aborted) return;
    const { reason, failures, dueAt: nextAttempt } = failure;
    const line = { name: claim.name, hosts: claim.hosts, reason, failures, nextAttempt };
    const known = authorityFailed || error instanceof AuthorityBusy || error instanceof CertificateRefused;
    if (known) log.warn(line, 'a certificate could not be had');
    else log.error({ ...line, err: error }, 'a certificate could not be had');
  };

  const followAll = () => {
    changed = null;
    work.wake();
  };

  const work = createClaimedWork<Claim>({
    name: 'certificates',
    clock,
    log,
    maxInFlight: MOST_IN_FLIGHT,
    lookEveryMs: LONGEST_SLEEP_MS,
    claim: async (free) => {
      await follow();
      await open();
      const claim = { directoryUrl, most: free, leaseMs: LEASE_MS, limits };
      return claimDue(db, secretBox, claim, clock.now());
    },
    work: tryToObtain,
    nextDueAt: () => nextDueAt(db, clock.now()),
    fieldsOf: ({ name }) => ({ name }),
    beside: [
      { everyMs: FOLLOW_ALL_EVERY_MS, atStart: false, run: async () => followAll() },
      { everyMs: KEEP_HOUSE_EVERY_MS, atStart: true, run: () => forgetOld(db, clock.now()) },
    ],
  });

  return {
    async runDue() {
      changed = null;
      await work.runDue();
    },

    async start() {
      const onChange = (host: string) => {
        changed?.add(host);
        work.wake();
      };
      listener = await listen(databaseUrl, FORWARD_CHANNEL, onChange, { onReconnect: followAll });
      work.start();
    },

    async close() {
      await listener?.close();
      await work.close(0);
      authority?.close();
    },
  };
}

const abandoned = ({ failures }: Claim, now: Date): Failure => ({
  result: 'abandoned',
  reason: 'The process that was ordering it has stopped',
  failures,
  dueAt: now,
  keepOrder: true,
  pause: null,
});

/** What a failure means for the row, and for the others. Pure. */
function failureOf(claim: Claim, error: Error, authorityFailures: number, now: Date): Failure {
  const after = (ms: number) => new Date(now.getTime() + ms);
  const reason = error.message;
  if (error instanceof AuthorityUnavailable) {
    const until = after(pauseMs(authorityFailures));
    const pause = { until, failures: authorityFailures };
    return { result: 'unavailable', reason, failures: claim.failures, dueAt: until, keepOrder: true, pause };
  }
  const failures = claim.failures + 1;
  const dueAt = nextAttemptAt(failures, now);
  if (error instanceof AuthorityBusy) {
    // Whether the limit is the host's or the account's is not said, so everybody waits a little.
    const pause = { until: after(busyPauseMs(error.retryAfterMs)), failures: 0 };
    const later = new Date(Math.max(dueAt.getTime(), after(error.retryAfterMs).getTime()));
    return { result: 'unavailable', reason, failures, dueAt: later, keepOrder: true, pause };
  }
  const keepOrder = !(error instanceof CertificateRefused) || error.orderLives;
  return { result: 'refused', reason, failures, dueAt, keepOrder, pause: null };
}
