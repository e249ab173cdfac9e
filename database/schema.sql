-- Generated from the migrations by `node database/generate.ts`. Not for editing, not for running.

create extension btree_gin;
create extension pg_trgm;

CREATE OR REPLACE FUNCTION public.audit_checkpoint_is_true()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  if not exists (
    select from audit_link link
    where link.team_uid = new.team_uid and link.position = new.position and link.sha256 = new.sha256
  ) then
    raise exception 'the chain has no such link' using errcode = 'restrict_violation';
  end if;
  return new;
end $function$;

CREATE OR REPLACE FUNCTION public.audit_keep()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  if not exists (
    select from audit_link link join audit_checkpoint checkpoint
      on checkpoint.team_uid = link.team_uid and link.position <= checkpoint.position
    where link.seq = old.seq
  ) then
    raise exception 'rows of % are kept until a checkpoint covers them', tg_table_name
      using errcode = 'restrict_violation';
  end if;
  return old;
end $function$;

CREATE OR REPLACE FUNCTION public.audit_wait_for_place()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  insert into audit_unplaced (seq) select seq from written;
  return null;
end $function$;

CREATE OR REPLACE FUNCTION public.check_ledger_balance()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
declare
  checked uuid;
  total bigint;
  entries integer;
begin
  if tg_table_name = 'ledger_entry' then checked := new.transaction_uid; else checked := new.uid; end if;
  select coalesce(sum(amount_micros), 0), count(*) into total, entries
    from ledger_entry where transaction_uid = checked;
  if total <> 0 or entries < 2 then
    raise exception 'ledger transaction % does not balance: % entries, sum %', checked, entries, total
      using errcode = 'check_violation';
  end if;
  return null;
end $function$;

CREATE OR REPLACE FUNCTION public.count_domains()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  if tg_op = 'INSERT' then
    insert into domain_count
      select workspace_uid, status, nameserver_match_status, count(*) from new_rows group by 1, 2, 3;
  elsif tg_op = 'DELETE' then
    insert into domain_count
      select workspace_uid, status, nameserver_match_status, -count(*) from old_rows group by 1, 2, 3;
  else
    insert into domain_count
      select workspace_uid, status, nameserver_match_status, sum(difference) from (
        select workspace_uid, status, nameserver_match_status, 1 as difference from new_rows
        union all
        select workspace_uid, status, nameserver_match_status, -1 from old_rows
      ) moved group by 1, 2, 3 having sum(difference) <> 0;
  end if;
  return null;
end $function$;

CREATE OR REPLACE FUNCTION public.count_mailboxes()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  if tg_op = 'INSERT' then
    insert into mailbox_count select workspace_uid, platform, status, count(*) from new_rows group by 1, 2, 3;
  elsif tg_op = 'DELETE' then
    insert into mailbox_count select workspace_uid, platform, status, -count(*) from old_rows group by 1, 2, 3;
  else
    insert into mailbox_count
      select workspace_uid, platform, status, sum(difference) from (
        select workspace_uid, platform, status, 1 as difference from new_rows
        union all
        select workspace_uid, platform, status, -1 from old_rows
      ) moved group by 1, 2, 3 having sum(difference) <> 0;
  end if;
  return null;
end $function$;

CREATE OR REPLACE FUNCTION public.event_wait_for_place()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  insert into event_unplaced (seq) select seq from written;
  return null;
end $function$;

CREATE OR REPLACE FUNCTION public.forbid_change()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  raise exception 'rows of % are never changed or removed', tg_table_name using errcode = 'restrict_violation';
end $function$;

CREATE OR REPLACE FUNCTION public.notify_workflow_start()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  perform pg_notify('workflow_start', '');
  return null;
end $function$;

create table public.api_key (
  uid uuid not null,
  team_uid uuid not null,
  name text not null,
  token_sha256 bytea not null,
  created_at timestamp with time zone not null,
  expires_at timestamp with time zone,
  revoked_at timestamp with time zone,
  last_used_at timestamp with time zone,
  operator boolean default false not null,
  scopes text[] default '{read,write,purchase,secrets,admin}'::text[] not null,
  workspace_uids uuid[],
  allowed_networks cidr[],
  replaced_by uuid,
  last_used_from inet,
  domain_uids uuid[],
  constraint api_key_domains CHECK (((domain_uids IS NULL) OR ((cardinality(domain_uids) > 0) AND (workspace_uids IS NOT NULL)))),
  constraint api_key_networks CHECK (((allowed_networks IS NULL) OR (cardinality(allowed_networks) > 0))),
  constraint api_key_pkey PRIMARY KEY (uid),
  constraint api_key_replaced_by_fkey FOREIGN KEY (replaced_by) REFERENCES api_key(uid),
  constraint api_key_scopes CHECK (((scopes <@ ARRAY['read'::text, 'write'::text, 'purchase'::text, 'secrets'::text, 'admin'::text]) AND (cardinality(scopes) > 0))),
  constraint api_key_team_uid_fkey FOREIGN KEY (team_uid) REFERENCES team(uid),
  constraint api_key_token_sha256_key UNIQUE (token_sha256),
  constraint api_key_workspaces CHECK (((workspace_uids IS NULL) OR (cardinality(workspace_uids) > 0)))
);
CREATE INDEX api_key_list ON public.api_key USING btree (team_uid, created_at, uid);
CREATE INDEX api_key_team ON public.api_key USING btree (team_uid);

create table public.audit_checkpoint (
  team_uid uuid not null,
  "position" bigint not null,
  sha256 bytea not null,
  made_at timestamp with time zone not null,
  constraint audit_checkpoint_pkey PRIMARY KEY (team_uid, "position"),
  constraint audit_checkpoint_team_uid_fkey FOREIGN KEY (team_uid) REFERENCES team(uid)
);
CREATE TRIGGER audit_checkpoint_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON public.audit_checkpoint FOR EACH STATEMENT EXECUTE FUNCTION forbid_change();
CREATE TRIGGER audit_checkpoint_is_true BEFORE INSERT ON public.audit_checkpoint FOR EACH ROW EXECUTE FUNCTION audit_checkpoint_is_true();

create table public.audit_entry (
  seq bigint generated always as identity not null,
  uid uuid not null,
  team_uid uuid not null,
  workspace_uid uuid,
  occurred_at timestamp with time zone not null,
  operation text not null,
  outcome text not null,
  status integer not null,
  code text,
  actor_type text not null,
  actor_uid uuid,
  session_uid uuid,
  address text,
  user_agent text,
  request_id text,
  targets uuid[] not null,
  input jsonb not null,
  changes jsonb not null,
  change_count integer not null,
  constraint audit_entry_actor CHECK (((actor_uid IS NULL) = (actor_type = ANY (ARRAY['system'::text, 'visitor'::text])))),
  constraint audit_entry_actor_type CHECK ((actor_type = ANY (ARRAY['api_key'::text, 'person'::text, 'system'::text, 'visitor'::text]))),
  constraint audit_entry_outcome_check CHECK ((outcome = ANY (ARRAY['done'::text, 'refused'::text, 'failed'::text]))),
  constraint audit_entry_pkey PRIMARY KEY (seq),
  constraint audit_entry_team_uid_fkey FOREIGN KEY (team_uid) REFERENCES team(uid),
  constraint audit_entry_uid_key UNIQUE (uid)
);
CREATE INDEX audit_entry_actor ON public.audit_entry USING btree (actor_uid, seq);
CREATE INDEX audit_entry_targets ON public.audit_entry USING gin (targets);
CREATE INDEX audit_entry_team ON public.audit_entry USING btree (team_uid, occurred_at);
CREATE TRIGGER audit_entry_keep BEFORE DELETE ON public.audit_entry FOR EACH ROW EXECUTE FUNCTION audit_keep();
CREATE TRIGGER audit_entry_no_change BEFORE UPDATE OR TRUNCATE ON public.audit_entry FOR EACH STATEMENT EXECUTE FUNCTION forbid_change();
CREATE TRIGGER audit_wait_for_place AFTER INSERT ON public.audit_entry REFERENCING NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION audit_wait_for_place();

create table public.audit_link (
  team_uid uuid not null,
  "position" bigint not null,
  seq bigint not null,
  previous_sha256 bytea not null,
  sha256 bytea not null,
  placed_at timestamp with time zone not null,
  constraint audit_link_pkey PRIMARY KEY (team_uid, "position"),
  constraint audit_link_position_check CHECK (("position" > 0)),
  constraint audit_link_seq_fkey FOREIGN KEY (seq) REFERENCES audit_entry(seq) ON DELETE CASCADE,
  constraint audit_link_seq_key UNIQUE (seq),
  constraint audit_link_team_uid_fkey FOREIGN KEY (team_uid) REFERENCES team(uid)
);
CREATE TRIGGER audit_link_keep BEFORE DELETE ON public.audit_link FOR EACH ROW EXECUTE FUNCTION audit_keep();
CREATE TRIGGER audit_link_no_change BEFORE UPDATE OR TRUNCATE ON public.audit_link FOR EACH STATEMENT EXECUTE FUNCTION forbid_change();

create table public.audit_unplaced (
  seq bigint not null,
  constraint audit_unplaced_pkey PRIMARY KEY (seq),
  constraint audit_unplaced_seq_fkey FOREIGN KEY (seq) REFERENCES audit_entry(seq)
);

create table public.charge (
  uid uuid not null,
  team_uid uuid not null,
  workspace_uid uuid,
  subject_type text not null,
  subject_uid uuid not null,
  purpose text not null,
  description text not null,
  amount_micros bigint not null,
  paid_with text not null,
  price_version integer not null,
  status text not null,
  created_at timestamp with time zone not null,
  updated_at timestamp with time zone not null,
  seat_freed_at timestamp with time zone,
  key_uid uuid,
  constraint charge_amount_micros_check CHECK ((amount_micros >= 0)),
  constraint charge_check CHECK (((paid_with = 'wallet'::text) OR (amount_micros = 0))),
  constraint charge_check1 CHECK (((seat_freed_at IS NULL) OR (paid_with = 'included_seat'::text))),
  constraint charge_paid_with_check CHECK ((paid_with = ANY (ARRAY['wallet'::text, 'included_seat'::text]))),
  constraint charge_pkey PRIMARY KEY (uid),
  constraint charge_price_version_fkey FOREIGN KEY (price_version) REFERENCES price_book(version),
  constraint charge_status_check CHECK ((status = ANY (ARRAY['reserved'::text, 'captured'::text, 'released'::text, 'refunded'::text]))),
  constraint charge_subject_type_check CHECK ((subject_type = ANY (ARRAY['domain'::text, 'domain_renewal'::text, 'mailbox'::text, 'mailbox_term'::text, 'subscription'::text, 'warmup'::text, 'prewarm_domain'::text]))),
  constraint charge_subject_type_subject_uid_purpose_key UNIQUE (subject_type, subject_uid, purpose),
  constraint charge_team_uid_fkey FOREIGN KEY (team_uid) REFERENCES team(uid)
);
CREATE INDEX charge_seats ON public.charge USING btree (team_uid) WHERE ((paid_with = 'included_seat'::text) AND (status = ANY (ARRAY['reserved'::text, 'captured'::text])) AND (seat_freed_at IS NULL));
CREATE INDEX charge_spent ON public.charge USING btree (team_uid, created_at);

create table public.client_id_request (
  uid uuid not null,
  team_uid uuid not null,
  workspace_uid uuid not null,
  client_id text not null,
  domain_name text not null,
  mailbox_uid uuid not null,
  status text not null,
  status_text text not null,
  status_reason text,
  created_at timestamp with time zone not null,
  completed_at timestamp with time zone,
  constraint client_id_request_mailbox_uid_fkey FOREIGN KEY (mailbox_uid) REFERENCES mailbox(uid),
  constraint client_id_request_pkey PRIMARY KEY (uid),
  constraint client_id_request_status_check CHECK ((status = ANY (ARRAY['queued'::text, 'pending'::text, 'processing'::text, 'completed'::text, 'failed'::text, 'errored'::text, 'cancelled'::text]))),
  constraint client_id_request_team_uid_fkey FOREIGN KEY (team_uid) REFERENCES team(uid),
  constraint client_id_request_workspace_uid_fkey FOREIGN KEY (workspace_uid) REFERENCES workspace(uid)
);
CREATE INDEX client_id_request_page ON public.client_id_request USING btree (workspace_uid, created_at DESC, uid DESC);

create table public.consent_evidence (
  uid uuid not null,
  request_uid uuid not null,
  attempt integer not null,
  step text not null,
  url text not null,
  title text not null,
  screenshot bytea,
  seen_at timestamp with time zone not null,
  constraint consent_evidence_pkey PRIMARY KEY (uid),
  constraint consent_evidence_request_uid_fkey FOREIGN KEY (request_uid) REFERENCES consent_request(uid) ON DELETE CASCADE
);
CREATE INDEX consent_evidence_request ON public.consent_evidence USING btree (request_uid, seen_at, uid);
CREATE INDEX consent_evidence_seen_at ON public.consent_evidence USING btree (seen_at);

create table public.consent_request (
  uid uuid not null,
  team_uid uuid not null,
  workspace_uid uuid not null,
  mailbox_uid uuid not null,
  mailbox_email text not null,
  client_id text not null,
  consent_url text not null,
  request_data jsonb default '{}'::jsonb not null,
  vendor text not null,
  client_id_request_uid uuid,
  status text not null,
  status_text text not null,
  status_reason text,
  reason_code text,
  attempts integer default 0 not null,
  due_at timestamp with time zone,
  leased_by uuid,
  leased_until timestamp with time zone,
  created_at timestamp with time zone not null,
  updated_at timestamp with time zone not null,
  completed_at timestamp with time zone,
  constraint consent_request_check CHECK (((status = ANY (ARRAY['completed'::text, 'failed'::text, 'errored'::text, 'cancelled'::text])) = (completed_at IS NOT NULL))),
  constraint consent_request_client_id_request_uid_fkey FOREIGN KEY (client_id_request_uid) REFERENCES client_id_request(uid),
  constraint consent_request_mailbox_uid_fkey FOREIGN KEY (mailbox_uid) REFERENCES mailbox(uid),
  constraint consent_request_pkey PRIMARY KEY (uid),
  constraint consent_request_status_check CHECK ((status = ANY (ARRAY['queued'::text, 'pending'::text, 'processing'::text, 'completed'::text, 'failed'::text, 'errored'::text, 'cancelled'::text]))),
  constraint consent_request_team_uid_fkey FOREIGN KEY (team_uid) REFERENCES team(uid),
  constraint consent_request_workspace_uid_fkey FOREIGN KEY (workspace_uid) REFERENCES workspace(uid)
);
CREATE INDEX consent_request_busy ON public.consent_request USING btree (mailbox_uid) WHERE (status = 'processing'::text);
CREATE INDEX consent_request_due ON public.consent_request USING btree (due_at) WHERE (due_at IS NOT NULL);
CREATE INDEX consent_request_page ON public.consent_request USING btree (workspace_uid, created_at DESC, uid DESC);

create table public.dkim_key_stock (
  id uuid not null,
  private_key_sealed text not null,
  created_at timestamp with time zone not null,
  constraint dkim_key_stock_pkey PRIMARY KEY (id)
);

create table public.dns_record (
  uid uuid not null,
  domain_uid uuid not null,
  host text not null,
  type text not null,
  value text not null,
  priority integer,
  ttl_s integer default 3600 not null,
  purpose text default 'custom'::text not null,
  created_at timestamp with time zone not null,
  updated_at timestamp with time zone not null,
  version integer default 0 not null,
  edited_at timestamp with time zone,
  constraint dns_record_domain_uid_fkey FOREIGN KEY (domain_uid) REFERENCES dns_zone(domain_uid) ON DELETE CASCADE,
  constraint dns_record_pkey PRIMARY KEY (uid)
);
CREATE UNIQUE INDEX dns_record_once ON public.dns_record USING btree (domain_uid, host, type, md5(value), COALESCE(priority, '-1'::integer));

create table public.dns_version (
  domain_uid uuid not null,
  version integer not null,
  created_at timestamp with time zone not null,
  actor_type text not null,
  actor_id text not null,
  cause text not null,
  reason text not null,
  changes jsonb not null,
  records jsonb not null,
  constraint dns_version_actor_type_check CHECK ((actor_type = ANY (ARRAY['api_key'::text, 'person'::text, 'workflow'::text]))),
  constraint dns_version_domain_uid_fkey FOREIGN KEY (domain_uid) REFERENCES dns_zone(domain_uid) ON DELETE CASCADE,
  constraint dns_version_pkey PRIMARY KEY (domain_uid, version),
  constraint dns_version_version_check CHECK ((version > 0))
);

create table public.dns_zone (
  domain_uid uuid not null,
  workspace_uid uuid not null,
  name text not null,
  created_at timestamp with time zone not null,
  updated_at timestamp with time zone not null,
  published_at timestamp with time zone,
  version integer default 0 not null,
  published_version integer default 0 not null,
  publish_error text,
  managed jsonb default '[]'::jsonb not null,
  dkim_rotation jsonb,
  owners_records jsonb,
  constraint dns_zone_pkey PRIMARY KEY (domain_uid),
  constraint dns_zone_version_check CHECK ((version >= 0)),
  constraint dns_zone_workspace_uid_fkey FOREIGN KEY (workspace_uid) REFERENCES workspace(uid)
);
CREATE INDEX dns_zone_name ON public.dns_zone USING btree (name);

create table public.domain (
  uid uuid not null,
  team_uid uuid not null,
  workspace_uid uuid not null,
  name text not null,
  tld text not null,
  status text not null,
  status_reason text,
  status_since timestamp with time zone not null,
  registration_stage text default 'checking_availability'::text not null,
  connection_type text not null,
  connection_mode text default 'nameserver'::text not null,
  registration_years integer default 1 not null,
  contact jsonb,
  price_micros bigint default 0 not null,
  registration_id text,
  nameservers text[] default '{}'::text[] not null,
  actual_nameservers text[] default '{}'::text[] not null,
  dns_propagation_status text default 'pending'::text not null,
  nameserver_match_status text default 'pending'::text not null,
  last_nameserver_check timestamp with time zone,
  renewal_date timestamp with time zone,
  renewal_status text default 'na'::text not null,
  dmarc_email text,
  catch_all_email text,
  forwarding_url text,
  created_at timestamp with time zone not null,
  updated_at timestamp with time zone not null,
  set_up_run integer default 1 not null,
  registration_stage_since timestamp with time zone not null,
  delegated_at timestamp with time zone,
  runs integer default 0 not null,
  dmarc_policy text default 'none'::text not null,
  email_forwarding text,
  forwarding_permanent boolean default false not null,
  forwarding_keep_path boolean default false not null,
  credential_uid uuid,
  zone_id text,
  mail_platform text,
  renewal_due_at timestamp with time zone,
  reminded_at timestamp with time zone,
  unpaid_since timestamp with time zone,
  next_try_at timestamp with time zone,
  expired_since timestamp with time zone,
  constraint domain_connection_type_check CHECK ((connection_type = ANY (ARRAY['purchased'::text, 'connected'::text]))),
  constraint domain_credential_uid_fkey FOREIGN KEY (credential_uid) REFERENCES provider_credential(uid),
  constraint domain_dmarc_policy_check CHECK ((dmarc_policy = ANY (ARRAY['none'::text, 'quarantine'::text, 'reject'::text]))),
  constraint domain_mail_platform_check CHECK ((mail_platform = ANY (ARRAY['GOOGLE'::text, 'MICROSOFT'::text, 'AZURE'::text, 'SMTP'::text]))),
  constraint domain_name_check CHECK ((name = lower(name))),
  constraint domain_pkey PRIMARY KEY (uid),
  constraint domain_registration_stage_check CHECK ((registration_stage = ANY (ARRAY['checking_availability'::text, 'registering'::text]))),
  constraint domain_registration_years_check CHECK (((registration_years >= 1) AND (registration_years <= 10))),
  constraint domain_runs_check CHECK ((runs >= 0)),
  constraint domain_status_check CHECK ((status = ANY (ARRAY['cart'::text, 'registration_in_progress'::text, 'dns_setup_pending'::text, 'waiting_for_dns_propagation'::text, 'active'::text, 'inactive'::text, 'payment_failed'::text, 'cancelled'::text, 'deleted'::text, 'scheduled_for_deletion'::text, 'expired_propagation'::text]))),
  constraint domain_team_uid_fkey FOREIGN KEY (team_uid) REFERENCES team(uid),
  constraint domain_workspace_uid_fkey FOREIGN KEY (workspace_uid) REFERENCES workspace(uid)
);
CREATE INDEX domain_credential ON public.domain USING btree (credential_uid) WHERE (credential_uid IS NOT NULL);
CREATE INDEX domain_inactive ON public.domain USING btree (status_since) WHERE (status = 'inactive'::text);
CREATE INDEX domain_list ON public.domain USING btree (workspace_uid, created_at DESC, uid DESC);
CREATE UNIQUE INDEX domain_live_name ON public.domain USING btree (name) WHERE (status <> ALL (ARRAY['cancelled'::text, 'deleted'::text, 'payment_failed'::text, 'expired_propagation'::text]));
CREATE INDEX domain_name ON public.domain USING btree (name);
CREATE INDEX domain_renewal_due ON public.domain USING btree (renewal_due_at) WHERE (renewal_due_at IS NOT NULL);
CREATE INDEX domain_search ON public.domain USING gin (workspace_uid, name gin_trgm_ops);
CREATE INDEX domain_status ON public.domain USING btree (workspace_uid, status, created_at DESC, uid DESC);
CREATE TRIGGER domain_counted_delete AFTER DELETE ON public.domain REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION count_domains();
CREATE TRIGGER domain_counted_insert AFTER INSERT ON public.domain REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION count_domains();
CREATE TRIGGER domain_counted_update AFTER UPDATE ON public.domain REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION count_domains();

create table public.domain_checkout (
  domain_uid uuid not null,
  payment_uid uuid not null,
  price_version integer not null,
  key_uid uuid,
  constraint domain_checkout_domain_uid_fkey FOREIGN KEY (domain_uid) REFERENCES domain(uid),
  constraint domain_checkout_pkey PRIMARY KEY (domain_uid)
);
CREATE INDEX domain_checkout_payment ON public.domain_checkout USING btree (payment_uid);

create table public.domain_count (
  workspace_uid uuid not null,
  status text not null,
  nameserver_match_status text not null,
  difference bigint not null
);
CREATE INDEX domain_count_workspace ON public.domain_count USING btree (workspace_uid, status, nameserver_match_status) INCLUDE (difference);

create table public.domain_renewal (
  uid uuid not null,
  domain_uid uuid not null,
  team_uid uuid not null,
  workspace_uid uuid not null,
  years integer not null,
  price_micros bigint not null,
  status text not null,
  failure_reason text,
  expires_before timestamp with time zone not null,
  expires_after timestamp with time zone,
  requested_at timestamp with time zone not null,
  finished_at timestamp with time zone,
  constraint domain_renewal_domain_uid_fkey FOREIGN KEY (domain_uid) REFERENCES domain(uid),
  constraint domain_renewal_pkey PRIMARY KEY (uid),
  constraint domain_renewal_price_micros_check CHECK ((price_micros >= 0)),
  constraint domain_renewal_status_check CHECK ((status = ANY (ARRAY['pending'::text, 'completed'::text, 'failed'::text]))),
  constraint domain_renewal_team_uid_fkey FOREIGN KEY (team_uid) REFERENCES team(uid),
  constraint domain_renewal_workspace_uid_fkey FOREIGN KEY (workspace_uid) REFERENCES workspace(uid),
  constraint domain_renewal_years_check CHECK (((years >= 1) AND (years <= 10)))
);
CREATE INDEX domain_renewal_latest ON public.domain_renewal USING btree (domain_uid, requested_at DESC, uid DESC);
CREATE UNIQUE INDEX domain_renewal_pending ON public.domain_renewal USING btree (domain_uid) WHERE (status = 'pending'::text);

create table public.domain_tag (
  domain_uid uuid not null,
  tag_uid uuid not null,
  constraint domain_tag_domain_uid_fkey FOREIGN KEY (domain_uid) REFERENCES domain(uid),
  constraint domain_tag_pkey PRIMARY KEY (domain_uid, tag_uid),
  constraint domain_tag_tag_uid_fkey FOREIGN KEY (tag_uid) REFERENCES tag(uid) ON DELETE CASCADE
);
CREATE INDEX domain_tag_tag ON public.domain_tag USING btree (tag_uid);

create table public.event (
  seq bigint generated always as identity not null,
  uid uuid not null,
  team_uid uuid not null,
  workspace_uid uuid,
  type text not null,
  subject_type text not null,
  subject_uid uuid not null,
  data jsonb not null,
  occurred_at timestamp with time zone not null,
  constraint event_pkey PRIMARY KEY (seq),
  constraint event_team_uid_fkey FOREIGN KEY (team_uid) REFERENCES team(uid),
  constraint event_uid_key UNIQUE (uid)
);
CREATE INDEX event_subject ON public.event USING btree (subject_uid, seq);
CREATE INDEX event_team ON public.event USING btree (team_uid, seq);
CREATE TRIGGER event_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON public.event FOR EACH STATEMENT EXECUTE FUNCTION forbid_change();
CREATE TRIGGER event_wait_for_place AFTER INSERT ON public.event REFERENCING NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION event_wait_for_place();

create table public.event_position (
  "position" bigint generated always as identity not null,
  seq bigint not null,
  team_uid uuid not null,
  constraint event_position_pkey PRIMARY KEY ("position"),
  constraint event_position_seq_fkey FOREIGN KEY (seq) REFERENCES event(seq),
  constraint event_position_seq_key UNIQUE (seq)
);
CREATE INDEX event_position_team ON public.event_position USING btree (team_uid, "position");
CREATE TRIGGER event_position_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON public.event_position FOR EACH STATEMENT EXECUTE FUNCTION forbid_change();

create table public.event_unplaced (
  seq bigint not null,
  constraint event_unplaced_pkey PRIMARY KEY (seq),
  constraint event_unplaced_seq_fkey FOREIGN KEY (seq) REFERENCES event(seq)
);

create table public.funds_wait (
  uid uuid not null,
  team_uid uuid not null,
  workspace_uid uuid,
  kind text not null,
  subject_uid uuid not null,
  amount_micros bigint not null,
  urgent boolean not null,
  waiting_since timestamp with time zone not null,
  constraint funds_wait_amount_micros_check CHECK ((amount_micros > 0)),
  constraint funds_wait_kind_subject_uid_key UNIQUE (kind, subject_uid),
  constraint funds_wait_pkey PRIMARY KEY (uid),
  constraint funds_wait_team_uid_fkey FOREIGN KEY (team_uid) REFERENCES team(uid),
  constraint funds_wait_workspace_uid_fkey FOREIGN KEY (workspace_uid) REFERENCES workspace(uid)
);
CREATE INDEX funds_wait_line ON public.funds_wait USING btree (team_uid, urgent DESC, waiting_since, uid);

create table public.idempotency_key (
  team_id uuid not null,
  scope text not null,
  operation text not null,
  key text not null,
  request_hash bytea not null,
  claim_id uuid not null,
  held_until timestamp with time zone not null,
  status smallint,
  answer_sealed text,
  constraint idempotency_key_check CHECK (((status IS NULL) = (answer_sealed IS NULL))),
  constraint idempotency_key_key_check CHECK (((length(key) >= 1) AND (length(key) <= 255))),
  constraint idempotency_key_pkey PRIMARY KEY (team_id, scope, operation, key)
);
CREATE INDEX idempotency_key_held_until ON public.idempotency_key USING btree (held_until);

create table public.installation_secret (
  name text not null,
  sealed text not null,
  constraint installation_secret_pkey PRIMARY KEY (name)
);

create table public.invoice (
  uid uuid not null,
  number text not null,
  team_uid uuid not null,
  period_start timestamp with time zone not null,
  period_end timestamp with time zone not null,
  issued_at timestamp with time zone not null,
  seller text not null,
  buyer text not null,
  lines jsonb not null,
  tax_micros bigint not null,
  total_micros bigint not null,
  taxes jsonb default '[]'::jsonb not null,
  tax_note text,
  constraint invoice_check CHECK ((period_end > period_start)),
  constraint invoice_number_key UNIQUE (number),
  constraint invoice_pkey PRIMARY KEY (uid),
  constraint invoice_team_uid_fkey FOREIGN KEY (team_uid) REFERENCES team(uid),
  constraint invoice_team_uid_period_start_key UNIQUE (team_uid, period_start)
);
CREATE INDEX invoice_list ON public.invoice USING btree (team_uid, period_start DESC);
CREATE TRIGGER invoice_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON public.invoice FOR EACH STATEMENT EXECUTE FUNCTION forbid_change();

create table public.invoice_buyer (
  team_uid uuid not null,
  name text not null,
  address_lines text[] not null,
  tax_number text,
  email text,
  updated_at timestamp with time zone not null,
  constraint invoice_buyer_pkey PRIMARY KEY (team_uid),
  constraint invoice_buyer_team_uid_fkey FOREIGN KEY (team_uid) REFERENCES team(uid)
);

create table public.invoice_month (
  period_start timestamp with time zone not null,
  closed_at timestamp with time zone not null,
  constraint invoice_month_pkey PRIMARY KEY (period_start)
);

create table public.invoice_number (
  year integer not null,
  last integer not null,
  constraint invoice_number_last_check CHECK ((last > 0)),
  constraint invoice_number_pkey PRIMARY KEY (year)
);

create table public.ledger_account (
  uid uuid not null,
  team_uid uuid not null,
  kind text not null,
  constraint ledger_account_kind_check CHECK ((kind = ANY (ARRAY['wallet'::text, 'reserved'::text, 'revenue'::text, 'tax'::text, 'funding'::text, 'debt'::text]))),
  constraint ledger_account_pkey PRIMARY KEY (uid),
  constraint ledger_account_team_uid_fkey FOREIGN KEY (team_uid) REFERENCES team(uid),
  constraint ledger_account_team_uid_kind_key UNIQUE (team_uid, kind)
);

create table public.ledger_balance_checkpoint (
  account_uid uuid not null,
  through_entry_id bigint not null,
  entries bigint not null,
  balance_micros bigint not null,
  created_at timestamp with time zone not null,
  constraint ledger_balance_checkpoint_account_uid_fkey FOREIGN KEY (account_uid) REFERENCES ledger_account(uid),
  constraint ledger_balance_checkpoint_entries_check CHECK ((entries > 0)),
  constraint ledger_balance_checkpoint_pkey PRIMARY KEY (account_uid, through_entry_id)
);
CREATE TRIGGER ledger_balance_checkpoint_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON public.ledger_balance_checkpoint FOR EACH STATEMENT EXECUTE FUNCTION forbid_change();

create table public.ledger_entry (
  id bigint generated always as identity not null,
  transaction_uid uuid not null,
  account_uid uuid not null,
  amount_micros bigint not null,
  constraint ledger_entry_account_uid_fkey FOREIGN KEY (account_uid) REFERENCES ledger_account(uid),
  constraint ledger_entry_amount_micros_check CHECK ((amount_micros <> 0)),
  constraint ledger_entry_pkey PRIMARY KEY (id),
  constraint ledger_entry_transaction_uid_fkey FOREIGN KEY (transaction_uid) REFERENCES ledger_transaction(uid)
);
CREATE INDEX ledger_entry_account ON public.ledger_entry USING btree (account_uid, id) INCLUDE (amount_micros);
CREATE INDEX ledger_entry_transaction ON public.ledger_entry USING btree (transaction_uid);
CREATE TRIGGER ledger_entry_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON public.ledger_entry FOR EACH STATEMENT EXECUTE FUNCTION forbid_change();
CREATE CONSTRAINT TRIGGER ledger_entry_balanced AFTER INSERT ON public.ledger_entry DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION check_ledger_balance();

create table public.ledger_proof (
  team_uid uuid not null,
  proved_at timestamp with time zone not null,
  transactions bigint not null,
  balanced boolean not null,
  constraint ledger_proof_pkey PRIMARY KEY (team_uid),
  constraint ledger_proof_team_uid_fkey FOREIGN KEY (team_uid) REFERENCES team(uid)
);
CREATE INDEX ledger_proof_age ON public.ledger_proof USING btree (proved_at);

create table public.ledger_transaction (
  uid uuid not null,
  seq bigint generated always as identity not null,
  team_uid uuid not null,
  kind text not null,
  idempotency_key text not null,
  description text not null,
  reference_type text not null,
  reference_uid uuid not null,
  workspace_uid uuid,
  created_at timestamp with time zone not null,
  constraint ledger_transaction_idempotency_key_key UNIQUE (idempotency_key),
  constraint ledger_transaction_kind_check CHECK ((kind = ANY (ARRAY['funding'::text, 'reserve'::text, 'capture'::text, 'release'::text, 'refund'::text, 'reversal'::text, 'debt'::text, 'debt_paid'::text]))),
  constraint ledger_transaction_pkey PRIMARY KEY (uid),
  constraint ledger_transaction_seq_key UNIQUE (seq),
  constraint ledger_transaction_team_uid_fkey FOREIGN KEY (team_uid) REFERENCES team(uid)
);
CREATE INDEX ledger_transaction_settled ON public.ledger_transaction USING btree (created_at) WHERE (kind = ANY (ARRAY['capture'::text, 'refund'::text]));
CREATE INDEX ledger_transaction_team ON public.ledger_transaction USING btree (team_uid, seq);
CREATE TRIGGER ledger_transaction_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON public.ledger_transaction FOR EACH STATEMENT EXECUTE FUNCTION forbid_change();
CREATE CONSTRAINT TRIGGER ledger_transaction_balanced AFTER INSERT ON public.ledger_transaction DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION check_ledger_balance();

create table public.mailbox (
  uid uuid not null,
  team_uid uuid not null,
  workspace_uid uuid not null,
  domain_uid uuid not null,
  domain_name text not null,
  username text not null,
  address text generated always as (((username || '@'::text) || domain_name)) stored not null,
  first_name text not null,
  last_name text not null,
  platform text not null,
  status text not null,
  status_reason text,
  status_since timestamp with time zone not null,
  is_admin boolean default false not null,
  password_sealed text not null,
  app_password_sealed text not null,
  totp_secret_sealed text not null,
  forwarding_email text,
  profile_picture text,
  renewal_date timestamp with time zone,
  renewal_cycle text default 'monthly'::text not null,
  renewal_status text default 'na'::text not null,
  prepaid_until timestamp with time zone,
  created_at timestamp with time zone not null,
  updated_at timestamp with time zone not null,
  search text generated always as (((((((username || '@'::text) || domain_name) || ' '::text) || lower(first_name)) || ' '::text) || lower(last_name))) stored,
  update_status text default 'na'::text not null,
  forwarding_keep_copy boolean default true not null,
  signature text,
  term_anchor timestamp with time zone,
  term_months integer default 1 not null,
  due_at timestamp with time zone,
  reminded_at timestamp with time zone,
  unpaid_since timestamp with time zone,
  seat_until timestamp with time zone,
  suspended_for text,
  cancellation_status text default 'na'::text not null,
  reactivation_status text default 'na'::text not null,
  runs integer default 0 not null,
  next_try_at timestamp with time zone,
  erasing_since timestamp with time zone,
  sequencer_uids uuid[] default '{}'::uuid[] not null,
  sequencer_status text default 'na'::text not null,
  constraint mailbox_cancellation_status_check CHECK ((cancellation_status = ANY (ARRAY['na'::text, 'pending'::text, 'completed'::text, 'failed'::text]))),
  constraint mailbox_domain_uid_fkey FOREIGN KEY (domain_uid) REFERENCES domain(uid),
  constraint mailbox_pkey PRIMARY KEY (uid),
  constraint mailbox_platform_check CHECK ((platform = ANY (ARRAY['GOOGLE'::text, 'MICROSOFT'::text, 'AZURE'::text, 'SMTP'::text]))),
  constraint mailbox_reactivation_status_check CHECK ((reactivation_status = ANY (ARRAY['na'::text, 'pending'::text, 'completed'::text, 'failed'::text]))),
  constraint mailbox_renewal_status_check CHECK ((renewal_status = ANY (ARRAY['na'::text, 'pending'::text, 'completed'::text, 'failed'::text]))),
  constraint mailbox_runs_check CHECK ((runs >= 0)),
  constraint mailbox_sequencer_status_check CHECK ((sequencer_status = ANY (ARRAY['na'::text, 'queued'::text, 'pending'::text, 'completed'::text, 'failed'::text]))),
  constraint mailbox_status_check CHECK ((status = ANY (ARRAY['pending'::text, 'scheduled'::text, 'processing'::text, 'waiting_for_dns_propagation'::text, 'waiting_for_activation_email'::text, 'activation_email_received'::text, 'configuring_workspace'::text, 'configuring_dns'::text, 'configuring_dkim'::text, 'configuring_auth'::text, 'finalizing_setup'::text, 'active'::text, 'inactive'::text, 'suspended'::text, 'failed'::text, 'renewal_failed'::text, 'scheduled_for_cancellation'::text, 'cancelled'::text, 'archived'::text, 'deleted'::text]))),
  constraint mailbox_suspended_for_check CHECK ((suspended_for = ANY (ARRAY['request'::text, 'payment'::text, 'domain'::text]))),
  constraint mailbox_team_uid_fkey FOREIGN KEY (team_uid) REFERENCES team(uid),
  constraint mailbox_term_months_check CHECK ((term_months >= 1)),
  constraint mailbox_update_status_check CHECK ((update_status = ANY (ARRAY['na'::text, 'queued'::text, 'pending'::text, 'completed'::text, 'failed'::text]))),
  constraint mailbox_username_check CHECK ((username = lower(username))),
  constraint mailbox_workspace_uid_fkey FOREIGN KEY (workspace_uid) REFERENCES workspace(uid)
);
CREATE INDEX mailbox_address ON public.mailbox USING btree (address, created_at DESC);
CREATE INDEX mailbox_domain_name ON public.mailbox USING btree (workspace_uid, domain_name, created_at DESC, uid DESC);
CREATE INDEX mailbox_domain_uid ON public.mailbox USING btree (domain_uid);
CREATE INDEX mailbox_due ON public.mailbox USING btree (due_at) WHERE (due_at IS NOT NULL);
CREATE INDEX mailbox_list ON public.mailbox USING btree (workspace_uid, created_at DESC, uid DESC);
CREATE UNIQUE INDEX mailbox_live_address ON public.mailbox USING btree (address) WHERE (status <> ALL (ARRAY['failed'::text, 'deleted'::text]));
CREATE INDEX mailbox_search ON public.mailbox USING gin (workspace_uid, search gin_trgm_ops);
CREATE INDEX mailbox_sequencers ON public.mailbox USING gin (sequencer_uids) WHERE (sequencer_uids <> '{}'::uuid[]);
CREATE INDEX mailbox_status ON public.mailbox USING btree (workspace_uid, status, created_at DESC, uid DESC);
CREATE INDEX mailbox_unpaid ON public.mailbox USING btree (team_uid) WHERE (unpaid_since IS NOT NULL);
CREATE TRIGGER mailbox_counted_delete AFTER DELETE ON public.mailbox REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION count_mailboxes();
CREATE TRIGGER mailbox_counted_insert AFTER INSERT ON public.mailbox REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION count_mailboxes();
CREATE TRIGGER mailbox_counted_update AFTER UPDATE ON public.mailbox REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION count_mailboxes();

create table public.mailbox_alias (
  address text not null,
  mailbox_uid uuid not null,
  ends_at timestamp with time zone not null,
  created_at timestamp with time zone not null,
  constraint mailbox_alias_address_check CHECK ((address = lower(address))),
  constraint mailbox_alias_mailbox_uid_fkey FOREIGN KEY (mailbox_uid) REFERENCES mailbox(uid),
  constraint mailbox_alias_pkey PRIMARY KEY (address)
);
CREATE INDEX mailbox_alias_mailbox ON public.mailbox_alias USING btree (mailbox_uid);

create table public.mailbox_change (
  uid uuid not null,
  mailbox_uid uuid not null,
  workspace_uid uuid not null,
  kind text not null,
  before jsonb not null,
  after jsonb not null,
  status text not null,
  reason text,
  requested_at timestamp with time zone not null,
  finished_at timestamp with time zone,
  constraint mailbox_change_kind_check CHECK ((kind = ANY (ARRAY['name'::text, 'username'::text, 'password'::text, 'forwarding'::text]))),
  constraint mailbox_change_mailbox_uid_fkey FOREIGN KEY (mailbox_uid) REFERENCES mailbox(uid),
  constraint mailbox_change_pkey PRIMARY KEY (uid),
  constraint mailbox_change_status_check CHECK ((status = ANY (ARRAY['queued'::text, 'pending'::text, 'completed'::text, 'failed'::text]))),
  constraint mailbox_change_workspace_uid_fkey FOREIGN KEY (workspace_uid) REFERENCES workspace(uid)
);
CREATE INDEX mailbox_change_list ON public.mailbox_change USING btree (workspace_uid, kind, requested_at DESC, uid DESC);
CREATE INDEX mailbox_change_mailbox ON public.mailbox_change USING btree (mailbox_uid, requested_at DESC, uid DESC);
CREATE UNIQUE INDEX mailbox_change_open ON public.mailbox_change USING btree (mailbox_uid, kind) WHERE (status = ANY (ARRAY['queued'::text, 'pending'::text]));

create table public.mailbox_count (
  workspace_uid uuid not null,
  platform text not null,
  status text not null,
  difference bigint not null
);
CREATE INDEX mailbox_count_workspace ON public.mailbox_count USING btree (workspace_uid, status, platform) INCLUDE (difference);

create table public.mailbox_drift (
  uid uuid not null,
  vendor text not null,
  host_id text not null,
  mailbox_uid uuid,
  workspace_uid uuid,
  address text not null,
  kind text not null,
  expected text,
  found text,
  repaired boolean default false not null,
  found_at timestamp with time zone not null,
  seen_at timestamp with time zone not null,
  resolved_at timestamp with time zone,
  constraint mailbox_drift_kind_check CHECK ((kind = ANY (ARRAY['missing_at_host'::text, 'unknown_at_host'::text, 'status'::text, 'display_name'::text, 'address'::text, 'aliases'::text, 'forwarding'::text, 'password'::text]))),
  constraint mailbox_drift_mailbox_uid_fkey FOREIGN KEY (mailbox_uid) REFERENCES mailbox(uid),
  constraint mailbox_drift_pkey PRIMARY KEY (uid),
  constraint mailbox_drift_workspace_uid_fkey FOREIGN KEY (workspace_uid) REFERENCES workspace(uid)
);
CREATE UNIQUE INDEX mailbox_drift_open ON public.mailbox_drift USING btree (vendor, host_id, kind) WHERE (resolved_at IS NULL);
CREATE INDEX mailbox_drift_workspace ON public.mailbox_drift USING btree (workspace_uid, found_at DESC, uid DESC);

create table public.mailbox_picture (
  mailbox_uid uuid not null,
  content_type text not null,
  bytes bytea not null,
  width integer not null,
  height integer not null,
  updated_at timestamp with time zone not null,
  constraint mailbox_picture_bytes_check CHECK ((octet_length(bytes) <= 2000000)),
  constraint mailbox_picture_mailbox_uid_fkey FOREIGN KEY (mailbox_uid) REFERENCES mailbox(uid),
  constraint mailbox_picture_pkey PRIMARY KEY (mailbox_uid)
);

create table public.mailbox_reconciliation (
  vendor text not null,
  started_at timestamp with time zone not null,
  constraint mailbox_reconciliation_pkey PRIMARY KEY (vendor)
);

create table public.mailbox_tag (
  mailbox_uid uuid not null,
  tag_uid uuid not null,
  constraint mailbox_tag_mailbox_uid_fkey FOREIGN KEY (mailbox_uid) REFERENCES mailbox(uid),
  constraint mailbox_tag_pkey PRIMARY KEY (mailbox_uid, tag_uid),
  constraint mailbox_tag_tag_uid_fkey FOREIGN KEY (tag_uid) REFERENCES tag(uid) ON DELETE CASCADE
);
CREATE INDEX mailbox_tag_tag ON public.mailbox_tag USING btree (tag_uid);

create table public.mailbox_term (
  uid uuid not null,
  mailbox_uid uuid not null,
  months integer not null,
  starts_at timestamp with time zone not null,
  ends_at timestamp with time zone not null,
  created_at timestamp with time zone not null,
  constraint mailbox_term_check CHECK ((ends_at > starts_at)),
  constraint mailbox_term_mailbox_uid_fkey FOREIGN KEY (mailbox_uid) REFERENCES mailbox(uid),
  constraint mailbox_term_mailbox_uid_starts_at_key UNIQUE (mailbox_uid, starts_at),
  constraint mailbox_term_months_check CHECK (((months >= 1) AND (months <= 36))),
  constraint mailbox_term_pkey PRIMARY KEY (uid)
);

create table public.oauth_client (
  uid uuid not null,
  team_uid uuid not null,
  workspace_uid uuid not null,
  client_id text not null,
  kind text not null,
  name text not null,
  redirect_uris text[] default '{}'::text[] not null,
  hosts text[] not null,
  scopes text[] not null,
  second_approver uuid,
  approved_at timestamp with time zone,
  created_by uuid,
  created_at timestamp with time zone not null,
  constraint oauth_client_kind_check CHECK ((kind = ANY (ARRAY['registered'::text, 'allowed'::text]))),
  constraint oauth_client_pkey PRIMARY KEY (uid),
  constraint oauth_client_team_uid_fkey FOREIGN KEY (team_uid) REFERENCES team(uid),
  constraint oauth_client_workspace_uid_client_id_key UNIQUE (workspace_uid, client_id),
  constraint oauth_client_workspace_uid_fkey FOREIGN KEY (workspace_uid) REFERENCES workspace(uid)
);
CREATE INDEX oauth_client_page ON public.oauth_client USING btree (workspace_uid, created_at DESC, uid DESC);

create table public.order_domain (
  uid uuid not null,
  order_uid uuid not null,
  "position" integer not null,
  domain_uid uuid not null,
  name text not null,
  run integer default 1 not null,
  consent_url text,
  constraint order_domain_domain_uid_fkey FOREIGN KEY (domain_uid) REFERENCES domain(uid),
  constraint order_domain_order_uid_fkey FOREIGN KEY (order_uid) REFERENCES purchase_order(uid),
  constraint order_domain_order_uid_position_key UNIQUE (order_uid, "position"),
  constraint order_domain_pkey PRIMARY KEY (uid),
  constraint order_domain_run_check CHECK ((run > 0))
);
CREATE INDEX order_domain_domain ON public.order_domain USING btree (domain_uid);

create table public.order_mailbox (
  order_domain_uid uuid not null,
  "position" integer not null,
  mailbox_uid uuid not null,
  consent_request_uid uuid,
  consent_refused text,
  constraint order_mailbox_consent CHECK (((consent_request_uid IS NULL) OR (consent_refused IS NULL))),
  constraint order_mailbox_consent_request_uid_fkey FOREIGN KEY (consent_request_uid) REFERENCES consent_request(uid),
  constraint order_mailbox_mailbox_uid_fkey FOREIGN KEY (mailbox_uid) REFERENCES mailbox(uid),
  constraint order_mailbox_order_domain_uid_fkey FOREIGN KEY (order_domain_uid) REFERENCES order_domain(uid),
  constraint order_mailbox_pkey PRIMARY KEY (order_domain_uid, "position")
);
CREATE INDEX order_mailbox_mailbox ON public.order_mailbox USING btree (mailbox_uid);

create table public.passkey (
  uid uuid not null,
  person_uid uuid not null,
  name text not null,
  credential_id text not null,
  public_key bytea not null,
  sign_count bigint not null,
  transports text[] not null,
  backed_up boolean not null,
  created_at timestamp with time zone not null,
  last_used_at timestamp with time zone,
  constraint passkey_credential_id_key UNIQUE (credential_id),
  constraint passkey_person_uid_fkey FOREIGN KEY (person_uid) REFERENCES person(uid) ON DELETE CASCADE,
  constraint passkey_pkey PRIMARY KEY (uid)
);
CREATE INDEX passkey_person ON public.passkey USING btree (person_uid, created_at, uid);

create table public.passkey_challenge (
  uid uuid not null,
  person_uid uuid,
  challenge text not null,
  expires_at timestamp with time zone not null,
  constraint passkey_challenge_person_uid_fkey FOREIGN KEY (person_uid) REFERENCES person(uid) ON DELETE CASCADE,
  constraint passkey_challenge_pkey PRIMARY KEY (uid)
);
CREATE INDEX passkey_challenge_expires_at ON public.passkey_challenge USING btree (expires_at);

create table public.payment (
  uid uuid not null,
  team_uid uuid not null,
  workspace_uid uuid,
  kind text not null,
  vendor text not null,
  customer_id text not null,
  session_id text,
  url text,
  lines jsonb not null,
  amount_cents integer not null,
  status text not null,
  reason text,
  message text,
  purchase_kind text,
  vendor_payment_id text,
  credited_micros bigint default 0 not null,
  reversed_micros bigint default 0 not null,
  reversals integer default 0 not null,
  refunded_cents integer default 0 not null,
  disputed_cents integer default 0 not null,
  created_at timestamp with time zone not null,
  updated_at timestamp with time zone not null,
  expires_at timestamp with time zone,
  paid_at timestamp with time zone,
  ask_at timestamp with time zone,
  constraint payment_amount_cents_check CHECK ((amount_cents > 0)),
  constraint payment_check CHECK ((reversed_micros <= credited_micros)),
  constraint payment_check1 CHECK (((status = 'succeeded'::text) = (paid_at IS NOT NULL))),
  constraint payment_credited_micros_check CHECK ((credited_micros >= 0)),
  constraint payment_kind_check CHECK ((kind = ANY (ARRAY['checkout'::text, 'top_up'::text]))),
  constraint payment_pkey PRIMARY KEY (uid),
  constraint payment_reversed_micros_check CHECK ((reversed_micros >= 0)),
  constraint payment_status_check CHECK ((status = ANY (ARRAY['open'::text, 'processing'::text, 'succeeded'::text, 'failed'::text, 'expired'::text, 'held'::text]))),
  constraint payment_team_uid_fkey FOREIGN KEY (team_uid) REFERENCES team(uid),
  constraint payment_workspace_uid_fkey FOREIGN KEY (workspace_uid) REFERENCES workspace(uid)
);
CREATE INDEX payment_ask ON public.payment USING btree (ask_at) WHERE (ask_at IS NOT NULL);
CREATE INDEX payment_list ON public.payment USING btree (team_uid, created_at DESC, uid DESC);
CREATE UNIQUE INDEX payment_session ON public.payment USING btree (vendor, session_id);

create table public.payment_customer (
  team_uid uuid not null,
  vendor text not null,
  customer_id text not null,
  constraint payment_customer_pkey PRIMARY KEY (team_uid, vendor),
  constraint payment_customer_team_uid_fkey FOREIGN KEY (team_uid) REFERENCES team(uid)
);

create table public.person (
  uid uuid not null,
  email text not null,
  name text not null,
  password_hash text not null,
  password_changed_at timestamp with time zone not null,
  operator boolean default false not null,
  created_at timestamp with time zone not null,
  constraint person_email_check CHECK (((length(email) >= 3) AND (length(email) <= 254))),
  constraint person_email_key UNIQUE (email),
  constraint person_name_check CHECK (((length(name) >= 1) AND (length(name) <= 120))),
  constraint person_pkey PRIMARY KEY (uid)
);

create table public.person_device (
  uid uuid not null,
  person_uid uuid not null,
  token_sha256 bytea not null,
  created_at timestamp with time zone not null,
  last_seen_at timestamp with time zone not null,
  constraint person_device_person_uid_fkey FOREIGN KEY (person_uid) REFERENCES person(uid) ON DELETE CASCADE,
  constraint person_device_person_uid_token_sha256_key UNIQUE (person_uid, token_sha256),
  constraint person_device_pkey PRIMARY KEY (uid)
);

create table public.person_link (
  uid uuid not null,
  kind text not null,
  team_uid uuid not null,
  token_sha256 bytea not null,
  email text,
  role text,
  workspace_uids uuid[] default '{}'::uuid[] not null,
  person_uid uuid,
  removes_factors boolean default false not null,
  created_at timestamp with time zone not null,
  expires_at timestamp with time zone not null,
  ended_at timestamp with time zone,
  constraint person_link_email CHECK (((kind = ANY (ARRAY['invitation'::text, 'address'::text])) = (email IS NOT NULL))),
  constraint person_link_kind CHECK ((kind = ANY (ARRAY['set_up'::text, 'invitation'::text, 'reset'::text, 'address'::text]))),
  constraint person_link_person_uid CHECK (((kind = ANY (ARRAY['reset'::text, 'address'::text])) = (person_uid IS NOT NULL))),
  constraint person_link_person_uid_fkey FOREIGN KEY (person_uid) REFERENCES person(uid),
  constraint person_link_pkey PRIMARY KEY (uid),
  constraint person_link_role CHECK (((kind = ANY (ARRAY['reset'::text, 'address'::text])) = (role IS NULL))),
  constraint person_link_role_check CHECK ((role = ANY (ARRAY['owner'::text, 'admin'::text, 'operator'::text, 'finance'::text, 'viewer'::text, 'client'::text]))),
  constraint person_link_team_uid_fkey FOREIGN KEY (team_uid) REFERENCES team(uid),
  constraint person_link_token_sha256_key UNIQUE (token_sha256)
);
CREATE INDEX person_link_expires ON public.person_link USING btree (expires_at);
CREATE UNIQUE INDEX person_link_invitation ON public.person_link USING btree (team_uid, email) WHERE ((kind = 'invitation'::text) AND (ended_at IS NULL));
CREATE INDEX person_link_person ON public.person_link USING btree (person_uid) WHERE (ended_at IS NULL);

create table public.person_mail (
  uid uuid not null,
  message_sealed text not null,
  due_at timestamp with time zone not null,
  attempts integer default 0 not null,
  give_up_at timestamp with time zone not null,
  constraint person_mail_pkey PRIMARY KEY (uid)
);
CREATE INDEX person_mail_due ON public.person_mail USING btree (due_at);

create table public.prewarm_order (
  uid uuid not null,
  team_uid uuid not null,
  workspace_uid uuid not null,
  key_uid uuid,
  payment_uid uuid,
  sequencer_uid uuid,
  keep_warming boolean not null,
  price_version integer not null,
  created_at timestamp with time zone not null,
  constraint prewarm_order_payment_uid_fkey FOREIGN KEY (payment_uid) REFERENCES payment(uid),
  constraint prewarm_order_payment_uid_key UNIQUE (payment_uid),
  constraint prewarm_order_pkey PRIMARY KEY (uid),
  constraint prewarm_order_price_version_fkey FOREIGN KEY (price_version) REFERENCES price_book(version),
  constraint prewarm_order_team_uid_fkey FOREIGN KEY (team_uid) REFERENCES team(uid),
  constraint prewarm_order_workspace_uid_fkey FOREIGN KEY (workspace_uid) REFERENCES workspace(uid)
);

create table public.prewarm_sale (
  uid uuid not null,
  order_uid uuid not null,
  "position" integer not null,
  stock_uid uuid not null,
  status text not null,
  reason text,
  domain_price_micros bigint not null,
  updated_at timestamp with time zone not null,
  constraint prewarm_sale_domain_price_micros_check CHECK ((domain_price_micros >= 0)),
  constraint prewarm_sale_order_uid_fkey FOREIGN KEY (order_uid) REFERENCES prewarm_order(uid),
  constraint prewarm_sale_order_uid_position_key UNIQUE (order_uid, "position"),
  constraint prewarm_sale_pkey PRIMARY KEY (uid),
  constraint prewarm_sale_status_check CHECK ((status = ANY (ARRAY['awaiting_payment'::text, 'reserved'::text, 'handed_over'::text, 'failed'::text]))),
  constraint prewarm_sale_stock_uid_fkey FOREIGN KEY (stock_uid) REFERENCES prewarm_stock(uid)
);
CREATE UNIQUE INDEX prewarm_sale_one_buyer ON public.prewarm_sale USING btree (stock_uid) WHERE (status <> 'failed'::text);

create table public.prewarm_sale_mailbox (
  mailbox_uid uuid not null,
  sale_uid uuid not null,
  "position" integer not null,
  username text not null,
  first_name text not null,
  last_name text not null,
  profile_picture text,
  price_micros bigint not null,
  constraint prewarm_sale_mailbox_pkey PRIMARY KEY (mailbox_uid),
  constraint prewarm_sale_mailbox_price_micros_check CHECK ((price_micros >= 0)),
  constraint prewarm_sale_mailbox_sale_uid_fkey FOREIGN KEY (sale_uid) REFERENCES prewarm_sale(uid),
  constraint prewarm_sale_mailbox_sale_uid_position_key UNIQUE (sale_uid, "position")
);

create table public.prewarm_stock (
  uid uuid not null,
  team_uid uuid not null,
  domain_uid uuid not null,
  domain_name text not null,
  platform text not null,
  warmed_since timestamp with time zone not null,
  score integer not null,
  domain_price_micros bigint,
  mailbox_price_micros bigint,
  status text not null,
  status_reason text,
  created_at timestamp with time zone not null,
  updated_at timestamp with time zone not null,
  constraint prewarm_stock_domain_price_micros_check CHECK ((domain_price_micros >= 0)),
  constraint prewarm_stock_domain_uid_fkey FOREIGN KEY (domain_uid) REFERENCES domain(uid),
  constraint prewarm_stock_mailbox_price_micros_check CHECK ((mailbox_price_micros >= 0)),
  constraint prewarm_stock_pkey PRIMARY KEY (uid),
  constraint prewarm_stock_platform_check CHECK ((platform = ANY (ARRAY['GOOGLE'::text, 'MICROSOFT'::text, 'AZURE'::text, 'SMTP'::text]))),
  constraint prewarm_stock_score_check CHECK (((score >= 0) AND (score <= 100))),
  constraint prewarm_stock_status_check CHECK ((status = ANY (ARRAY['for_sale'::text, 'reserved'::text, 'sold'::text, 'withdrawn'::text]))),
  constraint prewarm_stock_team_uid_fkey FOREIGN KEY (team_uid) REFERENCES team(uid)
);
CREATE INDEX prewarm_stock_for_sale ON public.prewarm_stock USING btree (warmed_since, uid) WHERE (status = 'for_sale'::text);
CREATE INDEX prewarm_stock_list ON public.prewarm_stock USING btree (created_at DESC, uid DESC);
CREATE UNIQUE INDEX prewarm_stock_live ON public.prewarm_stock USING btree (domain_uid) WHERE (status = ANY (ARRAY['for_sale'::text, 'reserved'::text]));

create table public.prewarm_stock_mailbox (
  mailbox_uid uuid not null,
  stock_uid uuid not null,
  "position" integer not null,
  username text not null,
  first_name text not null,
  last_name text not null,
  constraint prewarm_stock_mailbox_mailbox_uid_fkey FOREIGN KEY (mailbox_uid) REFERENCES mailbox(uid),
  constraint prewarm_stock_mailbox_pkey PRIMARY KEY (stock_uid, "position"),
  constraint prewarm_stock_mailbox_stock_uid_fkey FOREIGN KEY (stock_uid) REFERENCES prewarm_stock(uid) ON DELETE CASCADE
);

create table public.price_book (
  version integer not null,
  prices jsonb not null,
  note text not null,
  made_by uuid,
  created_at timestamp with time zone not null,
  constraint price_book_pkey PRIMARY KEY (version),
  constraint price_book_version_check CHECK ((version > 0))
);
CREATE TRIGGER price_book_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON public.price_book FOR EACH STATEMENT EXECUTE FUNCTION forbid_change();

create table public.provider_choice (
  role text not null,
  platform text,
  workspace_id uuid,
  domain text,
  vendor text not null,
  credential_uid uuid,
  tenant text,
  constraint provider_choice_account CHECK (((credential_uid IS NULL) = (tenant IS NULL))),
  constraint provider_choice_check CHECK (((role = 'mailbox-host'::text) = (platform IS NOT NULL))),
  constraint provider_choice_check1 CHECK ((num_nonnulls(workspace_id, domain) = 1)),
  constraint provider_choice_credential_uid_fkey FOREIGN KEY (credential_uid) REFERENCES provider_credential(uid),
  constraint provider_choice_domain_check CHECK ((domain = lower(domain))),
  constraint provider_choice_platform_check CHECK ((platform = ANY (ARRAY['GOOGLE'::text, 'MICROSOFT'::text, 'AZURE'::text, 'SMTP'::text]))),
  constraint provider_choice_role_check CHECK ((role = ANY (ARRAY['registrar'::text, 'dns-host'::text, 'mailbox-host'::text, 'consent-flow'::text]))),
  constraint provider_choice_role_platform_workspace_id_domain_key UNIQUE NULLS NOT DISTINCT (role, platform, workspace_id, domain),
  constraint provider_choice_tenant_check CHECK ((tenant ~ '^[0-9a-z]+$'::text))
);
CREATE INDEX provider_choice_credential ON public.provider_choice USING btree (credential_uid) WHERE (credential_uid IS NOT NULL);

create table public.provider_credential (
  uid uuid not null,
  team_uid uuid not null,
  workspace_uid uuid not null,
  vendor text not null,
  kind text not null,
  label text,
  sealed text not null,
  fingerprint text not null,
  hint text not null,
  accounts jsonb default '[]'::jsonb not null,
  status text not null,
  status_reason text,
  status_since timestamp with time zone not null,
  checked_at timestamp with time zone not null,
  created_at timestamp with time zone not null,
  updated_at timestamp with time zone not null,
  status_code text,
  constraint provider_credential_pkey PRIMARY KEY (uid),
  constraint provider_credential_status_check CHECK ((status = ANY (ARRAY['active'::text, 'invalid'::text]))),
  constraint provider_credential_team_uid_fkey FOREIGN KEY (team_uid) REFERENCES team(uid),
  constraint provider_credential_workspace_uid_fkey FOREIGN KEY (workspace_uid) REFERENCES workspace(uid),
  constraint provider_credential_workspace_uid_vendor_fingerprint_key UNIQUE (workspace_uid, vendor, fingerprint)
);
CREATE INDEX provider_credential_accounts ON public.provider_credential USING gin (accounts jsonb_path_ops);
CREATE INDEX provider_credential_checked ON public.provider_credential USING btree (checked_at);

create table public.purchase_order (
  uid uuid not null,
  team_uid uuid not null,
  workspace_uid uuid not null,
  status text not null,
  total_micros bigint not null,
  created_at timestamp with time zone not null,
  updated_at timestamp with time zone not null,
  finished_at timestamp with time zone,
  key_uid uuid,
  runs integer default 1 not null,
  constraint purchase_order_pkey PRIMARY KEY (uid),
  constraint purchase_order_runs_check CHECK ((runs > 0)),
  constraint purchase_order_status_check CHECK ((status = ANY (ARRAY['waiting_for_funds'::text, 'queued'::text, 'processing'::text, 'done'::text, 'error'::text]))),
  constraint purchase_order_team_uid_fkey FOREIGN KEY (team_uid) REFERENCES team(uid),
  constraint purchase_order_workspace_uid_fkey FOREIGN KEY (workspace_uid) REFERENCES workspace(uid)
);
CREATE INDEX purchase_order_list ON public.purchase_order USING btree (workspace_uid, created_at DESC, uid DESC);
CREATE INDEX purchase_order_status ON public.purchase_order USING btree (workspace_uid, status, created_at DESC, uid DESC);
CREATE INDEX purchase_order_waiting ON public.purchase_order USING btree (created_at) WHERE (status = 'waiting_for_funds'::text);

create table public.quote (
  uid uuid not null,
  team_uid uuid not null,
  workspace_uid uuid not null,
  kind text not null,
  body jsonb not null,
  lines jsonb not null,
  total_micros bigint not null,
  tax_micros bigint not null,
  price_version integer not null,
  created_at timestamp with time zone not null,
  expires_at timestamp with time zone not null,
  accepted_at timestamp with time zone,
  bought jsonb,
  key_uid uuid,
  waiting_since timestamp with time zone,
  ended_at timestamp with time zone,
  end_reason text,
  constraint quote_check CHECK (((tax_micros >= 0) AND (tax_micros <= total_micros))),
  constraint quote_check1 CHECK ((expires_at > created_at)),
  constraint quote_check2 CHECK (((accepted_at IS NULL) = (bought IS NULL))),
  constraint quote_ends_once CHECK ((((ended_at IS NULL) = (end_reason IS NULL)) AND ((ended_at IS NULL) OR (accepted_at IS NULL)))),
  constraint quote_pkey PRIMARY KEY (uid),
  constraint quote_price_version_fkey FOREIGN KEY (price_version) REFERENCES price_book(version),
  constraint quote_team_uid_fkey FOREIGN KEY (team_uid) REFERENCES team(uid),
  constraint quote_total_micros_check CHECK ((total_micros >= 0)),
  constraint quote_waits_for_somebody CHECK (((waiting_since IS NULL) OR (key_uid IS NOT NULL))),
  constraint quote_workspace_uid_fkey FOREIGN KEY (workspace_uid) REFERENCES workspace(uid)
);
CREATE INDEX quote_list ON public.quote USING btree (workspace_uid, created_at DESC, uid DESC);
CREATE INDEX quote_waiting ON public.quote USING btree (expires_at) WHERE ((waiting_since IS NOT NULL) AND (accepted_at IS NULL) AND (ended_at IS NULL));

create table public.rate_limit_window (
  key_id text not null,
  class text not null,
  started_at timestamp with time zone not null,
  calls integer not null,
  constraint rate_limit_window_calls_check CHECK ((calls > 0)),
  constraint rate_limit_window_pkey PRIMARY KEY (key_id, class)
);
CREATE INDEX rate_limit_window_started_at ON public.rate_limit_window USING btree (started_at);

create table public.recovery_code (
  person_uid uuid not null,
  code_sha256 bytea not null,
  used_at timestamp with time zone,
  constraint recovery_code_person_uid_fkey FOREIGN KEY (person_uid) REFERENCES person(uid) ON DELETE CASCADE,
  constraint recovery_code_pkey PRIMARY KEY (person_uid, code_sha256)
);

create table public.schema_migration (
  name text not null,
  sha256 text not null,
  applied_at timestamp with time zone default now() not null,
  constraint schema_migration_pkey PRIMARY KEY (name)
);

create table public.sequencer (
  uid uuid not null,
  team_uid uuid not null,
  workspace_uid uuid not null,
  name text not null,
  platform text not null,
  account text,
  credential_sealed text not null,
  account_key text not null,
  hint text not null,
  layout text,
  daily_limit integer,
  warmup_enabled boolean not null,
  warmup_limit integer,
  warmup_increment integer,
  warmup_reply_percent integer,
  tags text[] default '{}'::text[] not null,
  auto_reconnect boolean not null,
  status text not null,
  status_reason text,
  status_since timestamp with time zone not null,
  checked_at timestamp with time zone not null,
  reconcile_at timestamp with time zone not null,
  created_at timestamp with time zone not null,
  updated_at timestamp with time zone not null,
  constraint sequencer_daily_limit_check CHECK ((daily_limit > 0)),
  constraint sequencer_pkey PRIMARY KEY (uid),
  constraint sequencer_status_check CHECK ((status = ANY (ARRAY['active'::text, 'invalid'::text, 'removing'::text]))),
  constraint sequencer_team_uid_fkey FOREIGN KEY (team_uid) REFERENCES team(uid),
  constraint sequencer_warmup_increment_check CHECK ((warmup_increment >= 0)),
  constraint sequencer_warmup_limit_check CHECK ((warmup_limit > 0)),
  constraint sequencer_warmup_reply_percent_check CHECK (((warmup_reply_percent >= 0) AND (warmup_reply_percent <= 100))),
  constraint sequencer_workspace_uid_fkey FOREIGN KEY (workspace_uid) REFERENCES workspace(uid),
  constraint sequencer_workspace_uid_platform_account_key_key UNIQUE (workspace_uid, platform, account_key)
);
CREATE INDEX sequencer_reconcile ON public.sequencer USING btree (reconcile_at) WHERE (status = 'active'::text);
CREATE INDEX sequencer_workspace ON public.sequencer USING btree (workspace_uid, created_at, uid);

create table public.sequencer_check (
  uid uuid not null,
  sequencer_uid uuid not null,
  began_at timestamp with time zone not null,
  ended_at timestamp with time zone not null,
  expected integer not null,
  connected integer not null,
  missing integer not null,
  disconnected integer not null,
  repairs integer not null,
  error text,
  constraint sequencer_check_pkey PRIMARY KEY (uid),
  constraint sequencer_check_sequencer_uid_fkey FOREIGN KEY (sequencer_uid) REFERENCES sequencer(uid) ON DELETE CASCADE
);
CREATE INDEX sequencer_check_sequencer ON public.sequencer_check USING btree (sequencer_uid, began_at DESC);

create table public.sequencer_export (
  uid uuid not null,
  team_uid uuid not null,
  workspace_uid uuid not null,
  sequencer_uid uuid not null,
  mailbox_uid uuid not null,
  status text not null,
  stage text not null,
  stage_since timestamp with time zone not null,
  code text,
  message text,
  words text,
  target_id text,
  ticket text,
  target_address text,
  leftovers jsonb default '[]'::jsonb not null,
  attempts integer default 0 not null,
  restarts integer default 0 not null,
  generation integer default 0 not null,
  due_at timestamp with time zone,
  leased_until timestamp with time zone,
  leased_by uuid,
  connected_at timestamp with time zone,
  checked_at timestamp with time zone,
  created_at timestamp with time zone not null,
  updated_at timestamp with time zone not null,
  constraint sequencer_export_mailbox_uid_fkey FOREIGN KEY (mailbox_uid) REFERENCES mailbox(uid),
  constraint sequencer_export_pkey PRIMARY KEY (uid),
  constraint sequencer_export_sequencer_uid_fkey FOREIGN KEY (sequencer_uid) REFERENCES sequencer(uid) ON DELETE CASCADE,
  constraint sequencer_export_sequencer_uid_mailbox_uid_key UNIQUE (sequencer_uid, mailbox_uid),
  constraint sequencer_export_stage_check CHECK ((stage = ANY (ARRAY['waiting'::text, 'sign_in'::text, 'find'::text, 'upsert'::text, 'connect'::text, 'tune'::text, 'clean_up'::text, 'watch'::text, 'file'::text, 'remove'::text]))),
  constraint sequencer_export_status_check CHECK ((status = ANY (ARRAY['queued'::text, 'processing'::text, 'completed'::text, 'failed'::text, 'removing'::text]))),
  constraint sequencer_export_team_uid_fkey FOREIGN KEY (team_uid) REFERENCES team(uid),
  constraint sequencer_export_workspace_uid_fkey FOREIGN KEY (workspace_uid) REFERENCES workspace(uid)
);
CREATE INDEX sequencer_export_due ON public.sequencer_export USING btree (due_at) WHERE (due_at IS NOT NULL);
CREATE INDEX sequencer_export_mailbox ON public.sequencer_export USING btree (mailbox_uid);
CREATE INDEX sequencer_export_sequencer ON public.sequencer_export USING btree (sequencer_uid, status);
CREATE INDEX sequencer_export_workspace ON public.sequencer_export USING btree (workspace_uid, created_at, uid);

create table public.sequencer_follow (
  singleton boolean default true not null,
  "position" bigint not null,
  constraint sequencer_follow_pkey PRIMARY KEY (singleton),
  constraint sequencer_follow_singleton_check CHECK (singleton)
);

create table public.sequencer_pace (
  account_key text not null,
  next_call_at timestamp with time zone not null,
  hold_until timestamp with time zone,
  constraint sequencer_pace_pkey PRIMARY KEY (account_key)
);

create table public.session (
  uid uuid not null,
  team_uid uuid not null,
  person_uid uuid not null,
  token_sha256 bytea not null,
  device_uid uuid not null,
  method text not null,
  user_agent text not null,
  created_at timestamp with time zone not null,
  last_seen_at timestamp with time zone not null,
  last_seen_from inet,
  expires_at timestamp with time zone not null,
  ended_at timestamp with time zone,
  constraint session_device_uid_fkey FOREIGN KEY (device_uid) REFERENCES person_device(uid),
  constraint session_method_check CHECK ((method = ANY (ARRAY['password'::text, 'password_and_code'::text, 'passkey'::text]))),
  constraint session_pkey PRIMARY KEY (uid),
  constraint session_team_uid_person_uid_fkey FOREIGN KEY (team_uid, person_uid) REFERENCES team_member(team_uid, person_uid) ON DELETE CASCADE,
  constraint session_token_sha256_key UNIQUE (token_sha256)
);
CREATE INDEX session_device ON public.session USING btree (device_uid);
CREATE INDEX session_expires_at ON public.session USING btree (expires_at);
CREATE INDEX session_person ON public.session USING btree (person_uid, created_at, uid) WHERE (ended_at IS NULL);

create table public.sign_in_attempt (
  key text not null,
  failures integer not null,
  last_at timestamp with time zone not null,
  next_at timestamp with time zone not null,
  constraint sign_in_attempt_pkey PRIMARY KEY (key)
);
CREATE INDEX sign_in_attempt_last_at ON public.sign_in_attempt USING btree (last_at);

create table public.spend_cap (
  uid uuid not null,
  team_uid uuid not null,
  scope text not null,
  scope_uid uuid not null,
  period text not null,
  amount_micros bigint not null,
  updated_at timestamp with time zone not null,
  refusal_told_at timestamp with time zone,
  constraint spend_cap_amount_micros_check CHECK ((amount_micros >= 0)),
  constraint spend_cap_period_check CHECK ((period = ANY (ARRAY['day'::text, 'month'::text]))),
  constraint spend_cap_pkey PRIMARY KEY (uid),
  constraint spend_cap_scope_check CHECK ((scope = ANY (ARRAY['team'::text, 'workspace'::text, 'key'::text]))),
  constraint spend_cap_team_uid_fkey FOREIGN KEY (team_uid) REFERENCES team(uid),
  constraint spend_cap_team_uid_scope_scope_uid_period_key UNIQUE (team_uid, scope, scope_uid, period)
);

create table public.subscription (
  team_uid uuid not null,
  plan text not null,
  cycle text not null,
  status text not null,
  current_period_start timestamp with time zone not null,
  current_period_end timestamp with time zone not null,
  anchor timestamp with time zone not null,
  anchor_months integer default 1 not null,
  period_micros bigint default 0 not null,
  price_version integer default 1 not null,
  next_plan text,
  next_cycle text,
  cancel_at_period_end boolean default false not null,
  due_at timestamp with time zone,
  reminded boolean default false not null,
  attempts integer default 0 not null,
  ended_at timestamp with time zone,
  constraint subscription_anchor_months_check CHECK ((anchor_months > 0)),
  constraint subscription_check CHECK (((next_plan IS NULL) = (next_cycle IS NULL))),
  constraint subscription_cycle_check CHECK ((cycle = ANY (ARRAY['monthly'::text, 'yearly'::text]))),
  constraint subscription_next_cycle_check CHECK ((next_cycle = ANY (ARRAY['monthly'::text, 'yearly'::text]))),
  constraint subscription_period_micros_check CHECK ((period_micros >= 0)),
  constraint subscription_pkey PRIMARY KEY (team_uid),
  constraint subscription_price_version_fkey FOREIGN KEY (price_version) REFERENCES price_book(version),
  constraint subscription_status_check CHECK ((status = ANY (ARRAY['active'::text, 'past_due'::text, 'cancelled'::text]))),
  constraint subscription_team_uid_fkey FOREIGN KEY (team_uid) REFERENCES team(uid)
);
CREATE INDEX subscription_due ON public.subscription USING btree (due_at) WHERE (due_at IS NOT NULL);

create table public.subscription_term (
  uid uuid not null,
  team_uid uuid not null,
  kind text not null,
  plan text not null,
  cycle text not null,
  starts_at timestamp with time zone not null,
  ends_at timestamp with time zone not null,
  lines jsonb not null,
  amount_micros bigint not null,
  created_at timestamp with time zone not null,
  constraint subscription_term_amount_micros_check CHECK ((amount_micros >= 0)),
  constraint subscription_term_check CHECK ((ends_at > starts_at)),
  constraint subscription_term_cycle_check CHECK ((cycle = ANY (ARRAY['monthly'::text, 'yearly'::text]))),
  constraint subscription_term_kind_check CHECK ((kind = ANY (ARRAY['period'::text, 'change'::text]))),
  constraint subscription_term_pkey PRIMARY KEY (uid),
  constraint subscription_term_team_uid_fkey FOREIGN KEY (team_uid) REFERENCES team(uid)
);
CREATE UNIQUE INDEX subscription_term_period ON public.subscription_term USING btree (team_uid, starts_at) WHERE (kind = 'period'::text);
CREATE INDEX subscription_term_team ON public.subscription_term USING btree (team_uid, created_at DESC, uid DESC);

create table public.tag (
  uid uuid not null,
  team_uid uuid not null,
  workspace_uid uuid not null,
  name text not null,
  created_at timestamp with time zone not null,
  updated_at timestamp with time zone not null,
  constraint tag_name_check CHECK (((length(name) >= 1) AND (length(name) <= 100))),
  constraint tag_pkey PRIMARY KEY (uid),
  constraint tag_team_uid_fkey FOREIGN KEY (team_uid) REFERENCES team(uid),
  constraint tag_workspace_uid_fkey FOREIGN KEY (workspace_uid) REFERENCES workspace(uid)
);
CREATE UNIQUE INDEX tag_name ON public.tag USING btree (workspace_uid, lower(name));

create table public.team (
  uid uuid not null,
  name text not null,
  created_at timestamp with time zone not null,
  sandbox_of uuid,
  constraint team_pkey PRIMARY KEY (uid),
  constraint team_sandbox_of_fkey FOREIGN KEY (sandbox_of) REFERENCES team(uid),
  constraint team_sandbox_of_key UNIQUE (sandbox_of)
);

create table public.team_member (
  team_uid uuid not null,
  person_uid uuid not null,
  role text not null,
  created_at timestamp with time zone not null,
  constraint team_member_person_uid_fkey FOREIGN KEY (person_uid) REFERENCES person(uid),
  constraint team_member_pkey PRIMARY KEY (team_uid, person_uid),
  constraint team_member_role_check CHECK ((role = ANY (ARRAY['owner'::text, 'admin'::text, 'operator'::text, 'finance'::text, 'viewer'::text, 'client'::text]))),
  constraint team_member_team_uid_fkey FOREIGN KEY (team_uid) REFERENCES team(uid)
);
CREATE INDEX team_member_list ON public.team_member USING btree (team_uid, created_at, person_uid);
CREATE INDEX team_member_person ON public.team_member USING btree (person_uid, created_at);

create table public.team_tax (
  team_uid uuid not null,
  country text,
  percent numeric(6,3),
  note text,
  updated_at timestamp with time zone not null,
  constraint team_tax_country_check CHECK ((country ~ '^[A-Z]{2}$'::text)),
  constraint team_tax_percent_check CHECK (((percent >= (0)::numeric) AND (percent <= (100)::numeric))),
  constraint team_tax_pkey PRIMARY KEY (team_uid),
  constraint team_tax_team_uid_fkey FOREIGN KEY (team_uid) REFERENCES team(uid)
);

create table public.totp_factor (
  person_uid uuid not null,
  secret_sealed text not null,
  created_at timestamp with time zone not null,
  confirmed_at timestamp with time zone,
  last_step bigint default 0 not null,
  constraint totp_factor_person_uid_fkey FOREIGN KEY (person_uid) REFERENCES person(uid) ON DELETE CASCADE,
  constraint totp_factor_pkey PRIMARY KEY (person_uid)
);

create table public.wallet_settings (
  team_uid uuid not null,
  low_balance_micros bigint,
  auto_topup_enabled boolean default false not null,
  auto_topup_below_micros bigint,
  auto_topup_add_micros bigint,
  auto_topup_cap_micros bigint,
  topup_run uuid,
  topup_failures integer default 0 not null,
  topup_not_before timestamp with time zone,
  updated_at timestamp with time zone not null,
  constraint wallet_settings_auto_topup_add_micros_check CHECK ((auto_topup_add_micros > 0)),
  constraint wallet_settings_auto_topup_below_micros_check CHECK ((auto_topup_below_micros > 0)),
  constraint wallet_settings_auto_topup_cap_micros_check CHECK ((auto_topup_cap_micros > 0)),
  constraint wallet_settings_check CHECK (((NOT auto_topup_enabled) OR ((auto_topup_below_micros IS NOT NULL) AND (auto_topup_add_micros IS NOT NULL)))),
  constraint wallet_settings_low_balance_micros_check CHECK ((low_balance_micros >= 0)),
  constraint wallet_settings_pkey PRIMARY KEY (team_uid),
  constraint wallet_settings_team_uid_fkey FOREIGN KEY (team_uid) REFERENCES team(uid)
);
CREATE INDEX wallet_settings_topup ON public.wallet_settings USING btree (team_uid) WHERE auto_topup_enabled;

create table public.warmup_day (
  subscription_uid uuid not null,
  day date not null,
  planned integer default 0 not null,
  sent integer default 0 not null,
  replies integer default 0 not null,
  inbox integer default 0 not null,
  spam integer default 0 not null,
  missing integer default 0 not null,
  failed integer default 0 not null,
  received integer default 0 not null,
  opened integer default 0 not null,
  important integer default 0 not null,
  rescued integer default 0 not null,
  constraint warmup_day_pkey PRIMARY KEY (subscription_uid, day),
  constraint warmup_day_subscription_uid_fkey FOREIGN KEY (subscription_uid) REFERENCES warmup_subscription(uid)
);

create table public.warmup_letter (
  uid uuid not null,
  from_uid uuid not null,
  to_uid uuid not null,
  answers_uid uuid,
  depth integer not null,
  message_id text not null,
  thread text not null,
  subject text not null,
  status text not null,
  reason text,
  day date not null,
  actor_uid uuid,
  due_at timestamp with time zone,
  attempts integer default 0 not null,
  sent_at timestamp with time zone,
  landed_at timestamp with time zone,
  landed_in text,
  opened boolean default false not null,
  important boolean default false not null,
  created_at timestamp with time zone not null,
  constraint warmup_letter_answers_uid_fkey FOREIGN KEY (answers_uid) REFERENCES warmup_letter(uid),
  constraint warmup_letter_answers_uid_key UNIQUE (answers_uid),
  constraint warmup_letter_check CHECK ((from_uid <> to_uid)),
  constraint warmup_letter_check1 CHECK (((due_at IS NULL) = (status = ANY (ARRAY['landed'::text, 'missing'::text, 'failed'::text, 'dropped'::text])))),
  constraint warmup_letter_check2 CHECK (((due_at IS NULL) = (actor_uid IS NULL))),
  constraint warmup_letter_check3 CHECK (((status = ANY (ARRAY['found'::text, 'landed'::text])) = (landed_in IS NOT NULL))),
  constraint warmup_letter_depth_check CHECK ((depth >= 0)),
  constraint warmup_letter_from_uid_fkey FOREIGN KEY (from_uid) REFERENCES warmup_subscription(uid),
  constraint warmup_letter_landed_in_check CHECK ((landed_in = ANY (ARRAY['inbox'::text, 'spam'::text]))),
  constraint warmup_letter_message_id_key UNIQUE (message_id),
  constraint warmup_letter_pkey PRIMARY KEY (uid),
  constraint warmup_letter_status_check CHECK ((status = ANY (ARRAY['planned'::text, 'sending'::text, 'sent'::text, 'found'::text, 'landed'::text, 'missing'::text, 'failed'::text, 'dropped'::text]))),
  constraint warmup_letter_to_uid_fkey FOREIGN KEY (to_uid) REFERENCES warmup_subscription(uid)
);
CREATE INDEX warmup_letter_actor ON public.warmup_letter USING btree (actor_uid, due_at) WHERE (due_at IS NOT NULL);
CREATE INDEX warmup_letter_created ON public.warmup_letter USING btree (created_at);
CREATE INDEX warmup_letter_due ON public.warmup_letter USING btree (due_at) WHERE (due_at IS NOT NULL);
CREATE INDEX warmup_letter_from ON public.warmup_letter USING btree (from_uid, day);
CREATE INDEX warmup_letter_to ON public.warmup_letter USING btree (to_uid, created_at);

create table public.warmup_planner (
  singleton boolean default true not null,
  constraint warmup_planner_pkey PRIMARY KEY (singleton),
  constraint warmup_planner_singleton_check CHECK (singleton)
);

create table public.warmup_subscription (
  uid uuid not null,
  team_uid uuid not null,
  workspace_uid uuid not null,
  mailbox_uid uuid not null,
  domain_uid uuid not null,
  domain_name text not null,
  status text not null,
  status_reason text,
  status_since timestamp with time zone not null,
  paused_for text,
  begins_by_itself boolean not null,
  settings jsonb not null,
  shared boolean not null,
  ramp_day integer default 0 not null,
  planned_day date,
  planned_letters integer default 0 not null,
  plan_at timestamp with time zone,
  partners integer,
  started_at timestamp with time zone,
  term_anchor timestamp with time zone,
  term_months integer default 0 not null,
  paid_until timestamp with time zone,
  unpaid_since timestamp with time zone,
  due_at timestamp with time zone,
  leased_until timestamp with time zone,
  leased_by uuid,
  created_at timestamp with time zone not null,
  updated_at timestamp with time zone not null,
  constraint warmup_subscription_check CHECK (((status = 'paused'::text) = (paused_for IS NOT NULL))),
  constraint warmup_subscription_check1 CHECK (((status = 'active'::text) OR (plan_at IS NULL))),
  constraint warmup_subscription_domain_uid_fkey FOREIGN KEY (domain_uid) REFERENCES domain(uid),
  constraint warmup_subscription_mailbox_uid_fkey FOREIGN KEY (mailbox_uid) REFERENCES mailbox(uid),
  constraint warmup_subscription_mailbox_uid_key UNIQUE (mailbox_uid),
  constraint warmup_subscription_paused_for_check CHECK ((paused_for = ANY (ARRAY['request'::text, 'payment'::text, 'mailbox'::text]))),
  constraint warmup_subscription_pkey PRIMARY KEY (uid),
  constraint warmup_subscription_ramp_day_check CHECK ((ramp_day >= 0)),
  constraint warmup_subscription_status_check CHECK ((status = ANY (ARRAY['pending'::text, 'active'::text, 'paused'::text, 'cancelled'::text]))),
  constraint warmup_subscription_team_uid_fkey FOREIGN KEY (team_uid) REFERENCES team(uid),
  constraint warmup_subscription_term_months_check CHECK ((term_months >= 0)),
  constraint warmup_subscription_workspace_uid_fkey FOREIGN KEY (workspace_uid) REFERENCES workspace(uid)
);
CREATE INDEX warmup_subscription_active ON public.warmup_subscription USING btree (workspace_uid) WHERE (status = 'active'::text);
CREATE INDEX warmup_subscription_due ON public.warmup_subscription USING btree (due_at) WHERE (due_at IS NOT NULL);
CREATE INDEX warmup_subscription_plan ON public.warmup_subscription USING btree (plan_at) WHERE (plan_at IS NOT NULL);
CREATE INDEX warmup_subscription_team ON public.warmup_subscription USING btree (team_uid) WHERE (paid_until IS NOT NULL);
CREATE INDEX warmup_subscription_workspace ON public.warmup_subscription USING btree (workspace_uid, created_at, uid);

create table public.warmup_term (
  uid uuid not null,
  subscription_uid uuid not null,
  starts_at timestamp with time zone,
  ends_at timestamp with time zone,
  created_at timestamp with time zone not null,
  constraint warmup_term_check CHECK ((ends_at > starts_at)),
  constraint warmup_term_check1 CHECK (((starts_at IS NULL) = (ends_at IS NULL))),
  constraint warmup_term_pkey PRIMARY KEY (uid),
  constraint warmup_term_subscription_uid_fkey FOREIGN KEY (subscription_uid) REFERENCES warmup_subscription(uid),
  constraint warmup_term_subscription_uid_starts_at_key UNIQUE (subscription_uid, starts_at)
);
CREATE UNIQUE INDEX warmup_term_not_begun ON public.warmup_term USING btree (subscription_uid) WHERE (starts_at IS NULL);

create table public.webhook_attempt (
  delivery_uid uuid not null,
  number integer not null,
  started_at timestamp with time zone not null,
  duration_ms integer not null,
  request_headers jsonb not null,
  response_status integer,
  response_headers jsonb,
  response_body text,
  error text,
  constraint webhook_attempt_delivery_uid_fkey FOREIGN KEY (delivery_uid) REFERENCES webhook_delivery(uid) ON DELETE CASCADE,
  constraint webhook_attempt_pkey PRIMARY KEY (delivery_uid, number)
);

create table public.webhook_delivery (
  uid uuid not null,
  endpoint_uid uuid not null,
  event_seq bigint not null,
  event_uid uuid not null,
  event_type text not null,
  subject_uid uuid not null,
  "position" bigint not null,
  status text not null,
  attempts integer default 0 not null,
  due_at timestamp with time zone,
  replay boolean default false not null,
  leased_until timestamp with time zone,
  leased_by uuid,
  last_status integer,
  last_error text,
  created_at timestamp with time zone not null,
  finished_at timestamp with time zone,
  constraint webhook_delivery_check CHECK (((finished_at IS NULL) = (status = 'pending'::text))),
  constraint webhook_delivery_endpoint_uid_fkey FOREIGN KEY (endpoint_uid) REFERENCES webhook_endpoint(uid) ON DELETE CASCADE,
  constraint webhook_delivery_event_seq_fkey FOREIGN KEY (event_seq) REFERENCES event(seq),
  constraint webhook_delivery_pkey PRIMARY KEY (uid),
  constraint webhook_delivery_status_check CHECK ((status = ANY (ARRAY['pending'::text, 'delivered'::text, 'failed'::text])))
);
CREATE INDEX webhook_delivery_due ON public.webhook_delivery USING btree (due_at) WHERE ((status = 'pending'::text) AND (due_at IS NOT NULL));
CREATE INDEX webhook_delivery_finished ON public.webhook_delivery USING btree (finished_at) WHERE (finished_at IS NOT NULL);
CREATE INDEX webhook_delivery_lane ON public.webhook_delivery USING btree (endpoint_uid, subject_uid, "position") WHERE (status = 'pending'::text);
CREATE INDEX webhook_delivery_list ON public.webhook_delivery USING btree (endpoint_uid, created_at DESC, uid DESC);
CREATE UNIQUE INDEX webhook_delivery_once ON public.webhook_delivery USING btree (endpoint_uid, event_seq) WHERE (NOT replay);

create table public.webhook_endpoint (
  uid uuid not null,
  team_uid uuid not null,
  workspace_uid uuid,
  of_workspace_settings boolean default false not null,
  url text not null,
  description text default ''::text not null,
  format text not null,
  event_types text[] default '{}'::text[] not null,
  include_secrets boolean default false not null,
  key_uid uuid,
  secret_sealed text not null,
  previous_secret_sealed text,
  previous_secret_until timestamp with time zone,
  status text not null,
  disabled_reason text,
  failing_since timestamp with time zone,
  unavailable_times integer default 0 not null,
  hold_until timestamp with time zone,
  created_at timestamp with time zone not null,
  updated_at timestamp with time zone not null,
  constraint webhook_endpoint_check CHECK (((NOT of_workspace_settings) OR (workspace_uid IS NOT NULL))),
  constraint webhook_endpoint_check1 CHECK (((NOT include_secrets) OR (format = 'inboxkit'::text))),
  constraint webhook_endpoint_format_check CHECK ((format = ANY (ARRAY['standard'::text, 'inboxkit'::text]))),
  constraint webhook_endpoint_key_uid_fkey FOREIGN KEY (key_uid) REFERENCES api_key(uid),
  constraint webhook_endpoint_pkey PRIMARY KEY (uid),
  constraint webhook_endpoint_status_check CHECK ((status = ANY (ARRAY['enabled'::text, 'disabled'::text]))),
  constraint webhook_endpoint_team_uid_fkey FOREIGN KEY (team_uid) REFERENCES team(uid),
  constraint webhook_endpoint_workspace_uid_fkey FOREIGN KEY (workspace_uid) REFERENCES workspace(uid)
);
CREATE UNIQUE INDEX webhook_endpoint_of_settings ON public.webhook_endpoint USING btree (workspace_uid) WHERE of_workspace_settings;
CREATE INDEX webhook_endpoint_team ON public.webhook_endpoint USING btree (team_uid, created_at, uid);

create table public.webhook_fan_out (
  singleton boolean default true not null,
  "position" bigint not null,
  constraint webhook_fan_out_pkey PRIMARY KEY (singleton),
  constraint webhook_fan_out_singleton_check CHECK (singleton)
);

create table public.workflow_executor (
  executor_id text not null,
  session uuid,
  started_at timestamp with time zone default now() not null,
  heartbeat_at timestamp with time zone default now() not null,
  constraint workflow_executor_pkey PRIMARY KEY (executor_id)
);

create table public.workflow_start (
  id text not null,
  workflow text not null,
  input jsonb not null,
  requested_at timestamp with time zone default now() not null,
  constraint workflow_start_pkey PRIMARY KEY (id)
);
CREATE INDEX workflow_start_requested ON public.workflow_start USING btree (requested_at);
CREATE TRIGGER workflow_start_requested AFTER INSERT ON public.workflow_start FOR EACH STATEMENT EXECUTE FUNCTION notify_workflow_start();

create table public.workspace (
  uid uuid not null,
  team_uid uuid not null,
  name text not null,
  webhook_url text,
  admins_only boolean default false not null,
  workspace_type text default 'default'::text not null,
  use_shared_billing boolean default true not null,
  created_at timestamp with time zone not null,
  updated_at timestamp with time zone not null,
  deleted_at timestamp with time zone,
  max_domains integer,
  max_mailboxes integer,
  offboarding_since timestamp with time zone,
  offboarding_runs integer default 0 not null,
  offboarding_problem text,
  constraint workspace_max_domains_check CHECK ((max_domains >= 0)),
  constraint workspace_max_mailboxes_check CHECK ((max_mailboxes >= 0)),
  constraint workspace_name_check CHECK (((length(name) >= 1) AND (length(name) <= 120))),
  constraint workspace_pkey PRIMARY KEY (uid),
  constraint workspace_team_uid_fkey FOREIGN KEY (team_uid) REFERENCES team(uid)
);
CREATE UNIQUE INDEX workspace_live_name ON public.workspace USING btree (team_uid, lower(name)) WHERE (deleted_at IS NULL);

create table public.workspace_member (
  workspace_uid uuid not null,
  team_uid uuid not null,
  person_uid uuid not null,
  created_at timestamp with time zone not null,
  constraint workspace_member_pkey PRIMARY KEY (workspace_uid, person_uid),
  constraint workspace_member_team_uid_person_uid_fkey FOREIGN KEY (team_uid, person_uid) REFERENCES team_member(team_uid, person_uid) ON DELETE CASCADE,
  constraint workspace_member_workspace_uid_fkey FOREIGN KEY (workspace_uid) REFERENCES workspace(uid) ON DELETE CASCADE
);
CREATE INDEX workspace_member_person ON public.workspace_member USING btree (team_uid, person_uid);

create schema bank;

create table bank.card (
  id uuid not null,
  customer_id uuid not null,
  label text not null,
  answer text not null,
  created_at timestamp with time zone not null,
  constraint card_answer_check CHECK ((answer = ANY (ARRAY['pays'::text, 'declined'::text, 'needs_customer'::text]))),
  constraint card_customer_id_fkey FOREIGN KEY (customer_id) REFERENCES bank.customer(id),
  constraint card_customer_id_key UNIQUE (customer_id),
  constraint card_pkey PRIMARY KEY (id)
);

create table bank.customer (
  id uuid not null,
  reference uuid not null,
  name text not null,
  created_at timestamp with time zone not null,
  constraint customer_pkey PRIMARY KEY (id),
  constraint customer_reference_key UNIQUE (reference)
);

create table bank.notice (
  id uuid not null,
  payment_id uuid not null,
  type text not null,
  created_at timestamp with time zone not null,
  due_at timestamp with time zone not null,
  attempts integer default 0 not null,
  received_at timestamp with time zone,
  constraint notice_payment_id_fkey FOREIGN KEY (payment_id) REFERENCES bank.payment(id),
  constraint notice_pkey PRIMARY KEY (id)
);
CREATE INDEX bank_notice_due ON bank.notice USING btree (due_at) WHERE (received_at IS NULL);

create table bank.payment (
  id uuid not null,
  reference uuid not null,
  customer_id uuid not null,
  session_id text,
  lines jsonb not null,
  amount_cents integer not null,
  status text not null,
  failure_reason text,
  failure_message text,
  keep_method boolean not null,
  return_url text,
  expires_at timestamp with time zone,
  refunded_cents integer default 0 not null,
  disputed_cents integer default 0 not null,
  created_at timestamp with time zone not null,
  finished_at timestamp with time zone,
  constraint payment_amount_cents_check CHECK ((amount_cents > 0)),
  constraint payment_check CHECK (((refunded_cents >= 0) AND (disputed_cents >= 0) AND ((refunded_cents + disputed_cents) <= amount_cents))),
  constraint payment_customer_id_fkey FOREIGN KEY (customer_id) REFERENCES bank.customer(id),
  constraint payment_pkey PRIMARY KEY (id),
  constraint payment_reference_key UNIQUE (reference),
  constraint payment_session_id_key UNIQUE (session_id),
  constraint payment_status_check CHECK ((status = ANY (ARRAY['open'::text, 'succeeded'::text, 'failed'::text, 'expired'::text])))
);
CREATE INDEX bank_payment_customer ON bank.payment USING btree (customer_id, created_at DESC);
CREATE INDEX bank_payment_open ON bank.payment USING btree (expires_at) WHERE (status = 'open'::text);

create table bank.portal (
  id text not null,
  customer_id uuid not null,
  return_url text,
  expires_at timestamp with time zone not null,
  constraint portal_customer_id_fkey FOREIGN KEY (customer_id) REFERENCES bank.customer(id),
  constraint portal_pkey PRIMARY KEY (id)
);

create table bank.signing_key (
  singleton boolean default true not null,
  sealed text not null,
  constraint signing_key_pkey PRIMARY KEY (singleton),
  constraint signing_key_singleton_check CHECK (singleton)
);

create schema identity;

CREATE OR REPLACE FUNCTION identity.forget_client()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  delete from identity.artifact where client_id = old.client_id;
  return null;
end $function$;

CREATE OR REPLACE FUNCTION identity.forget_mailbox()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  delete from identity.artifact where mailbox_id = old.id;
  return null;
end $function$;

CREATE OR REPLACE FUNCTION identity.notify_token()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  perform pg_notify('published_mailbox', old.mailbox_id::text);
  return null;
end $function$;

create table identity.artifact (
  model text not null,
  id_hash bytea not null,
  uid text,
  grant_id text,
  client_id text,
  mailbox_id uuid,
  scopes text[] default '{}'::text[] not null,
  payload_sealed text not null,
  consumed_at timestamp with time zone,
  expires_at timestamp with time zone not null,
  constraint artifact_pkey PRIMARY KEY (model, id_hash)
);
CREATE INDEX artifact_client_id ON identity.artifact USING btree (client_id) WHERE (client_id IS NOT NULL);
CREATE INDEX artifact_expires_at ON identity.artifact USING btree (expires_at);
CREATE INDEX artifact_grant_id ON identity.artifact USING btree (grant_id) WHERE (grant_id IS NOT NULL);
CREATE INDEX artifact_mailbox_id ON identity.artifact USING btree (mailbox_id) WHERE (mailbox_id IS NOT NULL);
CREATE INDEX artifact_uid ON identity.artifact USING btree (model, uid) WHERE (uid IS NOT NULL);
CREATE TRIGGER mail_token_removed AFTER DELETE ON identity.artifact FOR EACH ROW WHEN (((old.model = 'AccessToken'::text) AND (old.mailbox_id IS NOT NULL))) EXECUTE FUNCTION identity.notify_token();

create table identity.secret (
  name text not null,
  value_sealed text not null,
  created_at timestamp with time zone default now() not null,
  constraint secret_pkey PRIMARY KEY (name)
);

create table identity.sign_in_guard (
  key text not null,
  failures integer not null,
  last_failure_at timestamp with time zone not null,
  locked_until timestamp with time zone,
  constraint sign_in_guard_pkey PRIMARY KEY (key)
);

create table identity.totp_use (
  mailbox_id uuid not null,
  last_step bigint not null,
  constraint totp_use_pkey PRIMARY KEY (mailbox_id)
);

create schema mail;

CREATE OR REPLACE FUNCTION mail.note_removed()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  insert into mail.removed_mailbox (id) values (old.id) on conflict (id) do update set removed_at = now();
  return null;
end $function$;

CREATE OR REPLACE FUNCTION mail.note_returned()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  delete from mail.removed_mailbox where id = new.id;
  return null;
end $function$;

create table mail.bounce (
  id uuid not null,
  workspace_id uuid not null,
  mailbox_id uuid not null,
  recipient_id uuid not null,
  address text not null,
  kind text not null,
  origin text not null,
  status text not null,
  reason text not null,
  reported_by text,
  bounced_at timestamp with time zone not null,
  told_at timestamp with time zone,
  constraint bounce_kind_check CHECK ((kind = ANY (ARRAY['hard'::text, 'soft'::text]))),
  constraint bounce_origin_check CHECK ((origin = ANY (ARRAY['delivery'::text, 'report'::text]))),
  constraint bounce_pkey PRIMARY KEY (id),
  constraint bounce_recipient_id_fkey FOREIGN KEY (recipient_id) REFERENCES mail.queue_recipient(id) ON DELETE CASCADE,
  constraint bounce_recipient_id_key UNIQUE (recipient_id)
);
CREATE INDEX bounce_untold ON mail.bounce USING btree (id) WHERE (told_at IS NULL);
CREATE INDEX bounce_workspace ON mail.bounce USING btree (workspace_id, id);

create table mail.content (
  sha256 bytea not null,
  raw bytea not null,
  size_bytes integer not null,
  header_bytes integer not null,
  envelope text not null,
  body text not null,
  bodystructure text not null,
  parts jsonb not null,
  search_headers jsonb not null,
  sent_date date,
  stored_at timestamp with time zone default now() not null,
  constraint content_pkey PRIMARY KEY (sha256)
);

create table mail.expunged (
  folder_id uuid not null,
  modseq bigint not null,
  uid bigint not null,
  expunged_at timestamp with time zone default clock_timestamp() not null,
  constraint expunged_folder_id_fkey FOREIGN KEY (folder_id) REFERENCES mail.folder(id) ON DELETE CASCADE,
  constraint expunged_pkey PRIMARY KEY (folder_id, modseq, uid)
);
CREATE INDEX expunged_at ON mail.expunged USING btree (expunged_at);

create table mail.folder (
  id uuid not null,
  mailbox_id uuid not null,
  name text not null,
  special_use text,
  uidvalidity bigint not null,
  uidnext bigint default 1 not null,
  modseq bigint default 1 not null,
  first_recent_uid bigint default 1 not null,
  message_count bigint default 0 not null,
  unseen_count bigint default 0 not null,
  size_bytes bigint default 0 not null,
  keywords text[] default '{}'::text[] not null,
  created_at timestamp with time zone default now() not null,
  constraint folder_mailbox_id_fkey FOREIGN KEY (mailbox_id) REFERENCES mail.mailbox(id) ON DELETE CASCADE,
  constraint folder_mailbox_id_name_key UNIQUE (mailbox_id, name),
  constraint folder_pkey PRIMARY KEY (id),
  constraint folder_uidnext_check CHECK (((uidnext >= 1) AND (uidnext <= '4294967296'::bigint))),
  constraint folder_uidvalidity_check CHECK (((uidvalidity >= 1) AND (uidvalidity <= '4294967295'::bigint)))
);

create table mail.mailbox (
  id uuid not null,
  size_bytes bigint default 0 not null,
  message_count bigint default 0 not null,
  last_uidvalidity bigint not null,
  constraint mailbox_message_count_check CHECK ((message_count >= 0)),
  constraint mailbox_pkey PRIMARY KEY (id),
  constraint mailbox_size_bytes_check CHECK ((size_bytes >= 0))
);

create table mail.message (
  folder_id uuid not null,
  uid bigint not null,
  modseq bigint not null,
  flags text[] default '{}'::text[] not null,
  internal_date timestamp with time zone not null,
  internal_date_offset_min smallint default 0 not null,
  size_bytes integer not null,
  sha256 bytea not null,
  constraint message_folder_id_fkey FOREIGN KEY (folder_id) REFERENCES mail.folder(id) ON DELETE CASCADE,
  constraint message_pkey PRIMARY KEY (folder_id, uid),
  constraint message_sha256_fkey FOREIGN KEY (sha256) REFERENCES mail.content(sha256)
);
CREATE INDEX message_content ON mail.message USING btree (sha256);
CREATE INDEX message_modseq ON mail.message USING btree (folder_id, modseq);

create table mail.queue_attempt (
  recipient_id uuid not null,
  attempt integer not null,
  started_at timestamp with time zone not null,
  finished_at timestamp with time zone not null,
  result text not null,
  remote_host text,
  response text,
  constraint queue_attempt_pkey PRIMARY KEY (recipient_id, attempt),
  constraint queue_attempt_recipient_id_fkey FOREIGN KEY (recipient_id) REFERENCES mail.queue_recipient(id) ON DELETE CASCADE,
  constraint queue_attempt_result_check CHECK ((result = ANY (ARRAY['delivered'::text, 'deferred'::text, 'bounced'::text])))
);

create table mail.queue_message (
  id uuid not null,
  sender text not null,
  mailbox_id uuid,
  raw bytea,
  accepted_at timestamp with time zone not null,
  forwarded_for text,
  workspace_id uuid,
  message_id text,
  subject text,
  size_bytes integer default 0 not null,
  smtp_utf8 boolean default false not null,
  dsn_ret text,
  dsn_envid text,
  signing_domain text,
  constraint queue_message_dsn_ret_check CHECK ((dsn_ret = ANY (ARRAY['FULL'::text, 'HDRS'::text]))),
  constraint queue_message_pkey PRIMARY KEY (id)
);
CREATE INDEX queue_message_accepted ON mail.queue_message USING btree (accepted_at);
CREATE INDEX queue_message_message_id ON mail.queue_message USING btree (mailbox_id, message_id) WHERE (mailbox_id IS NOT NULL);

create table mail.queue_recipient (
  id uuid not null,
  message_id uuid not null,
  address text not null,
  domain text not null,
  state text default 'queued'::text not null,
  reason text,
  attempts integer default 0 not null,
  due_at timestamp with time zone,
  lease_owner uuid,
  changed_at timestamp with time zone not null,
  workspace_id uuid,
  dsn_notify text[],
  dsn_orcpt text,
  delay_reported boolean default false not null,
  hold_requested boolean default false not null,
  constraint queue_recipient_check CHECK (((due_at IS NOT NULL) = (state = ANY (ARRAY['queued'::text, 'sending'::text, 'deferred'::text])))),
  constraint queue_recipient_check1 CHECK (((lease_owner IS NOT NULL) = (state = 'sending'::text))),
  constraint queue_recipient_hold_requested CHECK (((state = 'held'::text) OR (NOT hold_requested))),
  constraint queue_recipient_message_id_fkey FOREIGN KEY (message_id) REFERENCES mail.queue_message(id) ON DELETE CASCADE,
  constraint queue_recipient_pkey PRIMARY KEY (id),
  constraint queue_recipient_state_check CHECK ((state = ANY (ARRAY['queued'::text, 'sending'::text, 'deferred'::text, 'held'::text, 'delivered'::text, 'bounced'::text, 'expired'::text, 'dropped'::text])))
);
CREATE INDEX queue_recipient_due ON mail.queue_recipient USING btree (due_at) WHERE (due_at IS NOT NULL);
CREATE INDEX queue_recipient_held ON mail.queue_recipient USING btree (domain) WHERE (state = 'held'::text);
CREATE INDEX queue_recipient_lease ON mail.queue_recipient USING btree (lease_owner) WHERE (lease_owner IS NOT NULL);
CREATE INDEX queue_recipient_message ON mail.queue_recipient USING btree (message_id);
CREATE INDEX queue_recipient_waiting ON mail.queue_recipient USING btree (workspace_id, state) WHERE ((workspace_id IS NOT NULL) AND (state = ANY (ARRAY['queued'::text, 'sending'::text, 'deferred'::text, 'held'::text])));
CREATE INDEX queue_recipient_workspace ON mail.queue_recipient USING btree (workspace_id, id) WHERE (workspace_id IS NOT NULL);

create table mail.released_content (
  sha256 bytea not null,
  released_at timestamp with time zone default now() not null,
  constraint released_content_pkey PRIMARY KEY (sha256)
);
CREATE INDEX released_at ON mail.released_content USING btree (released_at);

create table mail.removed_mailbox (
  id uuid not null,
  removed_at timestamp with time zone default now() not null,
  constraint removed_mailbox_pkey PRIMARY KEY (id)
);
CREATE INDEX removed_mailbox_removed_at ON mail.removed_mailbox USING btree (removed_at);

create table mail.search_signature (
  sha256 bytea not null,
  bits bytea not null,
  constraint search_signature_bits_check CHECK ((octet_length(bits) <= 4096)),
  constraint search_signature_pkey PRIMARY KEY (sha256),
  constraint search_signature_sha256_fkey FOREIGN KEY (sha256) REFERENCES mail.content(sha256) ON DELETE CASCADE
);

create table mail.send_window (
  subject text not null,
  length text not null,
  starts_at timestamp with time zone not null,
  messages integer not null,
  recipients integer not null,
  constraint send_window_length_check CHECK ((length = ANY (ARRAY['hour'::text, 'day'::text]))),
  constraint send_window_pkey PRIMARY KEY (subject, length, starts_at)
);
CREATE INDEX send_window_starts_at ON mail.send_window USING btree (starts_at);

create table mail.srs_secret (
  id integer default 1 not null,
  secret_sealed text not null,
  made_at timestamp with time zone default now() not null,
  constraint srs_secret_id_check CHECK ((id = 1)),
  constraint srs_secret_pkey PRIMARY KEY (id)
);

create table mail.subscription (
  mailbox_id uuid not null,
  name text not null,
  constraint subscription_mailbox_id_fkey FOREIGN KEY (mailbox_id) REFERENCES mail.mailbox(id) ON DELETE CASCADE,
  constraint subscription_pkey PRIMARY KEY (mailbox_id, name)
);

create table mail.suppression (
  id uuid not null,
  workspace_id uuid not null,
  address text not null,
  source text not null,
  reason text,
  created_at timestamp with time zone not null,
  constraint suppression_pkey PRIMARY KEY (id),
  constraint suppression_source_check CHECK ((source = ANY (ARRAY['bounce'::text, 'manual'::text, 'import'::text]))),
  constraint suppression_workspace_id_address_key UNIQUE (workspace_id, address)
);
CREATE INDEX suppression_newest ON mail.suppression USING btree (workspace_id, created_at DESC, id DESC);

create schema published;

CREATE OR REPLACE FUNCTION published.notify_mail_forward()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  perform pg_notify('published_mail_forward', coalesce(new.domain, old.domain));
  return null;
end $function$;

CREATE OR REPLACE FUNCTION published.notify_mail_web_hosts()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  perform pg_notify('published_web_forward', 'autoconfig.' || coalesce(new.name, old.name));
  return null;
end $function$;

CREATE OR REPLACE FUNCTION published.notify_mailbox()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  perform pg_notify('published_mailbox', coalesce(new.id, old.id)::text);
  return null;
end $function$;

CREATE OR REPLACE FUNCTION published.notify_web_forward()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  perform pg_notify('published_web_forward', coalesce(new.host, old.host));
  return null;
end $function$;

CREATE OR REPLACE FUNCTION published.notify_zone()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  perform pg_notify('published_zone', coalesce(new.name, old.name));
  return null;
end $function$;

create table published.dkim_key (
  domain text not null,
  selector text not null,
  algorithm text not null,
  private_key_sealed text not null,
  active boolean default true not null,
  activated_at timestamp with time zone default now(),
  constraint dkim_key_algorithm_check CHECK ((algorithm = ANY (ARRAY['rsa-sha256'::text, 'ed25519-sha256'::text]))),
  constraint dkim_key_domain_fkey FOREIGN KEY (domain) REFERENCES published.mail_domain(name) ON DELETE CASCADE,
  constraint dkim_key_pkey PRIMARY KEY (domain, selector)
);

create table published.mail_domain (
  name text not null,
  workspace_id uuid not null,
  updated_at timestamp with time zone default now() not null,
  last_selector_number integer default 0 not null,
  constraint mail_domain_name_check CHECK ((name = lower(name))),
  constraint mail_domain_pkey PRIMARY KEY (name)
);
CREATE TRIGGER mail_domain_web_hosts_changed AFTER INSERT OR DELETE ON published.mail_domain FOR EACH ROW EXECUTE FUNCTION published.notify_mail_web_hosts();

create table published.mail_forward (
  domain text not null,
  kind text not null,
  target_address text not null,
  updated_at timestamp with time zone default now() not null,
  constraint mail_forward_domain_check CHECK ((domain = lower(domain))),
  constraint mail_forward_kind_check CHECK ((kind = ANY (ARRAY['catch_all'::text, 'forward'::text]))),
  constraint mail_forward_pkey PRIMARY KEY (domain, kind),
  constraint mail_forward_target_address_check CHECK (((target_address ~~ '_%@_%'::text) AND (target_address = lower(target_address))))
);
CREATE TRIGGER mail_forward_changed AFTER INSERT OR DELETE OR UPDATE ON published.mail_forward FOR EACH ROW EXECUTE FUNCTION published.notify_mail_forward();

create table published.mailbox (
  id uuid not null,
  workspace_id uuid not null,
  address text not null,
  domain text not null,
  display_name text default ''::text not null,
  status text default 'active'::text not null,
  password_hash text not null,
  app_password_hash text,
  quota_bytes bigint default '5368709120'::bigint not null,
  daily_send_limit integer default 500 not null,
  updated_at timestamp with time zone default now() not null,
  login_version integer default 1 not null,
  forward_to text,
  forward_keeps_copy boolean default true not null,
  constraint mailbox_address_check CHECK ((address = lower(address))),
  constraint mailbox_address_key UNIQUE (address),
  constraint mailbox_domain_fkey FOREIGN KEY (domain) REFERENCES published.mail_domain(name) ON DELETE CASCADE,
  constraint mailbox_forward_to_check CHECK ((forward_to ~~ '_%@_%'::text)),
  constraint mailbox_pkey PRIMARY KEY (id),
  constraint mailbox_status_check CHECK ((status = ANY (ARRAY['active'::text, 'inactive'::text, 'suspended'::text, 'archived'::text])))
);
CREATE INDEX mailbox_domain ON published.mailbox USING btree (domain);
CREATE TRIGGER mailbox_changed AFTER DELETE OR UPDATE ON published.mailbox FOR EACH ROW EXECUTE FUNCTION published.notify_mailbox();
CREATE TRIGGER mailbox_has_mail_again AFTER INSERT ON published.mailbox FOR EACH ROW EXECUTE FUNCTION mail.note_returned();
CREATE TRIGGER mailbox_leaves_mail AFTER DELETE ON published.mailbox FOR EACH ROW EXECUTE FUNCTION mail.note_removed();
CREATE TRIGGER mailbox_login_changed AFTER UPDATE OF login_version ON published.mailbox FOR EACH ROW WHEN ((old.login_version IS DISTINCT FROM new.login_version)) EXECUTE FUNCTION identity.forget_mailbox();
CREATE TRIGGER mailbox_removed AFTER DELETE ON published.mailbox FOR EACH ROW EXECUTE FUNCTION identity.forget_mailbox();

create table published.mailbox_alias (
  address text not null,
  mailbox_id uuid not null,
  constraint mailbox_alias_address_check CHECK ((address = lower(address))),
  constraint mailbox_alias_mailbox_id_fkey FOREIGN KEY (mailbox_id) REFERENCES published.mailbox(id) ON DELETE CASCADE,
  constraint mailbox_alias_pkey PRIMARY KEY (address)
);
CREATE INDEX mailbox_alias_mailbox_id ON published.mailbox_alias USING btree (mailbox_id);

create table published.oauth_client (
  client_id text not null,
  workspace_id uuid not null,
  name text not null,
  secret_hash text,
  redirect_uris text[] not null,
  scopes text[] not null,
  updated_at timestamp with time zone default now() not null,
  constraint oauth_client_pkey PRIMARY KEY (client_id),
  constraint oauth_client_redirect_uris_check CHECK ((cardinality(redirect_uris) > 0)),
  constraint oauth_client_scopes_check CHECK ((cardinality(scopes) > 0))
);
CREATE TRIGGER oauth_client_removed AFTER DELETE ON published.oauth_client FOR EACH ROW EXECUTE FUNCTION identity.forget_client();

create table published.record (
  id uuid not null,
  zone text not null,
  name text not null,
  type text not null,
  ttl_s integer not null,
  data text not null,
  constraint record_name_check CHECK (((name = lower(name)) AND (name !~ '\.$'::text))),
  constraint record_name_type_data_key UNIQUE (name, type, data),
  constraint record_pkey PRIMARY KEY (id),
  constraint record_ttl_s_check CHECK (((ttl_s >= 0) AND (ttl_s <= 2147483647))),
  constraint record_type_check CHECK ((type = upper(type))),
  constraint record_zone_fkey FOREIGN KEY (zone) REFERENCES published.zone(name) ON UPDATE CASCADE ON DELETE CASCADE
);
CREATE INDEX record_zone ON published.record USING btree (zone);

create table published.warmup_secret (
  singleton boolean default true not null,
  secret_sealed text not null,
  constraint warmup_secret_pkey PRIMARY KEY (singleton),
  constraint warmup_secret_singleton_check CHECK (singleton)
);

create table published.web_forward (
  host text not null,
  target_url text not null,
  permanent boolean default false not null,
  keep_path boolean default false not null,
  updated_at timestamp with time zone default now() not null,
  constraint web_forward_host_check CHECK ((host = lower(host))),
  constraint web_forward_pkey PRIMARY KEY (host)
);
CREATE TRIGGER web_forward_changed AFTER INSERT OR DELETE ON published.web_forward FOR EACH ROW EXECUTE FUNCTION published.notify_web_forward();

create table published.zone (
  name text not null,
  serial bigint not null,
  primary_ns text not null,
  hostmaster text not null,
  refresh_s integer default 7200 not null,
  retry_s integer default 3600 not null,
  expire_s integer default 1209600 not null,
  negative_ttl_s integer default 60 not null,
  updated_at timestamp with time zone default now() not null,
  constraint zone_name_check CHECK (((name = lower(name)) AND (name !~ '\.$'::text))),
  constraint zone_pkey PRIMARY KEY (name),
  constraint zone_serial_check CHECK (((serial >= 1) AND (serial <= '4294967295'::bigint)))
);
CREATE TRIGGER zone_changed AFTER INSERT OR DELETE OR UPDATE ON published.zone FOR EACH ROW EXECUTE FUNCTION published.notify_zone();

create view published.mail_token as
 SELECT id_hash AS token_hash,
    mailbox_id,
    expires_at
   FROM identity.artifact
  WHERE ((model = 'AccessToken'::text) AND ('mail'::text = ANY (scopes)));

create view published.mailbox_totp as
 SELECT uid AS mailbox_id,
    totp_secret_sealed
   FROM mailbox;

create view published.web_host as
 SELECT web_forward.host
   FROM published.web_forward
UNION
 SELECT ((label.label || '.'::text) || mail_domain.name) AS host
   FROM published.mail_domain,
    unnest(ARRAY['autoconfig'::text, 'autodiscover'::text]) label(label);

create schema registry;

create table registry.attempt (
  idempotency_key text not null,
  attempts integer not null,
  constraint attempt_pkey PRIMARY KEY (idempotency_key)
);

create table registry.banned_name (
  pattern text not null,
  reason text not null,
  constraint banned_name_pkey PRIMARY KEY (pattern)
);

create table registry.name (
  id uuid not null,
  name text not null,
  years integer not null,
  contact jsonb,
  nameservers text[] not null,
  idempotency_key text not null,
  failure_reason text,
  requested_at timestamp with time zone not null,
  registered_at timestamp with time zone not null,
  expires_at timestamp with time zone not null,
  constraint name_idempotency_key_key UNIQUE (idempotency_key),
  constraint name_name_check CHECK (((name = lower(name)) AND (name !~ '\.$'::text))),
  constraint name_pkey PRIMARY KEY (id),
  constraint name_years_check CHECK (((years >= 1) AND (years <= 10)))
);
CREATE INDEX name_by_name ON registry.name USING btree (name);
CREATE UNIQUE INDEX name_held ON registry.name USING btree (name) WHERE (failure_reason IS NULL);

create table registry.renewal (
  idempotency_key text not null,
  name_id uuid not null,
  years integer not null,
  expires_before timestamp with time zone not null,
  expires_after timestamp with time zone not null,
  renewed_at timestamp with time zone not null,
  constraint renewal_name_id_fkey FOREIGN KEY (name_id) REFERENCES registry.name(id) ON DELETE CASCADE,
  constraint renewal_pkey PRIMARY KEY (idempotency_key),
  constraint renewal_years_check CHECK (((years >= 1) AND (years <= 10)))
);

create table registry.reserved_name (
  label text not null,
  constraint reserved_name_label_check CHECK ((label = lower(label))),
  constraint reserved_name_pkey PRIMARY KEY (label)
);

create schema web;

CREATE OR REPLACE FUNCTION web.notify_certificate()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  perform pg_notify('web_certificate', coalesce(new.name, old.name));
  return null;
end $function$;

create table web.acme_account (
  directory_url text not null,
  key_sealed text not null,
  created_at timestamp with time zone not null,
  paused_until timestamp with time zone,
  pause_reason text,
  failures integer default 0 not null,
  constraint acme_account_check CHECK (((pause_reason IS NULL) = (paused_until IS NULL))),
  constraint acme_account_failures_check CHECK ((failures >= 0)),
  constraint acme_account_pkey PRIMARY KEY (directory_url)
);

create table web.certificate (
  name text not null,
  hosts text[] not null,
  state text default 'queued'::text not null,
  due_at timestamp with time zone not null,
  attempt_id uuid,
  failures integer default 0 not null,
  reason text,
  order_url text,
  order_directory_url text,
  order_key_sealed text,
  directory_url text,
  covers text[],
  chain_pem text,
  key_sealed text,
  not_before timestamp with time zone,
  not_after timestamp with time zone,
  issued_at timestamp with time zone,
  constraint certificate_check CHECK (((attempt_id IS NOT NULL) = (state = 'ordering'::text))),
  constraint certificate_check1 CHECK ((num_nulls(order_url, order_directory_url, order_key_sealed) = ANY (ARRAY[0, 3]))),
  constraint certificate_check2 CHECK ((num_nulls(directory_url, covers, chain_pem, key_sealed, not_before, not_after, issued_at) = ANY (ARRAY[0, 7]))),
  constraint certificate_failures_check CHECK ((failures >= 0)),
  constraint certificate_name_check CHECK ((name = lower(name))),
  constraint certificate_pkey PRIMARY KEY (name),
  constraint certificate_state_check CHECK ((state = ANY (ARRAY['queued'::text, 'ordering'::text, 'issued'::text, 'deferred'::text])))
);
CREATE INDEX certificate_due ON web.certificate USING btree (due_at) WHERE (hosts <> '{}'::text[]);
CREATE TRIGGER certificate_changed AFTER DELETE OR UPDATE OF chain_pem ON web.certificate FOR EACH ROW EXECUTE FUNCTION web.notify_certificate();

create table web.certificate_attempt (
  id uuid not null,
  name text not null,
  directory_url text not null,
  started_at timestamp with time zone not null,
  finished_at timestamp with time zone,
  result text,
  reason text,
  constraint certificate_attempt_check CHECK (((result IS NULL) = (finished_at IS NULL))),
  constraint certificate_attempt_pkey PRIMARY KEY (id),
  constraint certificate_attempt_result_check CHECK ((result = ANY (ARRAY['issued'::text, 'refused'::text, 'unavailable'::text, 'abandoned'::text])))
);
CREATE INDEX certificate_attempt_directory ON web.certificate_attempt USING btree (directory_url, started_at);
CREATE INDEX certificate_attempt_name ON web.certificate_attempt USING btree (name, started_at);

create table web.challenge (
  token text not null,
  host text not null,
  key_authorization text not null,
  expires_at timestamp with time zone not null,
  constraint challenge_pkey PRIMARY KEY (token)
);
CREATE INDEX challenge_expires ON web.challenge USING btree (expires_at);
