// Certificate workers of one installation with an authority of the tests, afresh for every test.
import { sql } from 'kysely';
import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest';
import type { Db } from '../../../database/database.ts';
import { type TestDatabase, useTestDatabase } from '../../../database/testing.ts';
import {
  type CertificateWorker,
  type CertificateWorkerOptions,
  createCertificateWorker,
} from '../acme/worker.ts';
import { startWebPlane, type WebPlane } from '../web-plane.ts';
import { startTestAuthority, type TestAuthority } from './authority.ts';
import { log, mailServers, ShiftedClock, secretBox } from './forwarded.ts';

export type WorkerFixture = {
  readonly database: TestDatabase;
  readonly authority: TestAuthority;
  readonly clock: ShiftedClock;
  /** Closed at the end of the test. */
  worker(more?: Partial<CertificateWorkerOptions>): CertificateWorker;
  /** Another authority that looks for challenges at the same place; closed at the end of the test. */
  anotherAuthority(): Promise<TestAuthority>;
  row(name: string): ReturnType<typeof certificateRow>;
  account(): ReturnType<typeof accountRow>;
};

const certificateRow = (db: Db, name: string) =>
  db.selectFrom('web.certificate').selectAll().where('name', '=', name).executeTakeFirstOrThrow();

const accountRow = (db: Db, directoryUrl: string) =>
  db
    .selectFrom('web.acme_account')
    .selectAll()
    .where('directory_url', '=', directoryUrl)
    .executeTakeFirstOrThrow();

/** Call at the top level of a file. Challenges are answered by a plane that does nothing else. */
export const useWorkerFixture = (): WorkerFixture => {
  const database = useTestDatabase();
  let plane: WebPlane;
  let authority: TestAuthority;
  let clock: ShiftedClock;
  const opened: { close(): Promise<void> }[] = [];

  beforeAll(async () => {
    plane = await startWebPlane({
      db: database.db,
      host: '127.0.0.1',
      port: 0,
      https: null,
      mailServers,
      log,
    });
  });
  afterAll(() => plane?.close());

  const start = async () => {
    const started = await startTestAuthority();
    started.httpPorts = [plane.port];
    opened.unshift(started);
    return started;
  };
  beforeEach(async () => {
    await sql`truncate published.web_forward, web.certificate, web.certificate_attempt, web.acme_account,
      web.challenge`.execute(database.db);
    clock = new ShiftedClock();
    authority = await start();
  });
  afterEach(async () => {
    for (const part of opened.splice(0)) await part.close();
  });

  return {
    database,
    get authority() {
      return authority;
    },
    get clock() {
      return clock;
    },
    worker(more = {}) {
      const { directoryUrl, caPem } = authority;
      const acme = { directoryUrl, caPem, email: 'hostmaster@example.net' };
      const base = { databaseUrl: database.url, db: database.db, secretBox, acme, clock, log };
      const made = createCertificateWorker({ ...base, ...more });
      opened.unshift(made);
      return made;
    },
    anotherAuthority: start,
    row: (name) => certificateRow(database.db, name),
    account: () => accountRow(database.db, authority.directoryUrl),
  };
};
