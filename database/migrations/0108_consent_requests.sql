-- Which programs a workspace lets in to its mailboxes, and the requests that sign in and agree.

-- The allow-list: clients made at the identity plane of this installation, and clients of other vendors.
create table oauth_client (
  uid uuid primary key,
  team_uid uuid not null references team (uid),
  workspace_uid uuid not null references workspace (uid),
  client_id text not null,
  kind text not null check (kind in ('registered', 'allowed')),
  name text not null,
  redirect_uris text[] not null default '{}',
  -- Where its addresses may lead beside the vendor's own pages: `app.example.com`, `*.example.com`.
  hosts text[] not null,
  scopes text[] not null,
  -- Of the key that has to say yes too, and when it did; null: nobody else has to.
  second_approver uuid,
  approved_at timestamptz,
  created_by uuid,
  created_at timestamptz not null,
  unique (workspace_uid, client_id)
);
create index oauth_client_page on oauth_client (workspace_uid, created_at desc, uid desc);

-- A client whose requests a domain takes. Built-in domains have nobody else to ask.
create table client_id_request (
  uid uuid primary key,
  team_uid uuid not null references team (uid),
  workspace_uid uuid not null references workspace (uid),
  client_id text not null,
  domain_name text not null,
  mailbox_uid uuid not null references mailbox (uid),
  status text not null check (status in ('queued', 'pending', 'processing', 'completed', 'failed', 'errored', 'cancelled')),
  status_text text not null,
  status_reason text,
  created_at timestamptz not null,
  completed_at timestamptz
);
create index client_id_request_page on client_id_request (workspace_uid, created_at desc, uid desc);

create table consent_request (
  uid uuid primary key,
  team_uid uuid not null references team (uid),
  workspace_uid uuid not null references workspace (uid),
  mailbox_uid uuid not null references mailbox (uid),
  mailbox_email text not null,
  client_id text not null,
  consent_url text not null,
  request_data jsonb not null default '{}',
  -- The flow that works it: the vendor of the pages.
  vendor text not null,
  client_id_request_uid uuid references client_id_request (uid),
  status text not null check (status in ('queued', 'pending', 'processing', 'completed', 'failed', 'errored', 'cancelled')),
  status_text text not null,
  status_reason text,
  -- The code behind the reason, for programs.
  reason_code text,
  -- Tries since it was last queued.
  attempts int not null default 0,
  due_at timestamptz,
  leased_by uuid,
  leased_until timestamptz,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  completed_at timestamptz,
  check ((status in ('completed', 'failed', 'errored', 'cancelled')) = (completed_at is not null))
);
create index consent_request_page on consent_request (workspace_uid, created_at desc, uid desc);
create index consent_request_due on consent_request (due_at) where due_at is not null;
create index consent_request_busy on consent_request (mailbox_uid) where status = 'processing';

-- What was seen: one row for each page, fields blanked. Kept for a while only.
create table consent_evidence (
  uid uuid primary key,
  request_uid uuid not null references consent_request (uid) on delete cascade,
  attempt int not null,
  step text not null,
  url text not null,
  title text not null,
  screenshot bytea,
  seen_at timestamptz not null
);
create index consent_evidence_request on consent_evidence (request_uid, seen_at, uid);
create index consent_evidence_seen_at on consent_evidence (seen_at);

-- Whose sign-in pages are worked for a workspace or a domain, where it is not the mailbox host of this installation.
alter table provider_choice
  drop constraint provider_choice_role_check,
  add constraint provider_choice_role_check
    check (role in ('registrar', 'dns-host', 'mailbox-host', 'consent-flow'));
