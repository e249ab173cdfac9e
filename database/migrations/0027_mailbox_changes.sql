-- What can be changed about a mailbox after it was bought, and the addresses it had before.

-- One change under way, or one that ended. `before` is what the mailbox goes back to when the host refuses; secrets in it
-- are sealed. Of each kind a mailbox has one open change at most, so that what to go back to is never in doubt.
create table mailbox_change (
  uid uuid primary key,
  mailbox_uid uuid not null references mailbox (uid),
  workspace_uid uuid not null references workspace (uid),
  kind text not null check (kind in ('name', 'username', 'password', 'forwarding')),
  before jsonb not null,
  after jsonb not null,
  status text not null check (status in ('queued', 'pending', 'completed', 'failed')),
  reason text,
  requested_at timestamptz not null,
  finished_at timestamptz
);
create unique index mailbox_change_open on mailbox_change (mailbox_uid, kind) where status in ('queued', 'pending');
create index mailbox_change_mailbox on mailbox_change (mailbox_uid, requested_at desc, uid desc);
create index mailbox_change_list on mailbox_change (workspace_uid, kind, requested_at desc, uid desc);

-- Addresses a mailbox had before its username was changed. They stay its own until they end.
create table mailbox_alias (
  address text primary key check (address = lower(address)),
  mailbox_uid uuid not null references mailbox (uid),
  ends_at timestamptz not null,
  created_at timestamptz not null
);
create index mailbox_alias_mailbox on mailbox_alias (mailbox_uid);

alter table mailbox
  -- How the last change stands.
  add column update_status text not null default 'na'
    check (update_status in ('na', 'queued', 'pending', 'completed', 'failed')),
  add column forwarding_keep_copy boolean not null default true,
  add column signature text; -- HTML that is safe to show

-- Further addresses of a mailbox: mail for them is its mail, it may sign in with them, and send as them. An address is
-- in here or in published.mailbox, never in both; whoever writes either holds the row of the domain.
create table published.mailbox_alias (
  address text primary key check (address = lower(address)),
  mailbox_id uuid not null references published.mailbox (id) on delete cascade
);
create index mailbox_alias_mailbox_id on published.mailbox_alias (mailbox_id);

alter table published.mailbox
  -- Grows whenever something that its owner signs in with stops being good. A session of an earlier one is over.
  add column login_version integer not null default 1,
  -- Where its mail goes on to, and whether the mailbox keeps a copy. A message passes one mailbox's forwarding once: when
  -- it comes back it stays in the mailbox.
  add column forward_to text check (forward_to like '_%@_%'),
  add column forward_keeps_copy boolean not null default true;
