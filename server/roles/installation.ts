// The composition root: puts storage, planes, providers, workflows and the API together, and takes them apart.
import type { Logger } from 'pino';
import { Registry } from 'prom-client';
import { type Clock, systemClock } from '../../database/clock.ts';
import { SecretUnreadable } from '../../database/secret-box.ts';
import {
  startWorkflowRuntime,
  type WorkflowRuntime,
  type WorkflowRuntimeOptions,
} from '../../workflow/runtime.ts';
import { type WorkflowStarter, workflowStarter } from '../../workflow/starter.ts';
import type { Config } from '../config/config.ts';
import { identityUrlOf, publicUrlOf, type Role } from '../config/server.ts';
import { type Keys, openKeys } from '../features/accounts/index.ts';
import { createAuditSink, keepPlacing } from '../features/audit/index.ts';
import { tellCapRefusal } from '../features/billing/index.ts';
import type { FeatureContext, FeatureSettings } from '../features/context.ts';
import { endEventStreams } from '../features/events/index.ts';
import { withPayLink } from '../features/payments/index.ts';
import { createPersonMailWorker, linkPage, linkPaths } from '../features/people/index.ts';
import { createSequencerWorker } from '../features/sequencers/index.ts';
import { authenticateSession } from '../features/sessions/index.ts';
import { createWarmupWorker } from '../features/warmup/index.ts';
import { createWebhookWorker } from '../features/webhooks/index.ts';
import { findWorkspace } from '../features/workspaces/index.ts';
import { createApi } from '../http/app.ts';
import { type HttpListener, listenHttp } from '../http/listen.ts';
import { createOutgoing } from '../http/outgoing.ts';
import type { Pipeline } from '../http/pipeline.ts';
import type { RateLimits } from '../http/rate-limit.ts';
import { databaseCheck } from '../http/readiness.ts';
import { createSystemMail } from '../http/system-mail.ts';
import { loadCertificate } from './certificate.ts';
import { startConsentWorker } from './consent.ts';
import { allEndpoints, allWorkflows, apiInfo } from './contract.ts';
import { readDashboard } from './dashboard.ts';
import { meantDomainsOf } from './domain-limit.ts';
import { type FirstKey, setUpFirstTeam } from './first-start.ts';
import { hostsOf, type PlanePorts } from './hosts.ts';
import { keepHouse } from './housekeeping.ts';
import { registerQueueMetrics } from './mail-metrics.ts';
import { paymentMounts } from './payment-mounts.ts';
import { startPlanes } from './planes.ts';
import { type Addresses, openProviders, publishOwnHosts } from './providers.ts';
import { openStorage, type Storage } from './storage.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
const PROPAGATION = { pollMs: 60_000, giveUpAfterMs: 72 * 60 * MINUTE_MS };

export type Installation = {
  /** Where the API answers, or would if this process had the role. */
  baseUrl: string;
  /** Where owners of mailboxes sign in, or would if this process had the role. */
  identityUrl: string;
  ports: PlanePorts & { http: number | null };
  storage: Storage;
  keys: Keys;
  context: FeatureContext;
  workflows: WorkflowRuntime | null;
  /** Set when this was the first start ever. */
  firstKey: FirstKey | null;
  /** Drains and stops everything, in the reverse order of the start. */
  close(): Promise<void>;
};

export type InstallationOptions = {
  log: Logger;
  clock?: Clock;
  /** For tests: faults, a faster clock, another executor. */
  workflow?: Partial<
    Pick<
      WorkflowRuntimeOptions<unknown>,
      'faults' | 'timeScale' | 'executorId' | 'takeOverAfterMs' | 'heartbeatMs'
    >
  >;
  /** For tests: told of answers that are not what their endpoint declares. */
  checkResponses?: Pipeline<FeatureContext>['checkResponses'];
};

export const startInstallation = async (
  config: Config,
  { log, clock = systemClock, workflow = {}, checkResponses }: InstallationOptions,
): Promise<Installation> => {
  const runs = (role: Role) => config.server.roles.includes(role);
  const parts: { close(): Promise<void> }[] = [];
  const close = async () => {
    for (const part of parts.splice(0)) await part.close();
  };
  const opened = <Part extends { close(): Promise<void> }>(part: Part): Part => {
    parts.unshift(part);
    return part;
  };

  try {
    const storage = opened(await openStorage(config, log));
    const { db, databaseUrl, secrets } = storage;
    const hosts = hostsOf(config.server);
    const names = [hosts.mail, config.server.hostname, 'localhost', '127.0.0.1'];
    const certificate = await loadCertificate(config.tls, names, storage.dataDir, clock);
    const metrics = new Registry();
    registerQueueMetrics(metrics, db, clock);
    const { ports } = opened(await startPlanes(config, { storage, certificate, hosts, metrics, clock, log }));
    let http: HttpListener | null = null;
    const urlOf = (server: Parameters<typeof publicUrlOf>[0]) =>
      publicUrlOf(server, http?.port ?? config.server.httpPort);
    const addresses: Addresses = {
      publicUrl: () => urlOf(config.server),
      ownUrl: () => urlOf({ ...config.server, ...(http && { publicUrl: null }) }),
      identityUrl: () => identityUrlOf(config.identity.url, config.server.bind, ports.identity),
    };
    const outgoing = createOutgoing(config.outgoing);
    const providers = opened(
      openProviders(config, { storage, certificate, hosts, ports, clock, addresses, outgoing }),
    );
    await publishOwnHosts(providers, config, hosts);

    const settings: FeatureSettings = {
      maxMailboxesPerDomain: config.limits.maxMailboxesPerDomain,
      usernameAliasMs: config.mail.usernameAliasDays * 24 * 60 * MINUTE_MS,
      invoiceSeller: config.billing.invoiceSeller,
      webAddress: config.server.publicAddress,
      propagation: PROPAGATION,
      connectExpiresMs: config.dns.connectExpiresHours * 60 * MINUTE_MS,
      renewals: renewalSettings(config),
      sessions: { idleMs: config.sessions.idleHours * HOUR_MS, longestMs: config.sessions.days * DAY_MS },
      reconcileEveryMs: config.providers.reconcileMinutes * MINUTE_MS,
      sequencerReconcileEveryMs: config.sequencers.reconcileMinutes * MINUTE_MS,
      resolvers: [...config.dns.resolvers],
      outsideDnsPort: config.dns.outsidePort,
      publicUrl: addresses.publicUrl,
      identityUrl: addresses.identityUrl,
      consentEvidenceDays: config.consent.evidenceDays,
    };
    const starter: WorkflowStarter = workflowStarter();
    const { url: mailUrl, from } = config.systemMail;
    const systemMail = mailUrl && from ? opened(createSystemMail({ url: mailUrl, from })) : null;
    const keys = await openKeys({ db, secrets, clock }).catch(explainWrongKey);
    const context: FeatureContext = {
      keys,
      db,
      clock,
      secrets,
      providers,
      workflows: starter,
      outgoing,
      systemMail,
      settings,
    };
    const rateLimits = rateLimitsOf(config);

    let workflows: WorkflowRuntime | null = null;
    if (runs('worker')) {
      workflows = opened(
        await startWorkflowRuntime({
          databaseUrl,
          context,
          definitions: allWorkflows,
          // The data directory is locked to one process, which therefore goes on at once with what it had.
          executorId: storage.embedded ? 'embedded' : undefined,
          clock,
          log: log.child({ role: 'worker' }),
          onReplaced: () =>
            log.error('another process runs under the same executor id; this one executes no more workflows'),
          ...workflow,
        }),
      );
      providers.start();
      const { keepDays } = config.audit;
      const auditKeptMs = keepDays === null ? null : keepDays * DAY_MS;
      opened(keepHouse({ context, rateLimits, auditKeptMs, log }));
      opened(keepPlacing({ ...context, log: log.child({ role: 'worker' }) }));
      const sequencers = opened(createSequencerWorker({ ...context, log: log.child({ role: 'worker' }) }));
      sequencers.start();
      const warmups = opened(createWarmupWorker({ ...context, log: log.child({ role: 'worker' }) }));
      warmups.start();
      const webhooks = opened(createWebhookWorker({ ...context, log: log.child({ role: 'worker' }) }));
      webhooks.start();
      const people = opened(createPersonMailWorker({ ...context, log: log.child({ role: 'worker' }) }));
      people.start();
      if (config.consent.browsers > 0) {
        opened(startConsentWorker(config, context, storage.dataDir, log.child({ role: 'worker' })));
      }
    }

    if (runs('api')) {
      const app = createApi({
        endpoints: allEndpoints,
        context,
        db,
        clock,
        secrets,
        log: log.child({ role: 'api' }),
        info: { ...apiInfo, serverUrl: config.server.publicUrl ?? undefined },
        rateLimits,
        metrics,
        readyChecks: [databaseCheck(db)],
        authenticate: async (token, address) => {
          const check = await keys.check(token, address);
          return check.ok ? { ok: true, caller: check.holder } : check;
        },
        audit: createAuditSink({ db, clock }),
        sessions: {
          publicUrl: addresses.publicUrl,
          authenticate: authenticateSession({ db, clock, sessions: settings.sessions }),
        },
        readMeantDomains: meantDomainsOf(db),
        findWorkspace: (teamUid, uid) => findWorkspace(db, teamUid, uid),
        completeError: async (error, { teamId }) => {
          await tellCapRefusal(db, error);
          return withPayLink(context, error, teamId);
        },
        site: readDashboard(log),
        mounts: [
          ...paymentMounts(context, log.child({ role: 'api' })),
          ...linkPaths.map((path) => ({ name: 'people.link-page', path, handle: linkPage })),
        ],
        checkResponses,
        trustedProxies: config.server.trustedProxies,
      });
      http = opened(await listenHttp(app, { host: config.server.bind, port: config.server.httpPort }));
      // Before the listener, which waits for requests in progress.
      opened({ close: async () => endEventStreams(db) });
    }
    const baseUrl = addresses.publicUrl();
    const { firstCreditsMicros } = config.billing;
    const firstKey = runs('api')
      ? await setUpFirstTeam(storage, keys, { baseUrl, firstCreditsMicros, clock })
      : null;
    return {
      baseUrl,
      identityUrl: addresses.identityUrl(),
      ports: { ...ports, http: http?.port ?? null },
      storage,
      keys,
      context,
      workflows,
      firstKey,
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
};

/** The database and the key belong to different installations: better no start than secrets nobody can open. */
export class WrongSecretKey extends Error {
  override readonly name = 'WrongSecretKey';
}

const explainWrongKey = (error: unknown): never => {
  if (!(error instanceof SecretUnreadable)) throw error;
  throw new WrongSecretKey(
    'The sealing key does not open what this database holds: give INBOXKIT_SECRET_KEY the key of the processes that share it, or bring back secret.key of its data directory.',
  );
};

const renewalSettings = ({ renewals }: Config): FeatureSettings['renewals'] => ({
  remindBeforeMs: renewals.remindDays.map((days) => days * DAY_MS),
  retryEveryMs: renewals.retryHours * 60 * MINUTE_MS,
  failedAfterMs: renewals.failedAfterDays * DAY_MS,
  suspendAfterMs: renewals.suspendAfterDays * DAY_MS,
  archiveAfterMs: renewals.archiveAfterDays * DAY_MS,
  recoverForMs: renewals.recoveryDays * DAY_MS,
  eraseAfterMs: renewals.deleteArchivedDays * DAY_MS,
  renewDomainsBeforeMs: renewals.domainDaysBefore * DAY_MS,
  redeemDomainsForMs: renewals.domainRedemptionDays * DAY_MS,
});

const rateLimitsOf = ({ limits }: Config): RateLimits => ({
  standard: { calls: limits.standardPerMinute, windowMs: MINUTE_MS },
  domain_search: { calls: limits.domainSearchPerMinute, windowMs: MINUTE_MS },
  dns_check: { calls: limits.dnsCheckPerMinute, windowMs: MINUTE_MS },
  zone_connect: { calls: limits.zoneConnectPerFiveMinutes, windowMs: 5 * MINUTE_MS },
  bulk: { calls: limits.bulkPerMinute, windowMs: MINUTE_MS },
  sign_in: { calls: limits.signInPerMinute, windowMs: MINUTE_MS },
});
