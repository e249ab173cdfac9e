-- Tags: words that a workspace puts on its domains and mailboxes.
create table tag (
  uid uuid primary key,
  team_uid uuid not null references team (uid),
  workspace_uid uuid not null references workspace (uid),
  name text not null check (length(name) between 1 and 100),
  created_at timestamptz not null,
  updated_at timestamptz not null
);
create unique index tag_name on tag (workspace_uid, lower(name));

create table domain_tag (
  domain_uid uuid not null references domain (uid),
  tag_uid uuid not null references tag (uid) on delete cascade,
  primary key (domain_uid, tag_uid)
);
create index domain_tag_tag on domain_tag (tag_uid);

create table mailbox_tag (
  mailbox_uid uuid not null references mailbox (uid),
  tag_uid uuid not null references tag (uid) on delete cascade,
  primary key (mailbox_uid, tag_uid)
);
create index mailbox_tag_tag on mailbox_tag (tag_uid);
