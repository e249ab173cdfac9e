-- Mailboxes a workspace bought. Secrets are sealed; only the mailbox host's own hashes let anybody in.
create table mailbox (
  uid uuid primary key,
  team_uid uuid not null references team (uid),
  workspace_uid uuid not null references workspace (uid),
  domain_uid uuid not null references domain (uid),
  domain_name text not null,
  username text not null check (username = lower(username)),
  address text not null generated always as (username || '@' || domain_name) stored,
  first_name text not null,
  last_name text not null,
  platform text not null check (platform in ('GOOGLE', 'MICROSOFT', 'AZURE', 'SMTP')),
  status text not null check (status in ('pending', 'scheduled', 'processing', 'waiting_for_dns_propagation',
    'waiting_for_activation_email', 'activation_email_received', 'configuring_workspace', 'configuring_dns',
    'configuring_dkim', 'configuring_auth', 'finalizing_setup', 'active', 'inactive', 'suspended', 'failed',
    'renewal_failed', 'scheduled_for_cancellation', 'cancelled', 'archived', 'deleted')),
  status_reason text,
  status_since timestamptz not null,
  is_admin boolean not null default false,
  password_sealed text not null,
  app_password_sealed text not null,
  totp_secret_sealed text not null,
  forwarding_email text,
  profile_picture text,
  renewal_date timestamptz,
  renewal_cycle text not null default 'monthly',
  renewal_status text not null default 'na',
  prepaid_until timestamptz,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  search text generated always as
    (username || '@' || domain_name || ' ' || lower(first_name) || ' ' || lower(last_name)) stored
);
create unique index mailbox_live_address on mailbox (address) where status not in ('failed', 'cancelled', 'archived', 'deleted');
create index mailbox_list on mailbox (workspace_uid, created_at desc, uid desc);
create index mailbox_status on mailbox (workspace_uid, status, created_at desc, uid desc);
create index mailbox_domain_uid on mailbox (domain_uid);
create index mailbox_search on mailbox using gin (workspace_uid, search gin_trgm_ops);

create table mailbox_count (
  workspace_uid uuid not null,
  platform text not null,
  status text not null,
  difference bigint not null
);
create index mailbox_count_workspace on mailbox_count (workspace_uid, status, platform) include (difference);

create function count_mailboxes() returns trigger language plpgsql as $$
begin
  if tg_op <> 'INSERT' then
    insert into mailbox_count select workspace_uid, platform, status, -count(*) from old_rows group by 1, 2, 3;
  end if;
  if tg_op <> 'DELETE' then
    insert into mailbox_count select workspace_uid, platform, status, count(*) from new_rows group by 1, 2, 3;
  end if;
  return null;
end $$;
create trigger mailbox_counted_insert after insert on mailbox
  referencing new table as new_rows for each statement execute function count_mailboxes();
create trigger mailbox_counted_update after update on mailbox
  referencing old table as old_rows new table as new_rows for each statement execute function count_mailboxes();
create trigger mailbox_counted_delete after delete on mailbox
  referencing old table as old_rows for each statement execute function count_mailboxes();
