// Mailboxes as rows, in the columns that importers want: the cells of each form, under the names it gives them.
import { writeCsv } from '../../protocols/csv.ts';
import type { SequencerMailbox, SequencerTuning } from '../contracts/sequencer.ts';
import type { SequencerFile } from '../contracts/sequencer-file.ts';

type Row = { mailbox: SequencerMailbox; tuning: SequencerTuning };
type Cell = (row: Row) => string;
type Layout = { key: string; title: string; columns: readonly (readonly [string, Cell])[] };

const count = (value: number | null): string => (value === null ? '' : String(value));
const name: Cell = ({ mailbox }) => `${mailbox.firstName} ${mailbox.lastName}`.trim();
const firstName: Cell = ({ mailbox }) => mailbox.firstName;
const lastName: Cell = ({ mailbox }) => mailbox.lastName;
const email: Cell = ({ mailbox }) => mailbox.address;
const password: Cell = ({ mailbox }) => mailbox.smtp.password;
const smtpHost: Cell = ({ mailbox }) => mailbox.smtp.host;
const smtpPort: Cell = ({ mailbox }) => String(mailbox.smtp.port);
const smtpUser: Cell = ({ mailbox }) => mailbox.smtp.username;
const imapHost: Cell = ({ mailbox }) => mailbox.imap.host;
const imapPort: Cell = ({ mailbox }) => String(mailbox.imap.port);
const imapUser: Cell = ({ mailbox }) => mailbox.imap.username;
const imapPassword: Cell = ({ mailbox }) => mailbox.imap.password;
const dailyLimit: Cell = ({ tuning }) => count(tuning.dailyLimit);
const warmup: Cell = ({ tuning }) => String(tuning.warmup.enabled);
const warmupLimit: Cell = ({ tuning }) => count(tuning.warmup.dailyLimit);
const warmupIncrement: Cell = ({ tuning }) => count(tuning.warmup.increment);
const warmupReply: Cell = ({ tuning }) => count(tuning.warmup.replyPercent);
const yes: Cell = () => 'true';
const none: Cell = () => '';

const layouts: readonly Layout[] = [
  {
    key: 'generic',
    title: 'Generic',
    columns: [
      ['email', email],
      ['password', password],
      ['smtpHost', smtpHost],
      ['smtpPort', smtpPort],
      ['smtpTls', yes],
      ['imapHost', imapHost],
      ['imapPort', imapPort],
      ['imapTls', yes],
      ['fromName', name],
      ['dailyLimit', dailyLimit],
      ['warmupEnabled', warmup],
    ],
  },
  {
    key: 'instantly',
    title: 'Instantly',
    columns: [
      ['Email', email],
      ['First Name', firstName],
      ['Last Name', lastName],
      ['IMAP Username', imapUser],
      ['IMAP Password', imapPassword],
      ['IMAP Host', imapHost],
      ['IMAP Port', imapPort],
      ['SMTP Username', smtpUser],
      ['SMTP Password', password],
      ['SMTP Host', smtpHost],
      ['SMTP Port', smtpPort],
      ['Daily Limit', dailyLimit],
      ['Warmup Enabled', warmup],
      ['Warmup Limit', warmupLimit],
      ['Warmup Increment', warmupIncrement],
    ],
  },
  {
    key: 'smartlead',
    title: 'Smartlead',
    columns: [
      ['from_name', name],
      ['from_email', email],
      ['user_name', smtpUser],
      ['password', password],
      ['smtp_host', smtpHost],
      ['smtp_port', smtpPort],
      ['imap_host', imapHost],
      ['imap_port', imapPort],
      ['max_email_per_day', dailyLimit],
      ['warmup_enabled', warmup],
      ['total_warmup_per_day', warmupLimit],
      ['daily_rampup', warmupIncrement],
      ['reply_rate_percentage', warmupReply],
      ['imap_user_name', imapUser],
      ['imap_password', imapPassword],
    ],
  },
  {
    key: 'salesforge',
    title: 'Salesforge and Primeforge',
    columns: [
      ['address', email],
      ['firstName', firstName],
      ['lastName', lastName],
      ['imapHost', imapHost],
      ['imapUsername', imapUser],
      ['imapPassword', imapPassword],
      ['imapPort', imapPort],
      ['smtpHost', smtpHost],
      ['smtpUsername', smtpUser],
      ['smtpPassword', password],
      ['smtpPort', smtpPort],
      ['Signature', none],
      ['trackingDomain', none],
    ],
  },
  {
    key: 'woodpecker',
    title: 'Woodpecker',
    columns: [
      ['smtp_email', email],
      ['smtp_login', smtpUser],
      ['smtp_password', password],
      ['smtp_server', smtpHost],
      ['smtp_port', smtpPort],
      ['smtp_from_name', name],
      ['imap_email', email],
      ['imap_password', imapPassword],
      ['imap_server', imapHost],
      ['imap_port', imapPort],
      ['daily_sending_limit', dailyLimit],
    ],
  },
  {
    key: 'emailbison',
    title: 'EmailBison',
    columns: [
      ['name', name],
      ['email', email],
      ['password', password],
      ['imap_server', imapHost],
      ['imap_port', imapPort],
      ['smtp_server', smtpHost],
      ['smtp_port', smtpPort],
    ],
  },
];

export const sequencerFile: SequencerFile = {
  layouts: layouts.map(({ key, title }) => ({ key, title })),
  write: (key, rows) => {
    const layout = layouts.find((known) => known.key === key) ?? layouts[0]!;
    const header = layout.columns.map(([title]) => title);
    return writeCsv([header, ...rows.map((row) => layout.columns.map(([, cell]) => cell(row)))]);
  },
};
