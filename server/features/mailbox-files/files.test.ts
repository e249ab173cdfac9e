// Mailboxes out of CSV files and into them.
import { beforeAll, describe, expect, test } from 'vitest';
import { readCsv } from '../../../protocols/csv.ts';
import { activeDomain } from '../../testing/active-domain.ts';
import { askUntil, walletOf } from '../../testing/follow.ts';
import { type Body, useInstallation } from '../../testing/test-installation.ts';

const api = useInstallation({ INBOXKIT_MAX_MAILBOXES_PER_DOMAIN: '12' });
let domain: string;

beforeAll(async () => {
  domain = (await activeDomain(api)).name;
});

const send = (csv: string, more: object = {}) => api.post('/mailboxes/import', { csv, ...more });
const active = (count: number) =>
  askUntil(
    async () => (await api.post('/mailboxes/list', {})).body.status_counts,
    (counts: Body) => counts.active === count,
  );
const headers = () => ({ Authorization: `Bearer ${api.apiKey}`, 'X-Workspace-Id': api.workspaceUid });
const download = async (query = '') => {
  const answer = await fetch(`${api.installation.baseUrl}/v1/api/mailboxes/export.csv${query}`, {
    headers: headers(),
  });
  return { answer, rows: readCsv(await answer.clone().text()).map(({ cells }) => cells) };
};

describe('an import', () => {
  test('takes any order, other names of columns, semicolons, quotes, a mark at the start, and names of any script', async () => {
    const csv = `\uFEFFNachname;E-Mail Address;Vorname;note;Platform\r\n李;ZOE@${domain};"Zoë; ""Z""";x;google\r\n\r\nVoss;mara@${domain};Mara;;\r\n`;
    const before = await walletOf(api);
    const dry = await send(csv, { dry_run: true, platform: 'GOOGLE', use_wallet_balance: true });
    expect(dry.body).toMatchObject({ dry_run: true, total_cost: 7, imported: 0, failed: 0, total_rows: 2 });
    expect(await walletOf(api)).toBe(before);
    const { status, body } = await send(csv, { use_wallet_balance: true });
    expect(status, JSON.stringify(body)).toBe(200);
    expect(body).toMatchObject({ imported: 2, ignored_columns: ['note'], failed_csv: null, total_cost: 7 });
    expect(body.rows.map(({ line, email, status }: Body) => [line, email, status])).toEqual([
      [2, `zoe@${domain}`, 'ok'],
      [4, `mara@${domain}`, 'ok'],
    ]);
    await active(2);
    const zoe = await api.get(`/mailboxes/details?email=zoe@${domain}`);
    expect(zoe.body).toMatchObject({ uid: body.rows[0].uid, first_name: 'Zoë; "Z"', last_name: '李' });
  });

  test('buys nothing when a row is wrong, and says of each row what; or the good ones, when told to', async () => {
    const csv = [
      'username,domain_name,name,platform',
      `good,${domain},Ada Byron King,GOOGLE`,
      `mara,${domain},Mara Voss,GOOGLE`,
      `two words,${domain},A B,GOOGLE`,
      `other,${domain},A B,MICROSOFT`,
      'a,not-mine.com,A B,GOOGLE',
      `good,${domain},A B,GOOGLE`,
      `root,${domain},A B,`,
      `single,${domain},,GOOGLE`,
      `=cmd,${domain},A B,GOOGLE`,
      `no one,${domain},,FOO`,
    ].join('\n');
    const none = await send(csv);
    expect([none.status, none.body.code]).toEqual([400, 'import_rows_failed']);
    const reasons = none.body.rows.map(({ reason }: Body) => reason);
    expect(reasons).toEqual([
      null,
      `Mailbox mara@${domain} already exists`,
      expect.stringContaining('cannot be the username'),
      expect.stringContaining('has GOOGLE mailboxes'),
      expect.stringContaining('no domain not-mine.com'),
      expect.stringContaining('in the file twice'),
      expect.stringContaining('is reserved'),
      'first_name is required; last_name is required',
      expect.stringContaining('cannot be the username'),
      // All that is wrong at once.
      expect.stringMatching(/last_name is required; platform must be one of .*; .*cannot be the username/),
    ]);
    const dry = await send(csv, { dry_run: true });
    expect([dry.status, dry.body.failed, dry.body.lines.length]).toEqual([200, 9, 1]);
    const some = await send(csv, { partial: true });
    expect(some.body).toMatchObject({ imported: 1, failed: 9 });
    const failed = readCsv(some.body.failed_csv).map(({ cells }) => cells);
    expect(failed[0]).toEqual(['username', 'domain_name', 'name', 'platform', 'reason']);
    expect(failed[1]).toEqual([
      'mara',
      domain,
      'Mara Voss',
      'GOOGLE',
      `Mailbox mara@${domain} already exists`,
    ]);
    expect(failed.at(-2)?.[0]).toBe("'=cmd");
    await active(3);
    const good = await api.get(`/mailboxes/details?email=good@${domain}`);
    expect(good.body).toMatchObject({ first_name: 'Ada Byron', last_name: 'King' });
  });

  test('says which rows a domain has no room for', async () => {
    const rows = Array.from({ length: 11 }, (_, index) => `many${index}@${domain},A,B`);
    const { body } = await send(['email,first name,last name', ...rows].join('\n'));
    expect(body.failed).toBe(2);
    expect(body.rows.at(-1).reason).toContain('maximum 12 mailboxes');
  });

  test.each([
    ['nothing but a header', 'email,first_name,last_name\n'],
    ['no address', 'first_name,last_name\nA,B\n'],
    ['no name', `email\na@b.example\n`],
    ['two columns for one thing', 'email,e-mail,name\na@b.example,c@b.example,A B\n'],
    ['too many rows', `email,name\n${'a@b.example,A B\n'.repeat(1_001)}`],
  ])('of a file with %s is refused', async (_title, csv) => {
    const { status, body } = await send(csv);
    expect([status, body.code]).toEqual([400, 'invalid_csv']);
  });

  test('comes as a file in a form, in the encodings that spreadsheets write, or alone', async () => {
    const csv = `email;first_name;last_name\r\nform@${domain};Jörg;Größe\r\n`;
    const post = (body: FormData | string, type?: string) =>
      fetch(`${api.installation.baseUrl}/v1/api/mailboxes/import`, {
        method: 'POST',
        headers: { ...headers(), ...(type ? { 'content-type': type } : {}) },
        body,
      });
    for (const bytes of [Buffer.from(csv), Buffer.from(`\uFEFF${csv}`, 'utf16le')]) {
      const form = new FormData();
      form.set('file', new Blob([new Uint8Array(bytes)]), 'mailboxes.csv');
      form.set('dry_run', 'true');
      const answer = await post(form);
      expect([answer.status, ((await answer.json()) as Body).failed]).toEqual([200, 0]);
    }
    const latin1 = new FormData();
    latin1.set('file', new Blob([new Uint8Array(Buffer.from(csv, 'latin1'))]), 'mailboxes.csv');
    const refused = await post(latin1);
    expect([refused.status, ((await refused.json()) as Body).code]).toEqual([400, 'malformed_upload']);
    expect((await post('not a form', 'multipart/form-data; boundary=x')).status).toBe(400);
    const alone = await post(csv, 'text/csv');
    expect(((await alone.json()) as Body).imported).toBe(1);
    await active(4);
  });
});

describe('an export', () => {
  test('has the rows of the list with the same filters, and no secrets', async () => {
    const { answer, rows } = await download();
    expect(answer.headers.get('content-disposition')).toMatch(/filename="mailboxes-\d{4}-\d\d-\d\d\.csv"/);
    expect(rows).toHaveLength(5);
    expect(rows[0]).not.toContain('password');
    const one = await download(`?email=zoe@${domain}`);
    expect(one.rows[1]?.slice(0, 3)).toEqual([`zoe@${domain}`, 'Zoë; "Z"', '李']);
    expect((await download('?status=failed')).rows).toHaveLength(1);
    expect((await download('?status=strange')).answer.status).toBe(400);
  });

  test('with secrets has those that show-credentials shows, and tells of each', async () => {
    const { rows } = await download(`?email=mara@${domain}&include_secrets=true`);
    const shown = (await api.get(`/mailboxes/show-credentials?email=mara@${domain}`)).body;
    const of = (column: string) => rows[1]![rows[0]!.indexOf(column)];
    expect([of('password'), of('app_password'), of('totp_secret'), of('smtp_host')]).toEqual([
      shown.password,
      shown.app_password,
      shown.secret,
      shown.smtp.host,
    ]);
    const told = await api.database.db
      .selectFrom('event')
      .select('seq')
      .where('type', '=', 'mailbox.credentials_revealed')
      .execute();
    expect(told).toHaveLength(2);
  });

  test('gives a spreadsheet no formula', async () => {
    const { uid } = (await api.get(`/mailboxes/details?email=zoe@${domain}`)).body;
    await api.post('/mailboxes/update', { uid, first_name: '=HYPERLINK("http://x")' });
    const { rows } = await download(`?email=zoe@${domain}`);
    expect(rows[1]?.[1]).toBe(`'=HYPERLINK("http://x")`);
  });
});
