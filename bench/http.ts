// `npm run bench -- http`: reading the account and a page of mailboxes, in requests a second.
import { fileURLToPath } from 'node:url';
import { startChild } from './child.ts';
import { makeDataDirectory } from './data-directory.ts';
import { startInstallation, withDatabase } from './installation.ts';
import { type Load, type LoadResult, putUnderLoad } from './load.ts';
import { figure, part, times, title } from './report.ts';
import { untilIdle } from './usage.ts';

const MAILBOXES = 1_000;
const DOMAINS = 10;
const PAGE = 100;
const ROUNDS = 3;
const ROUND_S = 4;

const peerProgram = fileURLToPath(import.meta.resolve('./peers/raw-http.ts'));

export const benchHttp = async (): Promise<void> => {
  title(
    `http: 10 connections, a workspace with ${MAILBOXES} mailboxes; best of ${ROUNDS} rounds of ${ROUND_S} s`,
  );
  const data = await makeDataDirectory();
  const installation = await startInstallation(data.path, {
    INBOXKIT_RATE_LIMIT_STANDARD: '10000000',
    // The log goes nowhere here, so it would only measure the pipe.
    INBOXKIT_LOG_LEVEL: 'warn',
  });
  const { access, databaseUrl } = installation;
  const { uid: teamUid } = await installation.api.get('/account');
  await fill(databaseUrl, teamUid, access.workspace_id);
  const peer = await startChild([peerProgram, databaseUrl, teamUid, access.workspace_id], /^http:/m);
  await untilIdle(installation.pid);

  const headers = {
    Authorization: `Bearer ${access.api_key}`,
    'X-Workspace-Id': access.workspace_id,
    'Content-Type': 'application/json',
  };
  const requests: Record<string, Omit<Load, 'url'> & { path: string }> = {
    'GET /account': { method: 'GET', path: '/account', headers },
    'POST /mailboxes/list': {
      method: 'POST',
      path: '/mailboxes/list',
      headers,
      body: JSON.stringify({ page: 1, limit: PAGE }),
    },
  };
  for (const [name, { path, ...load }] of Object.entries(requests)) {
    const url = `/v1/api${path}`;
    await assertSameAnswer({ ...load, url }, access.base_url, peer.output.trim());
    const own: LoadResult[] = [];
    const bare: LoadResult[] = [];
    // In turns, so that whatever else the machine does meets both.
    for (let round = 0; round < ROUNDS; round += 1) {
      own.push(await putUnderLoad({ ...load, url: access.base_url + url }, ROUND_S));
      bare.push(await putUnderLoad({ ...load, url: peer.output.trim() + url }, ROUND_S));
    }
    const [program, raw] = [fastest(own), fastest(bare)];
    part(name === 'GET /account' ? name : `${name}, pages of ${PAGE}`);
    figure('requests a second', program.requestsPerS.toFixed(0), latency(program));
    figure('peer "node:http and pg", the same queries', raw.requestsPerS.toFixed(0), latency(raw));
    figure('InboxKit ÷ peer', times(program.requestsPerS / raw.requestsPerS));
  }
  await peer.stop();
  await installation.close();
  await data.remove();
};

const latency = ({ p50Ms, p99Ms }: LoadResult): string => `p50 ${p50Ms} ms, p99 ${p99Ms} ms`;

const fastest = (results: LoadResult[]): LoadResult =>
  results.toSorted((a, b) => b.requestsPerS - a.requestsPerS)[0]!;

/** A peer that answers less than the program would win for nothing. */
const assertSameAnswer = async (load: Load, ownUrl: string, peerUrl: string): Promise<void> => {
  const [own, raw] = await Promise.all(
    [ownUrl, peerUrl].map(async (base) => {
      const response = await fetch(base + load.url, { ...load });
      return (await response.json()) as Record<string, unknown>;
    }),
  );
  const different = Object.keys(own!).filter(
    (field) => field !== 'next_cursor' && JSON.stringify(own![field]) !== JSON.stringify(raw![field]),
  );
  if (different.length > 0) throw new Error(`the peer of ${load.url} answers other ${different.join(', ')}`);
};

/** Active mailboxes and the bookings of buying them, written past the program: buying them would take minutes. */
const fill = (databaseUrl: string, teamUid: string, workspaceUid: string): Promise<void> =>
  withDatabase(databaseUrl, async (client) => {
    await client.query(
      `insert into domain (uid, team_uid, workspace_uid, name, tld, status, status_since, connection_type,
                           created_at, updated_at)
       select gen_random_uuid(), $1, $2, 'bench' || n || '.com', 'com', 'active', now(), 'purchased', now(), now()
         from generate_series(1, $3::int) n`,
      [teamUid, workspaceUid, DOMAINS],
    );
    await client.query(
      `insert into mailbox (uid, team_uid, workspace_uid, domain_uid, domain_name, username, first_name, last_name,
                            platform, status, status_since, password_sealed, app_password_sealed,
                            totp_secret_sealed, created_at, updated_at)
       select gen_random_uuid(), $1, $2, uid, name, 'mara' || n, 'Mara' || n, 'Voss', 'GOOGLE', 'active', now(),
              '', '', '', date_trunc('milliseconds', now() - n * interval '1 minute'),
              date_trunc('milliseconds', now())
         from domain, generate_series(1, $3::int / $4::int) n where team_uid = $1`,
      [teamUid, workspaceUid, MAILBOXES, DOMAINS],
    );
    await client.query(
      `with booked as (
         insert into ledger_transaction (uid, team_uid, kind, idempotency_key, description, reference_type,
                                         reference_uid, workspace_uid, created_at)
         select gen_random_uuid(), $1, 'reserve', 'bench:' || uid, address, 'mailbox', uid, $2, now()
           from mailbox where team_uid = $1
         returning uid)
       insert into ledger_entry (transaction_uid, account_uid, amount_micros)
       select booked.uid, account.uid, case account.kind when 'wallet' then -3500000 else 3500000 end
         from booked, ledger_account account
        where account.team_uid = $1 and account.kind in ('wallet', 'reserved')`,
      [teamUid, workspaceUid],
    );
    await client.query('analyze');
  });
