-- What a mailbox is paid for and what becomes of it: terms, seats, the steps that are due, and the ways it is closed.

-- A stretch of time a mailbox is paid for, beyond its first month. It is paid, and credited back, under its own uid; one
-- mailbox cannot pay for the same beginning twice.
create table mailbox_term (
  uid uuid primary key,
  mailbox_uid uuid not null references mailbox (uid),
  months integer not null check (months between 1 and 36),
  starts_at timestamptz not null,
  ends_at timestamptz not null check (ends_at > starts_at),
  created_at timestamptz not null,
  unique (mailbox_uid, starts_at)
);

alter table charge drop constraint charge_subject_type_check;
alter table charge add constraint charge_subject_type_check
  check (subject_type in ('domain', 'domain_renewal', 'mailbox', 'mailbox_term'));
-- An included seat is taken from its charge on until it is freed: by the next term, which takes its own, or by the end.
alter table charge add column seat_freed_at timestamptz check (seat_freed_at is null or paid_with = 'included_seat');
drop index charge_seats;
create index charge_seats on charge (team_uid)
  where paid_with = 'included_seat' and status in ('reserved', 'captured') and seat_freed_at is null;

alter table mailbox
  -- Months are counted from here, so that the 31st is not lost in the first February.
  add column term_anchor timestamptz,
  add column term_months integer not null default 0 check (term_months >= 0),
  -- When somebody has to look at it next: to remind, renew, end, suspend, archive or erase. Null while nothing is due.
  add column due_at timestamptz,
  add column reminded_at timestamptz,
  -- Since when its renewal could not be paid, and when that was last tried.
  add column unpaid_since timestamptz,
  add column renewal_tried_at timestamptz,
  -- When it gives its included seat back although it goes on, because what follows is prepaid.
  add column seat_until timestamptz,
  add column suspended_for text check (suspended_for in ('request', 'payment', 'domain')),
  add column cancellation_status text not null default 'na'
    check (cancellation_status in ('na', 'pending', 'completed', 'failed')),
  add column reactivation_status text not null default 'na'
    check (reactivation_status in ('na', 'pending', 'completed', 'failed')),
  -- Numbers the runs of workflows that it can go through more than once.
  add column runs integer not null default 0 check (runs >= 0),
  add constraint mailbox_renewal_status_check check (renewal_status in ('na', 'pending', 'completed', 'failed'));
update mailbox set term_anchor = renewal_date - interval '1 month', term_months = 1, due_at = now()
  where renewal_date is not null and status not in ('failed', 'cancelled', 'archived', 'deleted');
create index mailbox_due on mailbox (due_at) where due_at is not null;
create index mailbox_unpaid on mailbox (team_uid) where unpaid_since is not null;

-- A mailbox that is cancelled or archived can come back, and keeps its address until its mail is gone.
drop index mailbox_live_address;
create unique index mailbox_live_address on mailbox (address) where status not in ('failed', 'deleted');

-- Whether credits came in since a payment was last tried.
create index event_wallet_credited on event (team_uid, seq) where type = 'wallet.credited';

-- active: signs in, sends, receives. inactive: receives. suspended: mail is deferred (RFC 3463 §3.3, 4.2.1).
-- archived: mail is refused (5.2.1). All of them keep the mail they have.
alter table published.mailbox drop constraint mailbox_status_check;
alter table published.mailbox add constraint mailbox_status_check
  check (status in ('active', 'inactive', 'suspended', 'archived'));
