// Mailboxes that warm up on a virtual clock: days pass as fast as the letters between them are really sent and delivered.
import { ImapFlow } from 'imapflow';
import { sql } from 'kysely';
import { pino } from 'pino';
import type { ClaimedWork } from '../../database/claimed-work.ts';
import type { VirtualClock } from '../../database/clock.ts';
import { generateKey } from '../../database/key-ring.ts';
import { hostOf, mailboxByUid, readMailboxSecrets } from '../features/mailboxes/index.ts';
import { createWarmupWorker } from '../features/warmup/index.ts';
import type { TestInstallation } from './test-installation.ts';

/** No worker of the installation's own is in the way. */
export const warmupEnvironment = () => ({
  INBOXKIT_ROLES: 'api,dns,mail',
  INBOXKIT_SECRET_KEY: generateKey(),
});

export const warmupWorker = (api: TestInstallation): ClaimedWork =>
  createWarmupWorker({ ...api.installation.context, log: pino({ level: 'silent' }) });

/** Nothing of the mail plane's queue is on its way any more. On a clock that stands still nothing may be put off. */
export const mailDelivered = async ({ database: { db } }: TestInstallation): Promise<void> => {
  for (;;) {
    const [waiting] = await db
      .selectFrom('mail.queue_recipient')
      .select(['state', 'reason'])
      .where('due_at', 'is not', null)
      .orderBy(sql`state = 'deferred'`, 'desc')
      .limit(1)
      .execute();
    if (!waiting) return;
    if (waiting.state === 'deferred') throw new Error(`a letter was put off: ${waiting.reason}`);
    await new Promise((wake) => setTimeout(wake, 10));
  }
};

export const passUntil = (clock: VirtualClock, at: Date): Promise<void> =>
  clock.advance(Math.max(0, at.getTime() - clock.now().getTime()));

/** Reads a mailbox as its owner would. */
export const readingMailbox = async <T>(
  api: TestInstallation,
  mailboxUid: string,
  read: (client: ImapFlow) => Promise<T>,
): Promise<T> => {
  const { context } = api.installation;
  const mailbox = (await mailboxByUid(context.db, mailboxUid))!;
  const { imap } = await hostOf(context.providers, mailbox).access();
  const client = new ImapFlow({
    host: imap.connectTo ?? imap.host,
    port: imap.port,
    secure: imap.security === 'tls',
    servername: imap.host,
    auth: { user: mailbox.address, pass: (await readMailboxSecrets(context, mailboxUid)).appPassword },
    tls: { servername: imap.host, ca: imap.ca },
    logger: false,
  });
  await client.connect();
  try {
    return await read(client);
  } finally {
    await client.logout();
  }
};

export type ReadLetter = { source: string; flags: Set<string> };

/** Everything in a folder; nothing of one that is not there. */
export const folderOf = async (client: ImapFlow, path: string): Promise<ReadLetter[]> => {
  if (!(await client.list()).some((folder) => folder.path === path)) return [];
  await client.mailboxOpen(path, { readOnly: true });
  if (client.mailbox && client.mailbox.exists === 0) return [];
  const letters: ReadLetter[] = [];
  for await (const { source, flags } of client.fetch('1:*', { source: true, flags: true })) {
    letters.push({ source: String(source), flags: flags ?? new Set() });
  }
  return letters;
};
