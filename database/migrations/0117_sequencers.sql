-- Accounts of customers at sequencers, and the mailboxes that are handed to them.
create table sequencer (
  uid uuid primary key,
  team_uid uuid not null references team (uid),
  workspace_uid uuid not null references workspace (uid),
  name text not null,
  platform text not null,
  -- Whose account it is at the platform, where the platform or the customer says so.
  account text,
  credential_sealed text not null,
  -- Accounts with the same credential share the platform's limits.
  account_key text not null,
  hint text not null,
  -- The form of the file, for platforms that are files.
  layout text,
  daily_limit int check (daily_limit > 0),
  warmup_enabled boolean not null,
  warmup_limit int check (warmup_limit > 0),
  warmup_increment int check (warmup_increment >= 0),
  warmup_reply_percent int check (warmup_reply_percent between 0 and 100),
  tags text[] not null default '{}',
  auto_reconnect boolean not null,
  status text not null check (status in ('active', 'invalid', 'removing')),
  status_reason text,
  status_since timestamptz not null,
  checked_at timestamptz not null,
  -- When it is compared next with what was exported to it.
  reconcile_at timestamptz not null,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  unique (workspace_uid, platform, account_key)
);
create index sequencer_workspace on sequencer (workspace_uid, created_at, uid);
create index sequencer_reconcile on sequencer (reconcile_at) where status = 'active';

-- When an account at a platform may be called next, by all processes together.
create table sequencer_pace (
  account_key text primary key,
  next_call_at timestamptz not null,
  -- The platform asked to be left alone until then.
  hold_until timestamptz
);

create table sequencer_export (
  uid uuid primary key,
  team_uid uuid not null references team (uid),
  workspace_uid uuid not null references workspace (uid),
  sequencer_uid uuid not null references sequencer (uid) on delete cascade,
  mailbox_uid uuid not null references mailbox (uid),
  status text not null check (status in ('queued', 'processing', 'completed', 'failed', 'removing')),
  stage text not null check (stage in
    ('waiting', 'sign_in', 'find', 'upsert', 'connect', 'tune', 'clean_up', 'watch', 'file', 'remove')),
  stage_since timestamptz not null,
  -- Why it stands where it stands: our stable word, a sentence, and what the platform itself said.
  code text,
  message text,
  words text,
  -- What the platform calls the mailbox, and under which address it has it.
  target_id text,
  ticket text,
  target_address text,
  -- What the platform has of it under addresses it had before: {"address", "id"} each.
  leftovers jsonb not null default '[]',
  -- Of the present stage.
  attempts int not null default 0,
  -- How often it was begun anew by itself since it was last connected or asked for.
  restarts int not null default 0,
  -- Grows with every change of the mailbox: what was begun before is not what is wanted now.
  generation int not null default 0,
  -- Null while nothing is to be done.
  due_at timestamptz,
  leased_until timestamptz,
  leased_by uuid,
  connected_at timestamptz,
  checked_at timestamptz,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  unique (sequencer_uid, mailbox_uid)
);
create index sequencer_export_due on sequencer_export (due_at) where due_at is not null;
create index sequencer_export_mailbox on sequencer_export (mailbox_uid);
create index sequencer_export_workspace on sequencer_export (workspace_uid, created_at, uid);
create index sequencer_export_sequencer on sequencer_export (sequencer_uid, status);

-- Each comparison of an account with what was exported to it.
create table sequencer_check (
  uid uuid primary key,
  sequencer_uid uuid not null references sequencer (uid) on delete cascade,
  began_at timestamptz not null,
  ended_at timestamptz not null,
  -- Mailboxes of ours that the platform was to have, and of them those that it signs in to.
  expected int not null,
  connected int not null,
  missing int not null,
  disconnected int not null,
  repairs int not null,
  error text
);
create index sequencer_check_sequencer on sequencer_check (sequencer_uid, began_at desc);

-- How far events about mailboxes were followed; one row.
create table sequencer_follow (
  singleton boolean primary key default true check (singleton),
  position bigint not null
);
insert into sequencer_follow (position) select coalesce(max(position), 0) from event_position;

-- Where a mailbox is used, kept by whoever exports it, so that lists of mailboxes can be narrowed and show it.
alter table mailbox
  add column sequencer_uids uuid[] not null default '{}',
  add column sequencer_status text not null default 'na'
    check (sequencer_status in ('na', 'queued', 'pending', 'completed', 'failed'));
create index mailbox_sequencers on mailbox using gin (sequencer_uids) where sequencer_uids <> '{}';
