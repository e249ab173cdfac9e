// Numbers of the mail plane, for Prometheus.
import { sql } from 'kysely';
import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import type { Clock } from '../../database/clock.ts';
import type { Db } from '../../database/database.ts';
import type { MailMetrics } from '../../planes/mail/metrics.ts';

const STATES = ['queued', 'sending', 'deferred', 'held'] as const;

/** What this process counts as it happens. */
export const createMailMetrics = (registry: Registry): MailMetrics => {
  const accepted = new Counter({
    name: 'inboxkit_mail_accepted_total',
    help: 'Messages answered with 250, by port.',
    labelNames: ['port'],
    registers: [registry],
  });
  const refused = new Counter({
    name: 'inboxkit_mail_refused_total',
    help: 'Commands and messages refused, by port and kind of reason (RFC 3463).',
    labelNames: ['port', 'reason'],
    registers: [registry],
  });
  const attempts = new Histogram({
    name: 'inboxkit_mail_delivery_duration_seconds',
    help: 'Attempts to deliver a recipient’s mail, by outcome.',
    labelNames: ['outcome'],
    buckets: [0.01, 0.05, 0.1, 0.5, 1, 5, 15, 60, 300],
    registers: [registry],
  });
  return {
    accepted: (port) => accepted.inc({ port }),
    refused: (port, reason) => refused.inc({ port, reason }),
    attempted: (outcome, durationMs) => attempts.observe({ outcome }, durationMs / 1000),
  };
};

/** What waits in the queue of the whole installation; asked of the database at each scrape. */
export const registerQueueMetrics = (registry: Registry, db: Db, clock: Clock): void => {
  const waiting = async () => {
    const { rows } = await sql<{ state: string; count: string; oldest: Date }>`
      select r.state, count(*) as count, min(m.accepted_at) as oldest
      from mail.queue_recipient r join mail.queue_message m on m.id = r.message_id
      where r.state in ('queued', 'sending', 'deferred', 'held') group by r.state`.execute(db);
    return STATES.map((state) => ({ state, ...rows.find((row) => row.state === state) }));
  };
  // While the database is away the other numbers are what an operator needs.
  // Each asks for itself: the registry collects them at once and takes what each has when it is done.
  const depth = new Gauge({
    name: 'inboxkit_mail_queue_recipients',
    help: 'Recipients that wait in the outbound queue, by state.',
    labelNames: ['state'],
    registers: [registry],
    async collect() {
      for (const { state, count } of await waiting().catch(() => []))
        depth.set({ state }, Number(count ?? 0));
    },
  });
  const age = new Gauge({
    name: 'inboxkit_mail_queue_oldest_seconds',
    help: 'How long ago the oldest message that waits was accepted, by state.',
    labelNames: ['state'],
    registers: [registry],
    async collect() {
      for (const { state, oldest } of await waiting().catch(() => [])) {
        age.set({ state }, oldest ? Math.max(0, clock.now().getTime() - oldest.getTime()) / 1000 : 0);
      }
    },
  });
};
