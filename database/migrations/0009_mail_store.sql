-- The mail plane's own store: folders, messages and what IMAP needs to know of them. It has no foreign key to
-- `published`, so that the plane stands alone; the store of a mailbox goes by an explicit call.
create schema mail;

-- One row per mailbox that was touched once. `id` is published.mailbox.id. Whoever changes what a mailbox
-- holds locks this row first and then its folders by id, so that two changes never wait for each other.
create table mail.mailbox (
  id uuid primary key,
  size_bytes bigint not null default 0 check (size_bytes >= 0), -- sum over messages, what the quota limits
  message_count bigint not null default 0 check (message_count >= 0),
  last_uidvalidity bigint not null -- the next folder gets a greater one, RFC 9051 §2.3.1.1
);

create table mail.folder (
  id uuid primary key,
  mailbox_id uuid not null references mail.mailbox (id) on delete cascade,
  name text not null, -- NFC, levels separated by '/', INBOX in upper case
  special_use text, -- RFC 6154, e.g. \Sent
  uidvalidity bigint not null check (uidvalidity between 1 and 4294967295),
  uidnext bigint not null default 1 check (uidnext between 1 and 4294967296),
  modseq bigint not null default 1, -- RFC 7162; grows under the row's lock, so commits are in its order
  first_recent_uid bigint not null default 1, -- messages from here on were not yet \Recent for a session
  message_count bigint not null default 0,
  unseen_count bigint not null default 0,
  size_bytes bigint not null default 0,
  keywords text[] not null default '{}', -- every keyword ever used here, in its first spelling
  created_at timestamptz not null default now(),
  unique (mailbox_id, name)
);

-- A subscription outlives its folder: RFC 9051 §6.3.7.
create table mail.subscription (
  mailbox_id uuid not null references mail.mailbox (id) on delete cascade,
  name text not null,
  primary key (mailbox_id, name)
);

-- A message's bytes and what is derived from them, once per distinct message however many copies there are.
-- Strings for the wire (envelope, body, bodystructure) hold one character U+0000..U+00FF per octet.
create table mail.content (
  sha256 bytea primary key,
  raw bytea not null,
  size_bytes integer not null,
  header_bytes integer not null, -- the header with the blank line after it
  envelope text not null,
  body text not null,
  bodystructure text not null,
  parts jsonb not null, -- byte ranges of every MIME part
  search_headers jsonb not null, -- decoded, lower case; a field that is missing has no key
  sent_date date, -- of the Date field, as written, without time and zone (RFC 9051 §6.4.4)
  stored_at timestamptz not null default now()
);
-- Uncompressed, so that substring() reads a slice of a big message without the rest of it.
alter table mail.content alter column raw set storage external;

create table mail.message (
  folder_id uuid not null references mail.folder (id) on delete cascade,
  uid bigint not null,
  modseq bigint not null,
  flags text[] not null default '{}', -- system flags with their backslash, then keywords
  internal_date timestamptz not null,
  internal_date_offset_min smallint not null default 0, -- the zone it was given in, shown again by FETCH
  size_bytes integer not null,
  sha256 bytea not null references mail.content (sha256),
  primary key (folder_id, uid)
);
create index message_modseq on mail.message (folder_id, modseq);
create index message_content on mail.message (sha256);

-- What was removed, for sessions that still count it.
create table mail.expunged (
  folder_id uuid not null references mail.folder (id) on delete cascade,
  modseq bigint not null,
  uid bigint not null,
  expunged_at timestamptz not null default now(),
  primary key (folder_id, modseq, uid)
);
create index expunged_at on mail.expunged (expunged_at);

-- Contents that lost a message and may be without any; the sweep looks at nothing else.
create table mail.released_content (
  sha256 bytea primary key,
  released_at timestamptz not null default now()
);
create index released_at on mail.released_content (released_at);
