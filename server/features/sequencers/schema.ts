// The shapes that several sequencer endpoints share.
import { z } from 'zod';
import type { CredentialValues } from '../../../providers/contracts/credential.ts';
import type { SequencerPlatform, SequencerTuning } from '../../../providers/contracts/sequencer.ts';
import { orAbsent } from '../../http/absent.ts';
import { oneLine } from '../../http/one-line.ts';
import { credentialIncomplete } from './errors.ts';
import {
  type ExportStatus,
  exportCodes,
  exportStages,
  exportStatuses,
  type SequencerExport,
} from './export.ts';
import { type SequencerAccount, sequencerStatuses } from './sequencer.ts';

export const sequencerName = z
  .string()
  .trim()
  .min(1)
  .max(100)
  .regex(oneLine, { error: 'name must not contain line breaks, control or text direction characters' });

const secret = z.string().trim().min(1).max(2_000);

/** Every value that some platform wants; which of them one wants is in its manifest. */
const credentialNames = [
  'api_key',
  'api_user',
  'api_secret',
  'workspace',
  'instance',
  'warmup_api_key',
] as const;

const count = (what: string, most: number) => orAbsent(z.int().min(1).max(most)).meta({ description: what });

/** What add and update take. */
export const sequencerWishes = {
  api_key: orAbsent(secret).meta({ example: 'sk_north_peak_0123456789' }),
  api_user: orAbsent(secret).meta({ description: 'For platforms that know a user beside the secret' }),
  api_secret: orAbsent(secret),
  workspace: orAbsent(secret).meta({ description: 'The workspace at the platform' }),
  instance: orAbsent(z.url({ protocol: /^https?$/ }).max(500)).meta({
    description: 'Address of the API, for platforms that have one for each customer',
  }),
  warmup_api_key: orAbsent(secret).meta({
    description: 'Key of the platform’s separate warm-up program',
  }),
  layout: orAbsent(z.string().trim().max(50)).meta({
    description: 'Form of the file, for the platform `csv`',
  }),
  sequencer_login: orAbsent(z.string().trim().max(320)).meta({
    description: 'Whose account it is; shown as `sequencer_email`. Nobody signs in with it.',
  }),
  sequencer_password: orAbsent(z.string().max(500)).meta({
    description: 'Taken because clients send it, and thrown away: mailboxes are handed over by key',
  }),
  daily_limit: count('Messages a day from each mailbox', 1_200),
  enable_warmup: orAbsent(z.boolean()),
  warmup_limit: count('Warm-up messages a day', 500),
  warmup_increment: orAbsent(
    z
      .union([z.string(), z.int()])
      .transform((value) => (value === 'disabled' ? 0 : Number(value)))
      .pipe(z.int().min(0).max(100)),
  ).meta({
    description: 'By how many warm-up messages a day it grows; `disabled` or 0: not at all',
    type: 'string',
  }),
  warmup_replyrate: orAbsent(z.int().min(0).max(100)).meta({ description: 'Percent' }),
  tags: orAbsent(z.array(z.string().trim().min(1).max(50)).max(20)),
  auto_reconnect_mailboxes: orAbsent(z.boolean()).meta({
    description: 'Whether mailboxes that drop out are connected again by themselves',
  }),
};

export type SentWishes = z.output<z.ZodObject<typeof sequencerWishes>>;

/** The credential among the fields that were sent; null when there is none. @throws ApiError sequencer_credential_incomplete */
export const credentialIn = (sent: SentWishes, platform: SequencerPlatform): CredentialValues | null => {
  const given = Object.fromEntries(
    credentialNames.flatMap((name) => (sent[name] === undefined ? [] : [[name, sent[name]]])),
  ) as Record<string, string>;
  if (Object.keys(given).length === 0 && platform.credentials.some(({ required }) => required)) return null;
  const known = new Set(platform.credentials.map(({ name }) => name));
  const missing = platform.credentials
    .filter(({ name, required }) => required && given[name] === undefined)
    .map(({ name }) => name);
  const unknown = Object.keys(given).filter((name) => !known.has(name));
  if (missing.length > 0 || unknown.length > 0) throw incomplete(platform, missing, unknown);
  return given;
};

export const incomplete = (platform: SequencerPlatform, missing: string[], unknown: string[] = []) => {
  const said = [
    missing.length > 0 ? `needs ${missing.join(', ')}` : '',
    unknown.length > 0 ? `knows no ${unknown.join(', ')}` : '',
  ].filter((part) => part !== '');
  return credentialIncomplete(`${platform.title} ${said.join(' and ')}`, { missing, unknown });
};

/** The end of the secret, and nothing more of it. */
export const hintOf = (values: CredentialValues): string => {
  const shown = values.api_key ?? values.api_secret ?? '';
  return shown.length >= 12 ? `…${shown.slice(-4)}` : '…';
};

export const tuningOf = (sent: SentWishes, before: SequencerTuning): SequencerTuning => ({
  dailyLimit: sent.daily_limit ?? before.dailyLimit,
  warmup: {
    enabled: sent.enable_warmup ?? before.warmup.enabled,
    dailyLimit: sent.warmup_limit ?? before.warmup.dailyLimit,
    increment: sent.warmup_increment ?? before.warmup.increment,
    replyPercent: sent.warmup_replyrate ?? before.warmup.replyPercent,
  },
});

export const noTuning: SequencerTuning = {
  dailyLimit: null,
  warmup: { enabled: false, dailyLimit: null, increment: null, replyPercent: null },
};

export const sequencerShape = z
  .object({
    uid: z.uuid(),
    id: z.uuid(),
    name: z.string(),
    platform: z.string(),
    status: z.enum(sequencerStatuses).meta({
      description: '`invalid`: the platform no longer lets anybody in; update the credential',
    }),
    status_reason: z.string().nullable(),
    status_since: z.iso.datetime(),
    sequencer_email: z.string().nullable(),
    hint: z.string().meta({ description: 'The end of the secret; nothing more of it is ever shown' }),
    layout: z.string().nullable(),
    daily_limit: z.int().nullable(),
    enable_warmup: z.boolean(),
    warmup_limit: z.int().nullable(),
    warmup_increment: z.string().nullable(),
    warmup_replyrate: z.int().nullable(),
    tags: z.array(z.string()),
    auto_reconnect_mailboxes: z.boolean(),
    exports: z.record(z.enum(exportStatuses), z.int()).meta({ description: 'How many stand how' }),
    last_checked_at: z.iso.datetime(),
    next_check_at: z.iso.datetime(),
    created_at: z.iso.datetime(),
    updated_at: z.iso.datetime(),
  })
  .meta({ id: 'Sequencer' });

const none = { queued: 0, processing: 0, completed: 0, failed: 0, removing: 0 };

export const sequencerRow = (
  account: SequencerAccount,
  exports: Record<ExportStatus, number> | undefined,
) => ({
  uid: account.uid,
  id: account.uid,
  name: account.name,
  platform: account.platform,
  status: account.status,
  status_reason: account.statusReason,
  status_since: account.statusSince.toISOString(),
  sequencer_email: account.account,
  hint: account.hint,
  layout: account.layout,
  daily_limit: account.tuning.dailyLimit,
  enable_warmup: account.tuning.warmup.enabled,
  warmup_limit: account.tuning.warmup.dailyLimit,
  warmup_increment: account.tuning.warmup.increment === null ? null : String(account.tuning.warmup.increment),
  warmup_replyrate: account.tuning.warmup.replyPercent,
  tags: account.tags,
  auto_reconnect_mailboxes: account.autoReconnect,
  exports: exports ?? none,
  last_checked_at: account.checkedAt.toISOString(),
  next_check_at: account.reconcileAt.toISOString(),
  created_at: account.createdAt.toISOString(),
  updated_at: account.updatedAt.toISOString(),
});

export const exportShape = z
  .object({
    uid: z.uuid(),
    id: z.uuid(),
    mailbox_uid: z.uuid(),
    mailbox_email: z.string(),
    sequencer_uid: z.uuid(),
    status: z.enum(exportStatuses).meta({
      description: '`completed`: the sequencer itself says that it is connected',
    }),
    stage: z.enum(exportStages),
    code: z.enum(exportCodes).nullable().meta({ description: 'Why it stands where it stands' }),
    error_message: z.string().nullable(),
    target_words: z.string().nullable().meta({ description: 'What the sequencer said, in its own words' }),
    target_id: z.string().nullable().meta({ description: 'What the sequencer calls the mailbox' }),
    attempts: z.int(),
    next_attempt_at: z.iso.datetime().nullable(),
    connected_at: z.iso.datetime().nullable(),
    last_seen_at: z.iso.datetime().nullable().meta({
      description: 'When the sequencer last said that it is connected',
    }),
    created_at: z.iso.datetime(),
    updated_at: z.iso.datetime(),
  })
  .meta({ id: 'SequencerExport' });

export const exportRow = (row: SequencerExport, email: string) => ({
  uid: row.uid,
  id: row.uid,
  mailbox_uid: row.mailboxUid,
  mailbox_email: email,
  sequencer_uid: row.sequencerUid,
  status: row.status,
  stage: row.stage,
  code: row.code,
  error_message: row.message,
  target_words: row.words,
  target_id: row.targetId,
  attempts: row.attempts,
  next_attempt_at: row.dueAt?.toISOString() ?? null,
  connected_at: row.connectedAt?.toISOString() ?? null,
  last_seen_at: row.checkedAt?.toISOString() ?? null,
  created_at: row.createdAt.toISOString(),
  updated_at: row.updatedAt.toISOString(),
});

/** Lists of the reference API that go by `offset`; `page` works as everywhere. */
export const offsetField = {
  offset: z
    .int()
    .min(0)
    .max(1_000_000)
    .optional()
    .meta({ description: 'In place of `page`: rows to leave out' }),
};

export const mailboxUids = z.array(z.uuid()).min(1).max(500);
