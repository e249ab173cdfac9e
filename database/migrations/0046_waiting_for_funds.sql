-- Purchases that wait for credits, what a team wants to be told and done about its wallet, and debt.
create table funds_wait (
  uid uuid primary key,
  team_uid uuid not null references team (uid),
  workspace_uid uuid not null references workspace (uid),
  -- Which feature goes on, and with what.
  kind text not null,
  subject_uid uuid not null,
  amount_micros bigint not null check (amount_micros > 0),
  -- Something that would be lost without it (a renewal) stands before what is new.
  urgent boolean not null,
  waiting_since timestamptz not null,
  unique (kind, subject_uid)
);
create index funds_wait_line on funds_wait (team_uid, urgent desc, waiting_since, uid);

create table wallet_settings (
  team_uid uuid primary key references team (uid),
  -- The team is told when the wallet falls below; null never tells.
  low_balance_micros bigint check (low_balance_micros >= 0),
  auto_topup_enabled boolean not null default false,
  auto_topup_below_micros bigint check (auto_topup_below_micros > 0),
  auto_topup_add_micros bigint check (auto_topup_add_micros > 0),
  -- Most that is topped up in a calendar month (UTC); null is no limit.
  auto_topup_cap_micros bigint check (auto_topup_cap_micros > 0),
  -- The one top-up under way.
  topup_run uuid,
  topup_failures integer not null default 0,
  topup_not_before timestamptz,
  updated_at timestamptz not null,
  check (not auto_topup_enabled or (auto_topup_below_micros is not null and auto_topup_add_micros is not null))
);
create index wallet_settings_topup on wallet_settings (team_uid) where auto_topup_enabled;

-- debt: what a team owes because a payment was taken back after its credits were spent (its balance is minus that).
alter table ledger_account drop constraint ledger_account_kind_check;
alter table ledger_account add constraint ledger_account_kind_check
  check (kind in ('wallet', 'reserved', 'revenue', 'funding', 'debt'));
insert into ledger_account (uid, team_uid, kind) select gen_random_uuid(), uid, 'debt' from team;

alter table ledger_transaction drop constraint ledger_transaction_kind_check;
alter table ledger_transaction add constraint ledger_transaction_kind_check
  check (kind in ('funding', 'reserve', 'capture', 'release', 'refund', 'reversal', 'debt', 'debt_paid'));
