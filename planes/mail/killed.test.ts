// kill -9 while mail comes in by submission and from other hosts, and while the queue delivers it: what was answered with
// 250 is there in the end, and nothing is there that nobody sent.
import { setTimeout as delay } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { useTestDatabase } from '../../database/testing.ts';
import { startKillableGround } from './testing/killable-plane.ts';
import type { Ready } from './testing/killed-plane.ts';
import { PASSWORD, publishDomain, publishMailbox, storedMessages } from './testing/plane.ts';
import { connectRawSmtp, type RawSmtp } from './testing/raw-smtp.ts';

const KILLS = 3;
// Starting a process again and again is what takes long here.
const TIMEOUT_MS = 240_000;
// What one worker has in flight at once; each of these may have been handed over with nobody left to write that down.
const IN_FLIGHT = 20;
const CLIENTS = 4;

const database = useTestDatabase();

it('accepted mail survives kill -9 at any moment, duplicates no more than was in flight', {
  timeout: TIMEOUT_MS,
}, async () => {
  const { ground, start } = await startKillableGround(database);
  await publishDomain(ground, 'here.example');
  await publishMailbox(database.db, 'ann@here.example', { dailySendLimit: 1_000_000 });
  const bob = await publishMailbox(database.db, 'bob@here.example');

  const sent = new Set<string>();
  const accepted = new Set<string>();
  for (let kill = 0; kill < KILLS; kill += 1) {
    const { ready, kill: killPlane } = await start();
    const stop = new AbortController();
    const clients = Array.from({ length: CLIENTS }, (_, n) => {
      const bySubmission = n % 2 === 0;
      const name = `${kill}.${n}`;
      return keepSending({ ready, bySubmission, name, sent, accepted, signal: stop.signal });
    });
    // At no moment in particular, and after something has come through.
    const before = accepted.size;
    while (accepted.size < before + 10) await delay(20);
    await delay(Math.random() * 300);
    await killPlane();
    stop.abort();
    await Promise.all(clients);
  }

  await start();
  // The dead workers' claims end two minutes after they were made; a test does not wait for that.
  const waiting = () =>
    database.db
      .selectFrom('mail.queue_recipient')
      .select(({ fn }) => fn.countAll<number>().as('count'))
      .where('due_at', 'is not', null)
      .executeTakeFirstOrThrow();
  await database.db
    .updateTable('mail.queue_recipient')
    .set({ due_at: new Date() })
    .where('due_at', 'is not', null)
    .execute();
  while (Number((await waiting()).count) > 0) await delay(100);

  const copies = new Map<string, number>();
  for (const { raw } of await storedMessages(database.db, bob)) {
    const marker = /^X-Marker: (.*)\r$/m.exec(raw)?.[1] ?? 'none';
    copies.set(marker, (copies.get(marker) ?? 0) + 1);
  }
  expect([...accepted].filter((marker) => !copies.has(marker))).toEqual([]);
  expect([...copies.keys()].filter((marker) => !sent.has(marker))).toEqual([]);
  const duplicates = [...copies.values()].reduce((total, count) => total + count - 1, 0);
  expect(duplicates).toBeLessThanOrEqual(KILLS * IN_FLIGHT);
  expect(accepted.size).toBeGreaterThanOrEqual(KILLS * 10);
  await ground.close();
});

/** One client that sends message after message until its server dies. */
async function keepSending(options: {
  ready: Ready;
  bySubmission: boolean;
  name: string;
  sent: Set<string>;
  accepted: Set<string>;
  signal: AbortSignal;
}): Promise<void> {
  const { ready, bySubmission, name, sent, accepted, signal } = options;
  const client = bySubmission ? await signedIn(ready) : await connectRawSmtp(ready.smtpPort);
  if (!bySubmission) await client.send('EHLO client.example\r\n');
  for (let n = 0; !signal.aborted; n += 1) {
    const marker = `${name}.${n}`;
    await client.send('MAIL FROM:<ann@here.example>\r\n');
    await client.send('RCPT TO:<bob@here.example>\r\n');
    if (!(await client.send('DATA\r\n')).startsWith('354')) break;
    sent.add(marker);
    const padding = `${'x'.repeat(70)}\r\n`.repeat(140);
    const reply = await client.send(
      `From: ann@here.example\r\nX-Marker: ${marker}\r\nSubject: ${marker}\r\n\r\n${padding}.\r\n`,
    );
    if (!reply.startsWith('250')) break;
    accepted.add(marker);
  }
  client.close();
}

async function signedIn({ submissionsPort }: Ready): Promise<RawSmtp> {
  const client = await connectRawSmtp(submissionsPort, { implicitTls: true });
  await client.send('EHLO client.example\r\n');
  const credentials = Buffer.from(`\0ann@here.example\0${PASSWORD}`).toString('base64');
  expect(await client.send(`AUTH PLAIN ${credentials}\r\n`)).toMatch(/^235 /);
  return client;
}
