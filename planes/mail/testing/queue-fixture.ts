/** A queue for tests: its table on the test database, a mail host and a nameserver, workers, and a clock that stands still. */
import { pino } from 'pino';
import { VirtualClock } from '../../../database/clock.ts';
import { inTransaction } from '../../../database/database.ts';
import type { TestDatabase } from '../../../database/testing.ts';
import { createDelivery, type OutboundOptions } from '../queue/delivery.ts';
import { keepHouse } from '../queue/housekeeping.ts';
import type { DsnEnvelope, DsnRecipient } from '../queue/notify.ts';
import { createReporter } from '../queue/report.ts';
import { enqueue } from '../queue/store.ts';
import { createTransport, type Transport } from '../queue/transport.ts';
import { createQueueWorker, type QueueWorker, type QueueWorkerOptions } from '../queue/worker.ts';
import { createResolver } from '../resolver.ts';
import { startDnsStub } from './dns-stub.ts';
import { type RemoteHost, startRemoteHost } from './remote-host.ts';

const HOSTNAME = 'mail.here.example';
const log = pino({ level: 'silent' });
const enqueueReport = createReporter(HOSTNAME);

export type QueueFixture = Awaited<ReturnType<typeof startQueueFixture>>;

/** `elsewhere.example` is somebody else's domain, served by `remote`. */
export async function startQueueFixture(database: TestDatabase) {
  const clock = new VirtualClock();
  const dns = await startDnsStub();
  let remote = await startRemoteHost();
  const transports: Transport[] = [];
  const workers: QueueWorker[] = [];
  dns.add('mx.elsewhere.example', 'A', '127.0.0.1');
  dns.add('elsewhere.example', 'MX', { preference: 10, exchange: 'mx.elsewhere.example' });

  const rows = () =>
    database.db
      .selectFrom('mail.queue_recipient as r')
      .innerJoin('mail.queue_message as m', 'm.id', 'r.message_id')
      .select(['r.address', 'r.state', 'r.reason', 'r.attempts', 'r.due_at', 'm.sender', 'm.raw'])
      .orderBy('r.id')
      .execute();

  return {
    clock,
    dns,
    get remote(): RemoteHost {
      return remote;
    },
    async replaceRemote(options: Parameters<typeof startRemoteHost>[0]): Promise<void> {
      await remote.close();
      remote = await startRemoteHost(options);
    },

    /** A worker that sends to `remote`; its inbound port is that too. */
    worker(outbound: Partial<OutboundOptions> = {}, change: Partial<QueueWorkerOptions> = {}): QueueWorker {
      const transport = createTransport(HOSTNAME);
      transports.push(transport);
      const deliver = createDelivery({
        db: database.db,
        sign: async () => '',
        transport,
        inbound: { address: '127.0.0.1', port: remote.port },
        hostname: HOSTNAME,
        resolver: createResolver([dns.server]),
        outbound: { enabled: true, allowTargets: ['127.0.0.0/8'], port: remote.port, ...outbound },
        clock,
        log,
      });
      const queue = createQueueWorker({
        databaseUrl: database.url,
        db: database.db,
        deliver,
        enqueueReport,
        abort: () => transport.close(),
        keepHouse: async () => {},
        clock,
        log,
        ...change,
      });
      workers.push(queue);
      return queue;
    },

    keepHouse: (outboundEnabled: boolean) =>
      keepHouse(database.db, { outboundEnabled, enqueueReport }, clock.now()),

    put: (
      recipients: string[],
      mail: { sender?: string; raw?: string; forwardedFor?: string; smtpUtf8?: boolean } & {
        /** The mailbox that submitted it, and whose that is. */
        by?: { mailboxId: string; workspaceId: string };
        dsn?: DsnEnvelope;
        asks?: DsnRecipient;
      } = {},
    ) =>
      inTransaction(database.db, (tx) =>
        enqueue(tx, {
          sender: mail.sender ?? 'ann@here.example',
          recipients: recipients.map((address) => ({
            address,
            domain: address.split('@')[1] ?? '',
            ...(mail.asks ? { dsn: mail.asks } : {}),
          })),
          smtpUtf8: mail.smtpUtf8 ?? false,
          ...(mail.dsn ? { dsn: mail.dsn } : {}),
          raw: Buffer.from(
            mail.raw ?? 'Message-ID: <o@here.example>\r\nFrom: ann@here.example\r\n\r\nhi\r\n',
          ),
          mailboxId: mail.by?.mailboxId ?? null,
          workspaceId: mail.by?.workspaceId ?? null,
          ...(mail.forwardedFor ? { forwardedFor: mail.forwardedFor } : {}),
          now: clock.now(),
        }),
      ),

    rows,
    /** `address state` of every recipient, oldest first. */
    states: async () => (await rows()).map(({ address, state }) => `${address} ${state}`),
    /** The delivery reports in the queue. */
    reports: async () => (await rows()).filter(({ sender }) => sender === '').map(({ raw }) => String(raw)),
    attempts: () =>
      database.db
        .selectFrom('mail.queue_attempt')
        .selectAll()
        .orderBy('started_at')
        .orderBy('attempt')
        .execute(),

    async close(): Promise<void> {
      for (const queue of workers) await queue.close(0);
      for (const transport of transports) transport.close();
      await remote.close();
      await dns.close();
      await database.db.deleteFrom('mail.queue_message').execute();
      await database.db.deleteFrom('published.mail_domain').execute();
    },
  };
}
