/** Everything that moves mail by SMTP: the inbound port, submission, and the worker of the outbound queue. */
import type { Logger } from 'pino';
import type { Clock } from '../../database/clock.ts';
import type { Db } from '../../database/database.ts';
import type { SecretBox } from '../../database/secret-box.ts';
import { createKeyOpener } from './dkim-key.ts';
import type { Authenticate } from './login.ts';
import { type MailMetrics, NO_METRICS } from './metrics.ts';
import { type SendLimits, UNLIMITED } from './queue/allowance.ts';
import { createDelivery, HELD_REASON, type OutboundOptions } from './queue/delivery.ts';
import { keepHouse } from './queue/housekeeping.ts';
import { createReporter } from './queue/report.ts';
import { createTransport } from './queue/transport.ts';
import { createQueueWorker } from './queue/worker.ts';
import { createResolver } from './resolver.ts';
import { createSealer } from './seal.ts';
import { createSigner } from './sign.ts';
import { startInbound } from './smtp/inbound.ts';
import { createSrs } from './smtp/srs.ts';
import { startSubmission } from './smtp/submission.ts';
import type { DmarcEnforcement } from './smtp/verdict.ts';
import { createWarmupCheck } from './smtp/warmup.ts';

const NO_LIMITS: SendLimits = { mailbox: UNLIMITED, domain: UNLIMITED };

export type MailExchangeOptions = {
  databaseUrl: string;
  db: Db;
  secretBox: SecretBox;
  authenticate: Authenticate;
  /** PEM. */
  tls: { key: string; cert: string };
  /** Name of this host: in greetings, trace fields and Authentication-Results. */
  hostname: string;
  /** Ports of 0 take a free one. */
  listeners: { host: string; smtpPort: number; submissionPort: number; submissionsPort: number };
  /** Nameservers to ask, `ip:port`; those of the system when left out. */
  resolver?: { servers: string[] } | undefined;
  outbound: OutboundOptions;
  /** What mailboxes and domains may send; no more than their own daily limit when left out. */
  limits?: SendLimits;
  /** `enforce` when left out. */
  dmarc?: DmarcEnforcement;
  metrics?: MailMetrics;
  clock: Clock;
  log: Logger;
};

export type MailExchange = {
  smtpPort: number;
  submissionPort: number;
  submissionsPort: number;
  /** Takes nothing new, finishes what is being received or delivered, gives back the rest of the queue. */
  close(): Promise<void>;
};

/** Starts all of it, or nothing: what was started is closed again when a later part fails. */
export async function startMailExchange(options: MailExchangeOptions): Promise<MailExchange> {
  const { databaseUrl, db, hostname, listeners, outbound, metrics = NO_METRICS, clock, log } = options;
  const resolver = createResolver(options.resolver?.servers);
  const openKey = createKeyOpener(options.secretBox);
  const sign = createSigner(openKey);
  const enqueueReport = createReporter(hostname);
  // Closed in this order: mail in flight goes to our own inbound port, so that is the last to stop.
  const started: { close(): Promise<void> }[] = [];
  const close = async () => {
    for (const part of started.splice(0)) await part.close();
  };

  try {
    const inbound = await startInbound({
      ...options,
      host: listeners.host,
      port: listeners.smtpPort,
      resolver,
      srs: createSrs(db, options.secretBox),
      seal: createSealer(openKey),
      enqueueReport,
      isWarmup: createWarmupCheck(db, options.secretBox),
      dmarc: options.dmarc ?? 'enforce',
      metrics,
    });
    started.unshift(inbound);
    const transport = createTransport(hostname);
    const deliver = createDelivery({
      db,
      sign,
      transport,
      inbound: { address: reachableAddress(listeners.host), port: inbound.port },
      hostname,
      resolver,
      outbound,
      clock,
      log,
    });
    const worker = createQueueWorker({
      databaseUrl,
      db,
      deliver,
      abort: () => transport.close(),
      enqueueReport,
      keepHouse: (now) => keepHouse(db, { outboundEnabled: outbound.enabled, enqueueReport }, now),
      metrics,
      clock,
      log,
    });
    started.unshift(worker);
    await worker.start();
    const submission = await startSubmission({
      limits: NO_LIMITS,
      ...options,
      metrics,
      ...listeners,
      holdElsewhere: outbound.enabled ? null : HELD_REASON,
    });
    started.unshift(submission);
    return {
      smtpPort: inbound.port,
      submissionPort: submission.submissionPort,
      submissionsPort: submission.submissionsPort,
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** An address at which a listener bound to `host` answers from this machine. */
function reachableAddress(host: string): string {
  if (host === '0.0.0.0') return '127.0.0.1';
  return host === '::' ? '::1' : host;
}
