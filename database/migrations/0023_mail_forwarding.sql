-- What the mail plane needs to send mail on: the secret in its rewritten senders, and where forwarded mail in the queue came by.

-- Makes the addresses of the Sender Rewriting Scheme. One row, made by the first process that needs it and shared by
-- all; delivery reports to addresses made with another secret are refused.
create table mail.srs_secret (
  id integer primary key default 1 check (id = 1),
  secret_sealed text not null, -- sealed; context mail.srs_secret
  made_at timestamptz not null default now()
);

-- Of forwarded mail: the address here that it was for. Reports about it name this one, not where it was sent on to.
alter table mail.queue_message add column forwarded_for text;
