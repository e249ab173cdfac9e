// Starts the data planes this process is asked for.
import { readFile } from 'node:fs/promises';
import type { Logger } from 'pino';
import type { Registry } from 'prom-client';
import type { Clock } from '../../database/clock.ts';
import { startDnsPlane } from '../../planes/dns/dns-plane.ts';
import { startIdentityPlane } from '../../planes/identity/identity-plane.ts';
import { startMailPlane } from '../../planes/mail/main.ts';
import type { SendLimits } from '../../planes/mail/queue/allowance.ts';
import type { OutboundOptions } from '../../planes/mail/queue/delivery.ts';
import { type HttpsOptions, startWebPlane } from '../../planes/web/web-plane.ts';
import type { Config } from '../config/config.ts';
import { identityUrlOf, type Role } from '../config/server.ts';
import { forwardedAddress } from '../http/client-address.ts';
import type { Certificate } from './certificate.ts';
import { registerDnsMetrics } from './dns-metrics.ts';
import { configuredPorts, type Hosts, type PlanePorts, socketAddress } from './hosts.ts';
import { createMailMetrics } from './mail-metrics.ts';
import type { Storage } from './storage.ts';

const DAY_MS = 24 * 60 * 60_000;

export type Planes = { ports: PlanePorts; close(): Promise<void> };

export const startPlanes = async (
  config: Config,
  {
    storage,
    certificate,
    hosts,
    metrics,
    clock,
    log,
  }: {
    storage: Storage;
    certificate: Certificate;
    hosts: Hosts;
    metrics: Registry;
    clock: Clock;
    log: Logger;
  },
): Promise<Planes> => {
  const { databaseUrl, db, secrets } = storage;
  const ports = configuredPorts(config);
  const host = config.server.bind;
  const started: { close(): Promise<void> }[] = [];
  const runs = (role: Role) => config.server.roles.includes(role);
  const close = async () => {
    for (const plane of started.splice(0)) await plane.close();
  };

  try {
    if (runs('dns')) {
      const dns = await startDnsPlane({
        databaseUrl,
        host,
        port: ports.dns,
        threads: config.dns.threads,
        log: log.child({ role: 'dns' }),
      });
      registerDnsMetrics(metrics, dns);
      started.unshift(dns);
      ports.dns = dns.port;
    }
    if (runs('mail')) {
      const outbound = await outboundOf(config);
      const mail = await startMailPlane({
        databaseUrl,
        db,
        secretBox: secrets,
        tls: { key: certificate.key, cert: certificate.cert },
        hostname: hosts.mail,
        listeners: {
          host,
          smtpPort: ports.smtp,
          submissionPort: ports.submission,
          submissionsPort: ports.submissions,
          imapPort: ports.imap,
          imapsPort: ports.imaps,
        },
        // An installation that keeps to itself asks its own nameserver, which knows every domain it mails with.
        resolver: outbound.enabled ? undefined : { servers: [socketAddress(hosts.reach.dns, ports.dns)] },
        outbound,
        dmarc: config.mail.dmarc,
        limits: sendLimitsOf(config.sending),
        metrics: createMailMetrics(metrics),
        clock,
        log: log.child({ role: 'mail' }),
      });
      started.unshift(mail);
      ports.smtp = mail.smtpPort;
      ports.submission = mail.submissionPort;
      ports.submissions = mail.submissionsPort;
      ports.imap = mail.imapPort;
      ports.imaps = mail.imapsPort;
    }
    if (runs('web')) {
      const web = await startWebPlane({
        db,
        host,
        port: ports.web,
        https: await httpsOf(config.web, storage),
        // The ports this process was given, where it runs the mail plane itself.
        mailServers: {
          host: hosts.mail,
          imapsPort: ports.imaps,
          submissionsPort: ports.submissions,
          submissionPort: ports.submission,
        },
        clock,
        log: log.child({ role: 'web' }),
      });
      started.unshift(web);
      ports.web = web.port;
      ports.webTls = web.tlsPort;
    }
    if (runs('identity')) {
      const { bind, trustedProxies } = config.server;
      const identity = await startIdentityPlane({
        db,
        secretBox: secrets,
        host,
        port: ports.identity,
        issuerAt: (port) => identityUrlOf(config.identity.url, bind, port),
        remoteAddress: (peer, forwardedFor) => forwardedAddress(peer, forwardedFor, trustedProxies),
        rotateKeysEveryMs: config.identity.keyDays * DAY_MS,
        clock,
        log: log.child({ role: 'identity' }),
      });
      started.unshift(identity);
      ports.identity = identity.port;
    }
    return { ports, close };
  } catch (error) {
    await close();
    throw error;
  }
};

const outboundOf = async ({ mail, outgoing, smartHost }: Config): Promise<OutboundOptions> => {
  const { host, port, security, user, password, caFile } = smartHost;
  return {
    enabled: mail.outbound,
    allowTargets: outgoing.allowTargets,
    ...(host === null
      ? {}
      : {
          smartHost: {
            name: host,
            port,
            implicitTls: security === 'tls',
            auth: user !== null && password !== null ? { user, password } : null,
            ca: caFile === null ? null : await readFile(caFile, 'utf8'),
          },
        }),
  };
};

/** 0 in the configuration is no limit. */
const sendLimitsOf = (sending: Config['sending']): SendLimits => ({
  mailbox: {
    messagesPerHour: sending.mailboxMessagesPerHour || null,
    recipientsPerHour: sending.mailboxRecipientsPerHour || null,
    messagesPerDay: sending.mailboxMessagesPerDay || null,
    recipientsPerDay: sending.mailboxRecipientsPerDay || null,
  },
  domain: {
    messagesPerHour: sending.domainMessagesPerHour || null,
    recipientsPerHour: sending.domainRecipientsPerHour || null,
    messagesPerDay: sending.domainMessagesPerDay || null,
    recipientsPerDay: sending.domainRecipientsPerDay || null,
  },
});

/** Null while no authority for certificates is configured. */
const httpsOf = async (
  { acmeDirectory, acmeEmail, acmeCaFile, tlsPort }: Config['web'],
  { databaseUrl, secrets }: Storage,
): Promise<HttpsOptions | null> => {
  if (acmeDirectory === null) return null;
  const caPem = acmeCaFile === null ? null : await readFile(acmeCaFile, 'utf8');
  const acme = { directoryUrl: acmeDirectory, email: acmeEmail, caPem };
  return { databaseUrl, port: tlsPort, secretBox: secrets, acme };
};
