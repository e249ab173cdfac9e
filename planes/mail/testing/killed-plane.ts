/** The mail plane in a process of its own, for tests that kill it. Its parent tells it everything by a message. */
import { pino } from 'pino';
import { openDatabase } from '../../../database/database.ts';
import { createSecretBox, parseKeyRing } from '../../../database/secret-box.ts';
import { type MailPlane, startMailPlane } from '../main.ts';
import { onFreePorts } from './free-ports.ts';

export type Order = {
  databaseUrl: string;
  hostname: string;
  secretKey: string;
  tls: { key: string; cert: string };
  nameserver: string;
};

export type Ready = Omit<MailPlane, 'close'>;

process.once('message', async (order: Order) => {
  const { databaseUrl, hostname, tls } = order;
  const { close: _, ...ports } = await startMailPlane({
    databaseUrl,
    db: openDatabase(databaseUrl),
    log: pino({ level: 'silent' }),
    hostname,
    tls,
    secretBox: createSecretBox(parseKeyRing(order.secretKey)),
    listeners: onFreePorts,
    resolver: { servers: [order.nameserver] },
    outbound: { enabled: false },
  });
  process.send?.(ports satisfies Ready);
});
