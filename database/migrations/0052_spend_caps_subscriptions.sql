-- Spend caps: the most that may be bought in a day or a month of UTC, by a team, in one workspace, or with one key.
create table spend_cap (
  uid uuid primary key,
  team_uid uuid not null references team (uid),
  scope text not null check (scope in ('team', 'workspace', 'key')),
  scope_uid uuid not null, -- of the team, the workspace or the key
  period text not null check (period in ('day', 'month')),
  amount_micros bigint not null check (amount_micros >= 0),
  updated_at timestamptz not null,
  unique (team_uid, scope, scope_uid, period)
);

-- Which key asked for it; null for what happens by itself, which counts under the caps and is not refused by them.
alter table charge add column key_uid uuid;
create index charge_spent on charge (team_uid, created_at);

-- A subscription belongs to a team and to no workspace.
alter table charge alter column workspace_uid drop not null;
alter table charge drop constraint charge_subject_type_check;
alter table charge add constraint charge_subject_type_check
  check (subject_type in ('domain', 'domain_renewal', 'mailbox', 'mailbox_term', 'subscription'));

alter table subscription
  -- Periods are counted from here, so that the 31st is not lost in the first February.
  add column anchor timestamptz,
  add column anchor_months integer not null default 1 check (anchor_months > 0),
  -- What the whole current period costs; 0 for the first one of a new team. Changes of plan are counted against it.
  add column period_micros bigint not null default 0 check (period_micros >= 0),
  add column price_version integer not null default 1 references price_book (version),
  add column next_plan text,
  add column next_cycle text check (next_cycle in ('monthly', 'yearly')),
  add column cancel_at_period_end boolean not null default false,
  -- When somebody has to look at it next: to remind, renew, try again or end. Null when it has ended.
  add column due_at timestamptz,
  add column reminded boolean not null default false,
  add column attempts integer not null default 0,
  add column ended_at timestamptz,
  drop constraint subscription_status_check,
  add constraint subscription_status_check check (status in ('active', 'past_due', 'cancelled')),
  add check ((next_plan is null) = (next_cycle is null));
update subscription set anchor = current_period_start, due_at = current_period_end;
-- Teams that were there before begin to pay with the period after this migration, not for the time since.
update subscription set anchor = now(), anchor_months = 1, current_period_start = now(),
    current_period_end = now() + interval '1 month', due_at = now() + interval '1 month'
  where current_period_end < now();
alter table subscription alter column anchor set not null;
create index subscription_due on subscription (due_at) where due_at is not null;

-- What a subscription cost, one row for each time: a period, or the rest of one after a change of plan. Its charge is
-- paid under its uid, and its lines say how the amount came about.
create table subscription_term (
  uid uuid primary key,
  team_uid uuid not null references team (uid),
  kind text not null check (kind in ('period', 'change')),
  plan text not null,
  cycle text not null check (cycle in ('monthly', 'yearly')),
  starts_at timestamptz not null,
  ends_at timestamptz not null check (ends_at > starts_at),
  lines jsonb not null,
  amount_micros bigint not null check (amount_micros >= 0),
  created_at timestamptz not null
);
create index subscription_term_team on subscription_term (team_uid, created_at desc, uid desc);
-- A period begins once, whoever begins it.
create unique index subscription_term_period on subscription_term (team_uid, starts_at) where kind = 'period';
