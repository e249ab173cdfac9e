-- Accounts of zones at outside DNS hosts, opened with a credential of a customer's, and the domains whose zone lies in one.

create table provider_credential (
  uid uuid primary key,
  team_uid uuid not null references team (uid),
  workspace_uid uuid not null references workspace (uid),
  vendor text not null,
  kind text not null, -- which of the vendor's kinds of credential, as callers name it
  label text,
  sealed text not null, -- the values as JSON, sealed for `provider-credential:<uid>`
  fingerprint text not null, -- tells whether a credential is this one, and nothing else of it
  hint text not null, -- its last characters, for people
  accounts jsonb not null default '[]', -- [{id, name}]: the vendor's accounts it reached when it was last looked at
  status text not null check (status in ('active', 'invalid')),
  status_reason text,
  status_since timestamptz not null,
  checked_at timestamptz not null,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  unique (workspace_uid, vendor, fingerprint)
);
create index provider_credential_checked on provider_credential (checked_at);
create index provider_credential_accounts on provider_credential using gin (accounts jsonb_path_ops);

-- A vendor that keeps zones in accounts of their owners is reached with a credential; `tenant` is part of the mark by
-- which our records are told from the owner's, and stays the same when the credential is changed.
alter table provider_choice
  add column credential_uid uuid references provider_credential (uid),
  add column tenant text check (tenant ~ '^[0-9a-z]+$'),
  add constraint provider_choice_account check ((credential_uid is null) = (tenant is null));
create index provider_choice_credential on provider_choice (credential_uid) where credential_uid is not null;

alter table domain
  add column credential_uid uuid references provider_credential (uid), -- of the account its zone lies in
  add column zone_id text, -- the account's own id of the zone
  -- Who prepared the domain for mail when it was last set up; null before. Mailboxes wait until it is their host.
  add column mail_host text;
create index domain_credential on domain (credential_uid) where credential_uid is not null;
-- Until now there was one mailbox host.
update domain set mail_host = 'builtin' where status = 'active';

-- What the zone's owner keeps there besides our records, as last seen; null where zones are ours alone.
alter table dns_zone add column owners_records jsonb;
