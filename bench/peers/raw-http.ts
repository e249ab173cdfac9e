// Peer of the HTTP benchmark: node:http and pg by hand. It asks the database what the endpoints ask and answers
// the same fields, and knows nothing of keys, rate limits, validation, idempotency or logging.
// Arguments: database URL, team uid, workspace uid.
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import pg from 'pg';

const [databaseUrl, teamUid, workspaceUid] = process.argv.slice(2);
const pool = new pg.Pool({ connectionString: databaseUrl, max: 10 });

const account = async () => {
  const team = await pool.query('select uid, name, created_at from team where uid = $1', [teamUid]);
  const subscription = await pool.query('select plan, cycle, status from subscription where team_uid = $1', [
    teamUid,
  ]);
  const balances = await pool.query(
    `select account.kind, coalesce(sum(entry.amount_micros), 0)::float8 as sum
       from ledger_account account left join ledger_entry entry on entry.account_uid = account.uid
      where account.team_uid = $1 group by account.kind`,
    [teamUid],
  );
  await pool.query(
    `select count(*) from charge
      where team_uid = $1 and paid_with = 'included_seat' and status in ('reserved', 'captured')`,
    [teamUid],
  );
  const credits = new Map(balances.rows.map(({ kind, sum }) => [kind, sum / 1_000_000]));
  return {
    error: false,
    message: 'Account details retrieved successfully',
    uid: teamUid,
    team: team.rows[0].name,
    total_credits: -(credits.get('funding') ?? 0),
    credits_remaining: credits.get('wallet'),
    cost_per_google_mailbox: 3.5,
    cost_per_ms_outlook_mailbox: 3.5,
    current_plan: { name: subscription.rows[0].plan, cycle: subscription.rows[0].cycle },
  };
};

const mailboxes = async (request: IncomingMessage) => {
  let text = '';
  for await (const chunk of request) text += chunk;
  const { page, limit } = JSON.parse(text) as { page: number; limit: number };
  const rows = await pool.query(
    `select uid, uid as id, address as email, username, domain_uid as domain_id, domain_name,
            workspace_uid as workspace_id, first_name, last_name, platform, status, status_reason, status_since,
            is_admin, forwarding_email, profile_picture, array[]::text[] as tags, array[]::text[] as sequencers,
            renewal_date, renewal_cycle, renewal_status, prepaid_until, 'na' as mailbox_update_status,
            'na' as sequencer_status, 'completed' as dns_propagation_status,
            'na' as mailbox_reactivation_status, 'na' as mailbox_cancellation_status,
            created_at as "createdAt", updated_at as "updatedAt"
       from mailbox where workspace_uid = $1
      order by created_at desc, uid desc limit $2 offset $3`,
    [workspaceUid, limit, (page - 1) * limit],
  );
  const counts = await pool.query(
    `select status, platform, sum(difference)::float8 as count from mailbox_count
      where workspace_uid = $1 group by status, platform having sum(difference) <> 0`,
    [workspaceUid],
  );
  const total = counts.rows.reduce((sum, { count }) => sum + count, 0);
  return {
    error: false,
    message: 'Mailboxes retrieved successfully',
    mailboxes: rows.rows,
    total,
    pages: Math.ceil(total / limit),
    current_page: page,
    limit,
    next_cursor: null,
    status_counts: Object.fromEntries(counts.rows.map(({ status, count }) => [status, count])),
  };
};

const server = createServer(async (request, response) => {
  const answer = await (request.url === '/v1/api/account' ? account() : mailboxes(request));
  response.writeHead(200, { 'Content-Type': 'application/json' }).end(JSON.stringify(answer));
});
server.listen(0, '127.0.0.1', () => {
  process.stdout.write(`http://127.0.0.1:${(server.address() as AddressInfo).port}\n`);
});
