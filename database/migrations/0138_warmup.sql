-- Warm-up: subscriptions of mailboxes, the time they are paid for, the letters they write to each other, and what became
-- of them day by day.
create table warmup_subscription (
  uid uuid primary key,
  team_uid uuid not null references team (uid),
  workspace_uid uuid not null references workspace (uid),
  -- A mailbox has one subscription, ever: added again after it was cancelled, the same one goes on.
  mailbox_uid uuid not null unique references mailbox (uid),
  domain_uid uuid not null references domain (uid),
  domain_name text not null,
  status text not null check (status in ('pending', 'active', 'paused', 'cancelled')),
  status_reason text,
  status_since timestamptz not null,
  -- Who has to end the pause: its owner, the next payment, or the mailbox when it works again.
  paused_for text check (paused_for in ('request', 'payment', 'mailbox')),
  -- Whether a pending one begins by itself as soon as its mailbox works.
  begins_by_itself boolean not null,
  -- How it warms up; see the type WarmupSettings.
  settings jsonb not null,
  shared boolean not null,
  -- Days of sending on the curve so far, and the last local day that was planned, with how many letters it may have.
  ramp_day int not null default 0 check (ramp_day >= 0),
  planned_day date,
  planned_letters int not null default 0,
  -- When its next day is planned; null while it sends nothing.
  plan_at timestamptz,
  partners int,
  started_at timestamptz,
  -- Months are counted from here, as those of mailboxes are.
  term_anchor timestamptz,
  term_months int not null default 0 check (term_months >= 0),
  paid_until timestamptz,
  unpaid_since timestamptz,
  -- When somebody has to look at it next: to begin, renew, or end it.
  due_at timestamptz,
  leased_until timestamptz,
  leased_by uuid,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  check ((status = 'paused') = (paused_for is not null)),
  check (status = 'active' or plan_at is null)
);
create index warmup_subscription_workspace on warmup_subscription (workspace_uid, created_at, uid);
create index warmup_subscription_due on warmup_subscription (due_at) where due_at is not null;
create index warmup_subscription_plan on warmup_subscription (plan_at) where plan_at is not null;
create index warmup_subscription_active on warmup_subscription (workspace_uid) where status = 'active';
create index warmup_subscription_team on warmup_subscription (team_uid) where paid_until is not null;

-- A month of warm-up that was paid, or for which the price is set aside: that one has not begun.
create table warmup_term (
  uid uuid primary key,
  subscription_uid uuid not null references warmup_subscription (uid),
  starts_at timestamptz,
  ends_at timestamptz check (ends_at > starts_at),
  created_at timestamptz not null,
  unique (subscription_uid, starts_at),
  check ((starts_at is null) = (ends_at is null))
);
create unique index warmup_term_not_begun on warmup_term (subscription_uid) where starts_at is null;

alter table charge drop constraint charge_subject_type_check;
alter table charge add constraint charge_subject_type_check
  check (subject_type in ('domain', 'domain_renewal', 'mailbox', 'mailbox_term', 'subscription', 'warmup'));

-- A letter from one mailbox to another.
create table warmup_letter (
  uid uuid primary key,
  from_uid uuid not null references warmup_subscription (uid),
  to_uid uuid not null references warmup_subscription (uid),
  -- The letter it answers. None is answered twice.
  answers_uid uuid unique references warmup_letter (uid),
  depth int not null check (depth >= 0),
  message_id text not null unique,
  -- Message-IDs of the thread so far, separated by spaces (RFC 5322 §3.6.4).
  thread text not null,
  subject text not null,
  -- planned → sending → sent → found → landed, or missing; failed: refused for good; dropped: not wanted any more.
  status text not null
    check (status in ('planned', 'sending', 'sent', 'found', 'landed', 'missing', 'failed', 'dropped')),
  reason text,
  -- The local day of its sender that it counts for.
  day date not null,
  -- Who has to do something about it next, and when: the sender sends, the recipient looks for it.
  actor_uid uuid,
  due_at timestamptz,
  attempts int not null default 0,
  sent_at timestamptz,
  landed_at timestamptz,
  landed_in text check (landed_in in ('inbox', 'spam')),
  opened boolean not null default false,
  important boolean not null default false,
  created_at timestamptz not null,
  check (from_uid <> to_uid),
  check ((due_at is null) = (status in ('landed', 'missing', 'failed', 'dropped'))),
  check ((due_at is null) = (actor_uid is null)),
  check ((status in ('found', 'landed')) = (landed_in is not null))
);
create index warmup_letter_due on warmup_letter (due_at) where due_at is not null;
create index warmup_letter_actor on warmup_letter (actor_uid, due_at) where due_at is not null;
create index warmup_letter_from on warmup_letter (from_uid, day);
create index warmup_letter_to on warmup_letter (to_uid, created_at);
create index warmup_letter_created on warmup_letter (created_at);

-- What became of a mailbox's letters, by the local day they were sent on; received and what was done with it by the
-- recipient's own day.
create table warmup_day (
  subscription_uid uuid not null references warmup_subscription (uid),
  day date not null,
  planned int not null default 0,
  sent int not null default 0,
  replies int not null default 0,
  inbox int not null default 0,
  spam int not null default 0,
  missing int not null default 0,
  failed int not null default 0,
  received int not null default 0,
  opened int not null default 0,
  important int not null default 0,
  rescued int not null default 0,
  primary key (subscription_uid, day)
);

-- Planning is done by one process at a time, so that partners are shared out fairly.
create table warmup_planner (
  singleton boolean primary key default true check (singleton)
);
insert into warmup_planner default values;

-- What the mark of warm-up letters is keyed with: made by the control plane, read by the mail plane as well.
create table published.warmup_secret (
  singleton boolean primary key default true check (singleton),
  secret_sealed text not null
);
