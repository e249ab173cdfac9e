/** The exchange of mail in a process of its own, for tests that kill it. Its parent tells it everything by a message. */
import { pino } from 'pino';
import { systemClock } from '../../../database/clock.ts';
import { openDatabase } from '../../../database/database.ts';
import { createSecretBox, parseKeyRing } from '../../../database/secret-box.ts';
import { startMailExchange } from '../exchange.ts';
import { createLogin } from '../login.ts';

export type Order = {
  databaseUrl: string;
  hostname: string;
  secretKey: string;
  tls: { key: string; cert: string };
  nameserver: string;
};

export type Ready = { smtpPort: number; submissionPort: number; submissionsPort: number };

process.once('message', async (order: Order) => {
  const { databaseUrl, hostname, tls } = order;
  const common = {
    databaseUrl,
    db: openDatabase(databaseUrl),
    clock: systemClock,
    log: pino({ level: 'silent' }),
  };
  const { authenticate } = await createLogin(common);
  const { smtpPort, submissionPort, submissionsPort } = await startMailExchange({
    ...common,
    authenticate,
    hostname,
    tls,
    secretBox: createSecretBox(parseKeyRing(order.secretKey)),
    listeners: { host: '127.0.0.1', smtpPort: 0, submissionPort: 0, submissionsPort: 0 },
    resolver: { servers: [order.nameserver] },
    outbound: { enabled: false },
  });
  process.send?.({ smtpPort, submissionPort, submissionsPort } satisfies Ready);
});
