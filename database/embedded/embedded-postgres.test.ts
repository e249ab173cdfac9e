// The embedded database through what can happen to it: kills, leftovers, rivals, and homes that are closed.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { type Kysely, sql } from 'kysely';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openDatabase } from '../database.ts';
import { type EmbeddedPostgres, startEmbeddedPostgres } from './embedded-postgres.ts';
import { exists, run } from './process.ts';

const isRoot = process.getuid?.() === 0;
const said: string[] = [];
const log = { info: (message: string) => said.push(message), warn: (message: string) => said.push(message) };

let dataDir: string;
let cleanUps: (() => Promise<unknown>)[];

beforeEach(async () => {
  said.length = 0;
  dataDir = await mkdtemp(join(tmpdir(), 'inboxkit-embedded-test-'));
  cleanUps = [() => rm(dataDir, { recursive: true, force: true, maxRetries: 5 })];
});
afterEach(async () => {
  for (const cleanUp of cleanUps.reverse()) await cleanUp();
});

const start = async (settings = {}): Promise<EmbeddedPostgres> => {
  const server = await startEmbeddedPostgres({ dataDir, log, settings: { fsync: false, ...settings } });
  cleanUps.push(() => server.stop());
  return server;
};

/** Runs `fn` on a pool that is closed afterwards. */
const using = async <T>(url: string, fn: (db: Kysely<never>) => Promise<T>): Promise<T> => {
  const db = openDatabase(url) as unknown as Kysely<never>;
  try {
    return await fn(db);
  } finally {
    await db.destroy();
  }
};

const keepRow = (url: string, text: string) =>
  using(url, async (db) => {
    await sql`create table if not exists kept (text text)`.execute(db);
    await sql`insert into kept values (${text})`.execute(db);
  });

const keptRows = (url: string): Promise<string[]> =>
  using(url, async (db) => {
    const { rows } = await sql<{ text: string }>`select text from kept order by text`.execute(db);
    return rows.map((row) => row.text);
  });

const eventually = async <T>(what: () => Promise<T>): Promise<T> => {
  for (let attempt = 0; ; attempt++) {
    try {
      return await what();
    } catch (error) {
      if (attempt > 500) throw error;
      await delay(20);
    }
  }
};

const program = join(import.meta.dirname, '../testing/embedded-program.ts');

/** Runs the embedded database in a process of its own. */
const startProgram = async (args = [program, dataDir], command = process.execPath) => {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  const exited = once(child, 'exit') as Promise<[number | null, string | null]>;
  cleanUps.push(async () => {
    child.kill('SIGTERM');
    await exited;
  });
  let complaints = '';
  child.stderr.on('data', (chunk) => {
    complaints += chunk;
  });
  const line = once(createInterface(child.stdout), 'line') as Promise<[string]>;
  const [text] = await Promise.race([line, exited.then(() => [''])]);
  if (!text) return { child, exited, complaints: () => complaints.trim(), url: '', pid: 0 };
  return {
    child,
    exited,
    complaints: () => complaints.trim(),
    ...(JSON.parse(text) as { url: string; pid: number }),
  };
};

const killHard = async (child: ChildProcess, exited: Promise<unknown>) => {
  child.kill('SIGKILL');
  await exited;
};

const gone = (pid: number) =>
  eventually(async () => {
    if (exists(pid)) throw new Error(`process ${pid} is still there`);
  });

test('the first start makes a cluster that answers on loopback only, sorts by bytes and keeps its password to us', async () => {
  const server = await start();

  const shown = await using(server.url, async (db) => {
    const { rows } = await sql<Record<string, string>>`
      select current_database() as name, current_setting('listen_addresses') as addresses,
        current_setting('unix_socket_directories') as sockets, current_setting('server_encoding') as encoding,
        (select concat(datlocprovider, ' ', datlocale) from pg_database where datname = current_database()) as locale,
        current_setting('server_version_num')::int / 10000 as major,
        (select rolpassword like 'SCRAM-SHA-256$%' from pg_authid where rolname = 'postgres') as scram`.execute(
      db,
    );
    return rows[0];
  });

  expect(shown).toEqual({
    name: 'inboxkit',
    addresses: '127.0.0.1',
    sockets: '',
    encoding: 'UTF8',
    locale: 'b C.UTF-8',
    major: 18,
    scram: true,
  });
  expect((await stat(join(dataDir, 'postgres.json'))).mode & 0o777).toBe(0o600);
  const withoutPassword = new URL(server.url);
  withoutPassword.password = 'wrong';
  await expect(using(withoutPassword.href, (db) => sql`select 1`.execute(db))).rejects.toThrow(/password/);
});

test('a stop and a start keep the data, the password and the port', async () => {
  const first = await start();
  await keepRow(first.url, 'one');
  await first.stop();
  await expect(using(first.url, (db) => sql`select 1`.execute(db))).rejects.toThrow(/ECONNREFUSED/);

  const second = await start();

  expect(second.url).toBe(first.url);
  expect(await keptRows(second.url)).toEqual(['one']);
});

test('a server that is killed comes back at the same address, and a pool goes on with it', async () => {
  const server = await start({ fsync: true });
  await keepRow(server.url, 'before');
  await using(server.url, async (db) => {
    const { pid } = server;
    process.kill(pid, 'SIGKILL');

    await eventually(() => sql`insert into kept values ('after')`.execute(db));

    expect(server.pid).not.toBe(pid);
  });
  expect(await keptRows(server.url)).toEqual(['after', 'before']);
  expect(server.restarts).toBe(1);
});

test('a server that is killed again and again comes back every time', async () => {
  const server = await start();
  for (let kills = 1; kills <= 3; kills++) {
    process.kill(server.pid, 'SIGKILL');
    await eventually(async () => expect(server.restarts).toBe(kills));
  }
  await keepRow(server.url, 'still here');
  expect(await keptRows(server.url)).toEqual(['still here']);
});

test('stopping while the server is being restarted leaves no process behind', async () => {
  const server = await start();
  const { pid } = server;
  process.kill(pid, 'SIGKILL');
  await gone(pid);
  await server.stop();
  await gone(server.pid);
  await expect(using(server.url, (db) => sql`select 1`.execute(db))).rejects.toThrow(/ECONNREFUSED/);
});

test('a process that ends without stopping the server takes it with it', async () => {
  const first = await startProgram();
  first.child.kill('SIGHUP');
  await first.exited;
  await gone(first.pid);
  await start();
  expect(said.join('\n')).not.toContain('left running');
});

test('after kill -9 of the process that started it, the server it left is replaced and the data is there', async () => {
  const first = await startProgram();
  await keepRow(first.url, 'kept');
  await killHard(first.child, first.exited);
  expect(exists(first.pid)).toBe(true);

  const second = await start();

  await gone(first.pid);
  expect(second.url).toBe(first.url);
  expect(await keptRows(second.url)).toEqual(['kept']);
  expect(said.join('\n')).toContain(`(pid ${first.pid}) was left running`);
});

test('after kill -9 of everything the next start recovers what was committed', async () => {
  const first = await startProgram();
  await keepRow(first.url, 'committed');
  await killHard(first.child, first.exited);
  process.kill(first.pid, 'SIGKILL');

  const second = await start();

  expect(await keptRows(second.url)).toEqual(['committed']);
});

test('a second process on the data directory is refused with the directory and the pid of the first', async () => {
  const first = await startProgram();

  await expect(start()).rejects.toThrow(
    `the data directory ${dataDir} is in use by another InboxKit process (pid ${first.child.pid})`,
  );
  const second = await startProgram();

  expect((await second.exited)[0]).toBe(1);
  expect(second.complaints()).toBe(
    `the data directory ${dataDir} is in use by another InboxKit process (pid ${first.child.pid})`,
  );
  await keepRow(first.url, 'undisturbed');
  expect(await keptRows(first.url)).toEqual(['undisturbed']);
});

test('of several processes that start at once on a new directory exactly one gets it', async () => {
  const started = await Promise.all([startProgram(), startProgram(), startProgram()]);
  const running = started.filter(({ url }) => url !== '');
  expect(running).toHaveLength(1);
  const [winner] = running;
  for (const loser of started.filter(({ url }) => url === '')) {
    expect(loser.complaints()).toContain(`in use by another InboxKit process (pid ${winner?.child.pid})`);
  }
});

test('a pid file whose number another process has by now does not stop the start', async () => {
  const first = await start();
  await keepRow(first.url, 'kept');
  await first.stop();
  const owner = await stat(join(dataDir, 'pg'));
  const stranger = spawn('sleep', ['600'], isRoot ? { uid: owner.uid, gid: owner.gid } : {});
  cleanUps.push(async () => stranger.kill());
  const lines = [stranger.pid, join(dataDir, 'pg'), 0, 1, '', '127.0.0.1', '0 0', 'ready'];
  await writeFile(join(dataDir, 'pg', 'postmaster.pid'), `${lines.join('\n')}\n`);
  await writeFile(join(dataDir, 'inboxkit.pid'), `${stranger.pid}\n`);

  const second = await start();

  expect(await keptRows(second.url)).toEqual(['kept']);
  expect(stranger.exitCode ?? stranger.signalCode).toBeNull();
});

test('a cluster that was being made when the process was killed is made again', async () => {
  await mkdir(join(dataDir, 'pg.unfinished-x', 'pg', 'base'), { recursive: true });
  await writeFile(join(dataDir, 'pg.unfinished-x', 'pg', 'PG_VERSION'), '18\n');

  const server = await start();

  await keepRow(server.url, 'works');
  expect((await readdir(dataDir)).filter((name) => name.includes('unfinished'))).toEqual([]);
});

test('a port taken by another program is replaced, and the new one is kept', async () => {
  const first = await start();
  await first.stop();
  const port = Number(new URL(first.url).port);
  const other = createServer().listen(port, '127.0.0.1');
  await once(other, 'listening');
  cleanUps.push(async () => other.close());

  const second = await start();
  await second.stop();
  const third = await start();

  expect(new URL(second.url).port).not.toBe(String(port));
  expect(third.url).toBe(second.url);
});

test('a cluster of another major version is refused by name and left as it is', async () => {
  const first = await start();
  await first.stop();
  await writeFile(join(dataDir, 'pg', 'PG_VERSION'), '17\n');

  await expect(start()).rejects.toThrow(
    `${join(dataDir, 'pg')} is a PostgreSQL 17 cluster and this version runs PostgreSQL 18`,
  );

  await writeFile(join(dataDir, 'pg', 'PG_VERSION'), '18\n');
  await start();
});

test('a directory with foreign files where the cluster goes is refused and left as it is', async () => {
  await mkdir(join(dataDir, 'pg'));
  await writeFile(join(dataDir, 'pg', 'letter.txt'), 'dear');

  await expect(start()).rejects.toThrow('is not a PostgreSQL cluster');

  expect(await readFile(join(dataDir, 'pg', 'letter.txt'), 'utf8')).toBe('dear');
});

test('a lost password file is named instead of a failed sign-in', async () => {
  const first = await start();
  await first.stop();
  await rm(join(dataDir, 'postgres.json'));
  await expect(start()).rejects.toThrow(join(dataDir, 'postgres.json'));
});

test('a setting the server refuses ends the start with what the server said', async () => {
  await expect(start({ shared_buffers: 'plenty' })).rejects.toThrow(
    /invalid value for parameter "shared_buffers"/,
  );
  const server = await start();
  await keepRow(server.url, 'works');
});

test('a start that is given up leaves the directory free', async () => {
  const first = await start();
  await first.stop();
  const signal = AbortSignal.abort(new Error('given up'));
  await expect(startEmbeddedPostgres({ dataDir, log, signal })).rejects.toThrow('given up');
  const second = await start();
  await keepRow(second.url, 'works');
});

test('values of failed statements do not get into the log of the server', async () => {
  const server = await start();
  await using(server.url, async (db) => {
    await sql`create table secret (value text unique)`.execute(db);
    await sql`insert into secret values (${'hunter2'})`.execute(db);
    await expect(sql`insert into secret values (${'hunter2'})`.execute(db)).rejects.toThrow(/unique/);
    await expect(sql`select 'hunter2'::integer`.execute(db)).rejects.toThrow(/integer/);
  });
  await server.stop();
  expect(await readFile(join(dataDir, 'postgres.log'), 'utf8')).not.toContain('hunter2');
});

test('the server works for data below a directory others cannot enter, and never runs as root', async () => {
  const home = dataDir;
  await chmod(home, 0o700);
  dataDir = join(home, 'inner', 'data');

  const first = await startProgram();
  await keepRow(first.url, 'kept');
  const uid = Number((await run('/bin/ps', ['-o', 'uid=', '-p', String(first.pid)])).output);
  expect(uid).not.toBe(0);
  expect(uid).toBe(isRoot ? 65534 : process.getuid?.());
  await killHard(first.child, first.exited);

  const second = await start();

  await gone(first.pid);
  expect(await keptRows(second.url)).toEqual(['kept']);
  expect((await stat(join(dataDir, 'pg'))).mode & 0o777).toBe(0o700);
  dataDir = home;
});

test('root of a user namespace that has no other user gets a server too, and later one outside of it', async () => {
  const enter = ['--user', '--map-root-user', '--'];
  const inside = await run('unshare', [...enter, 'true']).then(
    ({ code }) => code === 0,
    () => false, // not on this system: the program runs as we are
  );
  const first = inside
    ? await startProgram([...enter, process.execPath, program, dataDir], 'unshare')
    : await startProgram();
  await keepRow(first.url, 'kept');
  first.child.kill('SIGTERM');
  await first.exited;

  const second = await start();

  expect(await keptRows(second.url)).toEqual(['kept']);
});
