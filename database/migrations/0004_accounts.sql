-- Teams, the keys that act for them, and the workspaces that hold their things.
create table team (
  uid uuid primary key,
  name text not null,
  created_at timestamptz not null
);

-- API keys are signed JWTs; only a hash of the whole token is kept, so that a copy of this table opens nothing.
create table api_key (
  uid uuid primary key,
  team_uid uuid not null references team (uid),
  name text not null,
  token_sha256 bytea not null unique,
  created_at timestamptz not null,
  expires_at timestamptz,
  revoked_at timestamptz,
  last_used_at timestamptz
);
create index api_key_team on api_key (team_uid);

-- Secrets the installation makes for itself once (the key that signs API keys, for one), sealed.
create table installation_secret (
  name text primary key,
  sealed text not null
);

create table workspace (
  uid uuid primary key,
  team_uid uuid not null references team (uid),
  name text not null check (length(name) between 1 and 120),
  webhook_url text,
  admins_only boolean not null default false,
  workspace_type text not null default 'default',
  use_shared_billing boolean not null default true,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  deleted_at timestamptz
);
create unique index workspace_live_name on workspace (team_uid, lower(name)) where deleted_at is null;
