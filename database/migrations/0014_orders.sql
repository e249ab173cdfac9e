-- Orders: what was asked for in one call. The domains and mailboxes themselves live in their own tables.
create table purchase_order (
  uid uuid primary key,
  team_uid uuid not null references team (uid),
  workspace_uid uuid not null references workspace (uid),
  status text not null check (status in ('queued', 'processing', 'done', 'error')),
  total_micros bigint not null,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  finished_at timestamptz
);
create index purchase_order_list on purchase_order (workspace_uid, created_at desc, uid desc);

create table order_domain (
  uid uuid primary key,
  order_uid uuid not null references purchase_order (uid),
  position integer not null,
  domain_uid uuid not null references domain (uid),
  name text not null,
  unique (order_uid, position)
);
create index order_domain_domain on order_domain (domain_uid);

create table order_mailbox (
  order_domain_uid uuid not null references order_domain (uid),
  position integer not null,
  mailbox_uid uuid not null references mailbox (uid),
  primary key (order_domain_uid, position)
);
create index order_mailbox_mailbox on order_mailbox (mailbox_uid);
