-- How much a mailbox and its domain have sent in an hour or a day of UTC, against their limits.
create table mail.send_window (
  subject text not null, -- 'mailbox <id>' or 'domain <name>'
  length text not null check (length in ('hour', 'day')),
  starts_at timestamptz not null,
  messages integer not null,
  recipients integer not null,
  primary key (subject, length, starts_at)
);
create index send_window_starts_at on mail.send_window (starts_at);

insert into mail.send_window (subject, length, starts_at, messages, recipients)
  select 'mailbox ' || mailbox_id, 'day', day::timestamp at time zone 'UTC', 0, recipients from mail.send_count;
drop table mail.send_count;
