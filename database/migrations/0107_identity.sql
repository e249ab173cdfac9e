-- Sign-in and consent for built-in mailboxes: what the identity plane keeps, and what it and the mail plane read.
create schema identity;

-- Sessions, grants, codes and tokens. An id that opens something is kept as its SHA-256 only, and the rest sealed, so
-- that nobody signs in with a copy of this table.
create table identity.artifact (
  model text not null,
  id_hash bytea not null,
  -- Sessions and interactions are also found by this.
  uid text,
  grant_id text,
  client_id text,
  mailbox_id uuid,
  scopes text[] not null default '{}',
  payload_sealed text not null,
  consumed_at timestamptz,
  expires_at timestamptz not null,
  primary key (model, id_hash)
);
create index artifact_uid on identity.artifact (model, uid) where uid is not null;
create index artifact_grant_id on identity.artifact (grant_id) where grant_id is not null;
create index artifact_client_id on identity.artifact (client_id) where client_id is not null;
create index artifact_mailbox_id on identity.artifact (mailbox_id) where mailbox_id is not null;
create index artifact_expires_at on identity.artifact (expires_at);

-- Keys that sign tokens and cookies, made at the first start.
create table identity.secret (
  name text primary key,
  value_sealed text not null
);

-- Failed sign-ins, by address and by network.
create table identity.sign_in_guard (
  key text primary key,
  failures integer not null,
  last_failure_at timestamptz not null,
  locked_until timestamptz
);

-- The step of the last one-time code taken: a code is good once (RFC 6238 §5.2).
create table identity.totp_use (
  mailbox_id uuid primary key,
  last_step bigint not null
);

-- Programs that may ask owners of mailboxes for access.
create table published.oauth_client (
  client_id text primary key,
  workspace_id uuid not null,
  name text not null,
  -- SHA-256 of 256 random bits, in hex.
  secret_hash text not null,
  redirect_uris text[] not null check (cardinality(redirect_uris) > 0),
  scopes text[] not null check (cardinality(scopes) > 0),
  updated_at timestamptz not null default now()
);

-- The seed of a mailbox's one-time codes, sealed for `mailbox:<id>:totpSecret`.
create view published.mailbox_totp as
  select uid as mailbox_id, totp_secret_sealed from public.mailbox;

-- Access tokens that open a mailbox to mail programs (RFC 7628).
create view published.mail_token as
  select id_hash as token_hash, mailbox_id, expires_at
  from identity.artifact
  where model = 'AccessToken' and 'mail' = any (scopes);

-- A mailbox whose owner signs in with something new, or that is gone, is open to nobody who was let in before.
create function identity.forget_mailbox() returns trigger language plpgsql as $$
begin
  delete from identity.artifact where mailbox_id = old.id;
  return null;
end $$;
create trigger mailbox_login_changed after update of login_version on published.mailbox
  for each row when (old.login_version is distinct from new.login_version)
  execute function identity.forget_mailbox();
create trigger mailbox_removed after delete on published.mailbox
  for each row execute function identity.forget_mailbox();

create function identity.forget_client() returns trigger language plpgsql as $$
begin
  delete from identity.artifact where client_id = old.client_id;
  return null;
end $$;
create trigger oauth_client_removed after delete on published.oauth_client
  for each row execute function identity.forget_client();

-- Ends what a mail program does with a token that was taken back.
create function identity.notify_token() returns trigger language plpgsql as $$
begin
  perform pg_notify('published_mailbox', old.mailbox_id::text);
  return null;
end $$;
create trigger mail_token_removed after delete on identity.artifact
  for each row when (old.model = 'AccessToken' and old.mailbox_id is not null)
  execute function identity.notify_token();
