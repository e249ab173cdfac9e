// Notifications arrive, also after the connection was cut.
import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { listen } from './listen.ts';
import { useTestDatabase } from './testing.ts';

const database = useTestDatabase();

const notify = (channel: string, payload: string) =>
  sql`select pg_notify(${channel}, ${payload})`.execute(database.db);

const cut = () =>
  sql`select pg_terminate_backend(pid) from pg_stat_activity
      where datname = current_database() and application_name like 'inboxkit listen %'`.execute(database.db);

test('payloads arrive in order, of the own channel only, whatever characters the name of the channel has', async () => {
  const heard: string[] = [];
  const listening = await listen(database.url, 'Odd "channel"', (payload) => heard.push(payload));
  await notify('other', 'not this');
  for (const payload of ['one', '', 'three']) await notify('Odd "channel"', payload);
  await expect.poll(() => heard).toEqual(['one', '', 'three']);
  await listening.close();
});

test('after the connection is cut it listens again, says so once each time, and hears what comes then', async () => {
  const heard: string[] = [];
  const lost: Error[] = [];
  let reconnects = 0;
  const listening = await listen(database.url, 'news', (payload) => heard.push(payload), {
    onReconnect: () => reconnects++,
    onConnectionLost: (error) => lost.push(error),
  });
  for (let round = 1; round <= 2; round++) {
    await cut();
    await expect.poll(() => reconnects, { timeout: 10_000 }).toBe(round);
    await notify('news', `round ${round}`);
    await expect.poll(() => heard).toHaveLength(round);
  }
  expect(heard).toEqual(['round 1', 'round 2']);
  expect(lost).toHaveLength(2);
  await listening.close();
});

test('after close nothing is heard and nothing is connected, also when it was about to reconnect', async () => {
  const heard: string[] = [];
  const listening = await listen(database.url, 'closed', (payload) => heard.push(payload));
  await cut();
  await listening.close();
  await notify('closed', 'too late');
  const connections = async () => {
    const { rows } = await sql<{ count: number }>`
      select count(*) as count from pg_stat_activity
      where datname = current_database() and application_name = 'inboxkit listen closed'`.execute(
      database.db,
    );
    return rows[0]?.count;
  };
  await expect.poll(connections).toBe(0);
  expect(heard).toEqual([]);
});

test('a first connection that fails is an error of the caller', async () => {
  const wrong = new URL(database.url);
  wrong.pathname = '/no_such_database';
  await expect(listen(wrong.href, 'news', () => {})).rejects.toThrow('no_such_database');
});
