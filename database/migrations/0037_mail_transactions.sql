-- What the outbound queue has to know of a message beyond its envelope: whose it is, what its sender asked to be told
-- (RFC 3461), and what the next host must be able to do for it (RFC 6531). Adding the columns rewrites nothing; the
-- two updates touch each queued message and recipient once, some seconds for a million.

alter table mail.queue_message
  add column workspace_id uuid, -- null for reports of our own
  add column message_id text, -- the Message-ID field, by which reports about it are known
  add column subject text, -- decoded and cut, for the people who look at the queue
  add column size_bytes integer not null default 0,
  add column smtp_utf8 boolean not null default false, -- the header or an address is not ASCII
  add column dsn_ret text check (dsn_ret in ('FULL', 'HDRS')), -- RFC 3461 §4.3
  add column dsn_envid text; -- RFC 3461 §4.4, decoded

alter table mail.queue_recipient
  add column workspace_id uuid, -- of its message
  add column dsn_notify text[], -- RFC 3461 §4.1; null: tell of failures
  add column dsn_orcpt text, -- RFC 3461 §4.2, decoded
  add column delay_reported boolean not null default false;

update mail.queue_message m set workspace_id = b.workspace_id
  from published.mailbox b where b.id = m.mailbox_id;
update mail.queue_message set size_bytes = octet_length(raw) where raw is not null;
update mail.queue_recipient r set workspace_id = m.workspace_id
  from mail.queue_message m where m.id = r.message_id and m.workspace_id is not null;

-- Ids are in the order they were made: this is the list of a workspace, newest first.
create index queue_recipient_workspace on mail.queue_recipient (workspace_id, id) where workspace_id is not null;
create index queue_message_message_id on mail.queue_message (mailbox_id, message_id) where mailbox_id is not null;
