-- Where changes are announced, and every announcement.
create table webhook_endpoint (
  uid uuid primary key,
  team_uid uuid not null references team (uid),
  workspace_uid uuid references workspace (uid), -- null: every workspace of the team
  -- The address that a workspace was given with its settings; there is one at most.
  of_workspace_settings boolean not null default false,
  url text not null,
  description text not null default '',
  format text not null check (format in ('standard', 'inboxkit')),
  -- Types of events as people write them, `mailbox.*` among them; empty: all.
  event_types text[] not null default '{}',
  include_secrets boolean not null default false,
  -- For the constant signature of the format `inboxkit`.
  key_uid uuid not null references api_key (uid),
  secret_sealed text not null,
  -- While rotating: the secret before, which signs beside the new one until then.
  previous_secret_sealed text,
  previous_secret_until timestamptz,
  status text not null check (status in ('enabled', 'disabled')),
  disabled_reason text,
  -- Set by the first failure after a success, cleared by a success.
  failing_since timestamptz,
  -- How often in a row it could not be reached or could not cope, and until when it is therefore left alone.
  unavailable_times int not null default 0,
  hold_until timestamptz,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  check (not of_workspace_settings or workspace_uid is not null),
  check (not include_secrets or format = 'inboxkit')
);
create index webhook_endpoint_team on webhook_endpoint (team_uid, created_at, uid);
create unique index webhook_endpoint_of_settings on webhook_endpoint (workspace_uid) where of_workspace_settings;

-- How far events have been handed out to endpoints; one row.
create table webhook_fan_out (
  singleton boolean primary key default true check (singleton),
  position bigint not null
);
insert into webhook_fan_out (position) select coalesce(max(position), 0) from event_position;

create table webhook_delivery (
  uid uuid primary key,
  endpoint_uid uuid not null references webhook_endpoint (uid) on delete cascade,
  event_seq bigint not null references event (seq),
  event_uid uuid not null,
  event_type text not null,
  -- Deliveries of one endpoint about one subject go out one after the other, in the order of their events.
  subject_uid uuid not null,
  position bigint not null,
  status text not null check (status in ('pending', 'delivered', 'failed')),
  attempts int not null default 0,
  -- Null while an earlier delivery about the same subject is pending, and while the endpoint is disabled.
  due_at timestamptz,
  -- Sent again because somebody asked for it.
  replay boolean not null default false,
  leased_until timestamptz,
  leased_by uuid,
  last_status int,
  last_error text,
  created_at timestamptz not null,
  finished_at timestamptz,
  check ((finished_at is null) = (status = 'pending'))
);
create index webhook_delivery_due on webhook_delivery (due_at) where status = 'pending' and due_at is not null;
create index webhook_delivery_lane on webhook_delivery (endpoint_uid, subject_uid, position) where status = 'pending';
create unique index webhook_delivery_once on webhook_delivery (endpoint_uid, event_seq) where not replay;
create index webhook_delivery_list on webhook_delivery (endpoint_uid, created_at desc, uid desc);

create table webhook_attempt (
  delivery_uid uuid not null references webhook_delivery (uid) on delete cascade,
  number int not null,
  started_at timestamptz not null,
  duration_ms int not null,
  request_headers jsonb not null, -- without signatures
  response_status int,
  response_headers jsonb,
  response_body text, -- its first 4 kB
  error text,
  primary key (delivery_uid, number)
);
create index webhook_delivery_finished on webhook_delivery (finished_at) where finished_at is not null;
