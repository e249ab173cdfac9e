-- Where what is stored of a mailbox and what its host has differ. A row stands until they agree again.
create table mailbox_drift (
  uid uuid primary key,
  vendor text not null,
  host_id text not null, -- the mailbox's uid, or the host's own id of one that is not known here
  mailbox_uid uuid references mailbox (uid),
  workspace_uid uuid references workspace (uid), -- null when nobody here has the domain
  address text not null,
  kind text not null check (kind in
    ('missing_at_host', 'unknown_at_host', 'status', 'display_name', 'address', 'aliases', 'forwarding', 'password')),
  expected text,
  found text,
  repaired boolean not null default false,
  found_at timestamptz not null,
  seen_at timestamptz not null,
  resolved_at timestamptz
);
create unique index mailbox_drift_open on mailbox_drift (vendor, host_id, kind) where resolved_at is null;
create index mailbox_drift_workspace on mailbox_drift (workspace_uid, found_at desc, uid desc);

-- When the mailboxes of a host were last compared; whoever moves the time on is the one who compares.
create table mailbox_reconciliation (vendor text primary key, started_at timestamptz not null);
