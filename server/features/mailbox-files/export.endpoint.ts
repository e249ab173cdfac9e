// GET /mailboxes/export.csv: the list as a file, with secrets only when they are asked for.
import { z } from 'zod';
import type { Db } from '../../../database/database.ts';
import type { MailEndpoint } from '../../../providers/contracts/mailbox-host.ts';
import { orAbsent } from '../../http/absent.ts';
import { answerFile, defineEndpoint } from '../../http/endpoint.ts';
import { requireRight } from '../../http/require-right.ts';
import type { FeatureContext } from '../context.ts';
import { recordEvents } from '../events/index.ts';
import {
  credentialsRevealed,
  filterOf,
  hostOf,
  isGoneMailbox,
  type Mailbox,
  type MailboxFilter,
  mailboxesFrom,
  mailboxFilter,
  REVEALED,
  readMailboxSecrets,
} from '../mailboxes/index.ts';
import { exportTooLarge } from './errors.ts';
import { writeRows } from './rows.ts';

const MOST_ROWS = 100_000;
const MOST_WITH_SECRETS = 2_000;
const PAGE = 500;

const columns = [
  ...['email', 'first_name', 'last_name', 'username', 'domain_name', 'platform', 'status', 'is_admin'],
  ...['forwarding_email', 'renewal_date', 'created_at', 'uid'],
];
const secretColumns = [
  ...['password', 'app_password', 'totp_secret', 'smtp_host', 'smtp_port', 'smtp_security'],
  ...['imap_host', 'imap_port', 'imap_security'],
];

export const exportMailboxes = defineEndpoint<FeatureContext>()({
  operation: 'mailbox-files.export',
  summary: 'Export mailboxes as CSV',
  description:
    'With the filters of the list, newest first. `include_secrets=true` adds passwords, app passwords, TOTP seeds and ' +
    `where to sign in, for at most ${MOST_WITH_SECRETS} mailboxes; each is an event \`mailbox.credentials_revealed\`. A ` +
    'cell that a spreadsheet would take for a formula gets an apostrophe in front; secrets stay as they are.',
  method: 'GET',
  path: '/mailboxes/export.csv',
  scope: 'workspace',
  keepsToDomains: 'listed',
  query: z.strictObject({
    ...mailboxFilter,
    include_secrets: orAbsent(z.enum(['true', 'false'])),
  }),
  response: z.object({}),
  file: {
    types: ['text/csv'],
    holds: 'A line for each mailbox, below a line with the names of the columns.',
  },
  errors: [exportTooLarge],
  async handle({ query, caller, workspace, requestId, commit }, context) {
    const { db, clock } = context;
    const withSecrets = query.include_secrets === 'true';
    if (withSecrets) requireRight(caller, 'secrets');
    const filter = { ...filterOf(query), domainUids: caller.domainUids };
    const most = withSecrets ? MOST_WITH_SECRETS : MOST_ROWS;
    const mailboxes = await readAll(db, workspace.uid, filter, most);
    const fileName = `mailboxes-${clock.now().toISOString().slice(0, 10)}.csv`;
    const answer = (body: string) => ({
      message: 'Mailboxes exported successfully',
      [answerFile]: { contentType: 'text/csv', fileName, body },
    });
    if (!withSecrets) return answer(writeRows([columns, ...mailboxes.map(cellsOf)]));

    const shown = mailboxes.filter(({ status }) => !isGoneMailbox(status));
    const secrets = await secretCells(context, shown);
    return commit(async (tx) => {
      const by = { ...caller, requestId };
      await recordEvents(
        tx,
        shown.map((mailbox) => credentialsRevealed(mailbox, by, clock.now(), REVEALED)),
      );
      const none = secretColumns.map(() => '');
      const rows = mailboxes.map((mailbox) => [...cellsOf(mailbox), ...(secrets.get(mailbox.uid) ?? none)]);
      // A password with an apostrophe in front would be another one.
      return answer(writeRows([[...columns, ...secretColumns], ...rows], { asIsFrom: columns.length }));
    });
  },
});

/** @throws ApiError export_too_large */
const readAll = async (
  db: Db,
  workspaceUid: string,
  filter: MailboxFilter,
  most: number,
): Promise<Mailbox[]> => {
  const mailboxes: Mailbox[] = [];
  for (;;) {
    const page = await mailboxesFrom(db, workspaceUid, filter, mailboxes.at(-1) ?? null, PAGE);
    mailboxes.push(...page);
    if (mailboxes.length > most) {
      throw exportTooLarge(`More than ${most} mailboxes match; narrow the filters`, { maximum: most });
    }
    if (page.length < PAGE) return mailboxes;
  }
};

const cellsOf = (mailbox: Mailbox): string[] => [
  mailbox.address,
  mailbox.firstName,
  mailbox.lastName,
  mailbox.username,
  mailbox.domainName,
  mailbox.platform,
  mailbox.status,
  String(mailbox.isAdmin),
  mailbox.forwardingEmail ?? '',
  mailbox.renewalDate?.toISOString() ?? '',
  mailbox.createdAt.toISOString(),
  mailbox.uid,
];

const secretCells = async (context: FeatureContext, mailboxes: Mailbox[]): Promise<Map<string, string[]>> => {
  const cells = new Map<string, string[]>();
  for (const mailbox of mailboxes) {
    const opened = await readMailboxSecrets(context, mailbox.uid);
    const { smtp, imap } = await hostOf(context.providers, mailbox).access();
    cells.set(mailbox.uid, [
      opened.password,
      opened.appPassword,
      opened.totpSecret,
      ...[smtp, imap].flatMap(({ host, port, security }: MailEndpoint) => [host, String(port), security]),
    ]);
  }
  return cells;
};
