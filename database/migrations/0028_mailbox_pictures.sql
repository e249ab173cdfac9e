-- Profile pictures of mailboxes, as they were written anew: small, and without anything that does not show.
create table mailbox_picture (
  mailbox_uid uuid primary key references mailbox (uid),
  content_type text not null,
  bytes bytea not null check (octet_length(bytes) <= 2000000),
  width integer not null,
  height integer not null,
  updated_at timestamptz not null
);
