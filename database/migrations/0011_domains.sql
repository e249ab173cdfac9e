-- Domains a workspace bought or connected.
create table domain (
  uid uuid primary key,
  team_uid uuid not null references team (uid),
  workspace_uid uuid not null references workspace (uid),
  name text not null check (name = lower(name)),
  tld text not null,
  status text not null check (status in ('cart', 'registration_in_progress', 'dns_setup_pending',
    'waiting_for_dns_propagation', 'active', 'inactive', 'payment_failed', 'cancelled', 'deleted',
    'scheduled_for_deletion', 'expired_propagation')),
  status_reason text,
  status_since timestamptz not null,
  -- Where a registration in progress stands.
  registration_stage text not null default 'checking_availability'
    check (registration_stage in ('checking_availability', 'registering')),
  connection_type text not null check (connection_type in ('purchased', 'connected')),
  connection_mode text not null default 'nameserver',
  registration_years integer not null default 1 check (registration_years between 1 and 10),
  contact jsonb,
  price_micros bigint not null default 0,
  registration_id text,
  nameservers text[] not null default '{}',
  actual_nameservers text[] not null default '{}',
  dns_propagation_status text not null default 'pending',
  nameserver_match_status text not null default 'pending',
  last_nameserver_check timestamptz,
  renewal_date timestamptz,
  renewal_status text not null default 'na',
  dmarc_email text,
  catch_all_email text,
  forwarding_url text,
  created_at timestamptz not null,
  updated_at timestamptz not null
);
-- A name belongs to at most one live row of the whole installation.
create unique index domain_live_name on domain (name) where status not in ('cancelled', 'deleted', 'payment_failed');
create index domain_list on domain (workspace_uid, created_at desc, uid desc);
create index domain_status on domain (workspace_uid, status, created_at desc, uid desc);
create index domain_search on domain using gin (workspace_uid, name gin_trgm_ops);

-- How many rows a list has, kept as sums of small differences: writers only ever insert here, so two
-- transactions never wait for each other's counter. A job folds the differences together.
create table domain_count (
  workspace_uid uuid not null,
  status text not null,
  nameserver_match_status text not null,
  difference bigint not null
);
create index domain_count_workspace on domain_count (workspace_uid, status, nameserver_match_status)
  include (difference);

create function count_domains() returns trigger language plpgsql as $$
begin
  if tg_op <> 'INSERT' then
    insert into domain_count
      select workspace_uid, status, nameserver_match_status, -count(*) from old_rows group by 1, 2, 3;
  end if;
  if tg_op <> 'DELETE' then
    insert into domain_count
      select workspace_uid, status, nameserver_match_status, count(*) from new_rows group by 1, 2, 3;
  end if;
  return null;
end $$;
create trigger domain_counted_insert after insert on domain
  referencing new table as new_rows for each statement execute function count_domains();
create trigger domain_counted_update after update on domain
  referencing old table as old_rows new table as new_rows for each statement execute function count_domains();
create trigger domain_counted_delete after delete on domain
  referencing old table as old_rows for each statement execute function count_domains();
