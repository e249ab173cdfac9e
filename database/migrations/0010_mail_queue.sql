-- The outbound queue of the mail plane: accepted mail on its way out, one row per recipient.

create table mail.queue_message (
  id uuid primary key,
  sender text not null, -- envelope sender; empty is the null path (RFC 5321 §4.5.5), which never gets a report back
  -- published.mailbox that submitted it, null for our own reports. No foreign key: accepted mail outlives its mailbox.
  mailbox_id uuid,
  raw bytea, -- complete and signed; every line ends in CRLF. Null once all recipients have it
  accepted_at timestamptz not null
);
-- Most of a big message is base64, on which compression costs time and gains little.
alter table mail.queue_message alter column raw set storage external;
create index queue_message_accepted on mail.queue_message (accepted_at);

create table mail.queue_recipient (
  id uuid primary key,
  message_id uuid not null references mail.queue_message (id) on delete cascade,
  address text not null,
  domain text not null,
  -- queued: not tried yet · sending: claimed by a worker · deferred: tried, will be tried again · held: waits for a
  -- change of configuration · delivered, bounced (refused for good), expired (given up after too long): final
  state text not null default 'queued'
    check (state in ('queued', 'sending', 'deferred', 'held', 'delivered', 'bounced', 'expired')),
  reason text, -- why it is in this state, for people
  attempts integer not null default 0,
  -- queued and deferred: when to try next. sending: when the lease ends; a worker that died does not renew it, and
  -- the row is due again. Null in the other states.
  due_at timestamptz,
  lease_owner uuid, -- the worker, while sending
  changed_at timestamptz not null,
  check ((due_at is not null) = (state in ('queued', 'sending', 'deferred'))),
  check ((lease_owner is not null) = (state = 'sending'))
);
create index queue_recipient_message on mail.queue_recipient (message_id);
create index queue_recipient_due on mail.queue_recipient (due_at) where due_at is not null;
create index queue_recipient_lease on mail.queue_recipient (lease_owner) where lease_owner is not null;
create index queue_recipient_held on mail.queue_recipient (domain) where state = 'held';

-- What happened each time delivery was tried.
create table mail.queue_attempt (
  recipient_id uuid not null references mail.queue_recipient (id) on delete cascade,
  attempt integer not null,
  started_at timestamptz not null,
  finished_at timestamptz not null,
  result text not null check (result in ('delivered', 'deferred', 'bounced')),
  remote_host text, -- who answered, or would not
  response text, -- the reply as received, or the error
  primary key (recipient_id, attempt)
);

-- Recipients a mailbox has sent to on a UTC day, against its daily limit.
create table mail.send_count (
  mailbox_id uuid not null,
  day date not null,
  recipients integer not null,
  primary key (mailbox_id, day)
);
create index send_count_day on mail.send_count (day);
