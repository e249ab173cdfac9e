// Peer of the HTTP benchmark: node:http and pg by hand. It asks the plain queries for the same rows and knows nothing
// of keys, rate limits, validation, idempotency or logging.
// Arguments: database URL, team uid, workspace uid.
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import pg from 'pg';

const [databaseUrl, teamUid, workspaceUid] = process.argv.slice(2);
const pool = new pg.Pool({ connectionString: databaseUrl, max: 10 });

const account = async () => {
  const team = await pool.query('select uid, name from team where uid = $1', [teamUid]);
  const plan = await pool.query('select plan, cycle from subscription where team_uid = $1', [teamUid]);
  const balances = await pool.query(
    `select account.kind, coalesce(sum(entry.amount_micros), 0)::float8 / 1000000 as credits
       from ledger_account account left join ledger_entry entry on entry.account_uid = account.uid
      where account.team_uid = $1 group by account.kind`,
    [teamUid],
  );
  return { ...team.rows[0], ...plan.rows[0], balances: balances.rows };
};

const mailboxes = async (request: IncomingMessage) => {
  let text = '';
  for await (const chunk of request) text += chunk;
  const { page, limit } = JSON.parse(text) as { page: number; limit: number };
  const rows = await pool.query(
    `select uid, address, username, domain_uid, domain_name, workspace_uid, first_name, last_name, platform, status,
            status_reason, status_since, is_admin, forwarding_email, profile_picture, renewal_date, renewal_cycle,
            renewal_status, prepaid_until, created_at, updated_at
       from mailbox where workspace_uid = $1 order by created_at desc, uid desc limit $2 offset $3`,
    [workspaceUid, limit, (page - 1) * limit],
  );
  const counts = await pool.query(
    `select status, sum(difference)::float8 as count from mailbox_count
      where workspace_uid = $1 group by status having sum(difference) <> 0`,
    [workspaceUid],
  );
  return { mailboxes: rows.rows, counts: counts.rows };
};

const server = createServer(async (request, response) => {
  const answer = await (request.url === '/v1/api/account' ? account() : mailboxes(request));
  response.writeHead(200, { 'Content-Type': 'application/json' }).end(JSON.stringify(answer));
});
server.listen(0, '127.0.0.1', () => {
  process.stdout.write(`http://127.0.0.1:${(server.address() as AddressInfo).port}\n`);
});
