-- Double-entry bookkeeping. Amounts are integer micro-credits (1 credit = 1 USD = 1,000,000).
-- A balance is always the sum of an account's entries and is stored nowhere.
create table ledger_account (
  uid uuid primary key,
  team_uid uuid not null references team (uid),
  -- wallet: what the team can spend. reserved: set aside for running purchases. revenue: spent.
  -- funding: where credits come from (its balance is minus everything ever added).
  kind text not null check (kind in ('wallet', 'reserved', 'revenue', 'funding')),
  unique (team_uid, kind)
);

create table ledger_transaction (
  uid uuid primary key,
  seq bigint generated always as identity unique,
  team_uid uuid not null references team (uid),
  kind text not null check (kind in ('funding', 'reserve', 'capture', 'release', 'refund')),
  -- The same key never books twice.
  idempotency_key text not null unique,
  description text not null,
  reference_type text not null,
  reference_uid uuid not null,
  workspace_uid uuid,
  created_at timestamptz not null
);
create index ledger_transaction_team on ledger_transaction (team_uid, seq);

create table ledger_entry (
  id bigint generated always as identity primary key,
  transaction_uid uuid not null references ledger_transaction (uid),
  account_uid uuid not null references ledger_account (uid),
  amount_micros bigint not null check (amount_micros <> 0)
);
create index ledger_entry_account on ledger_entry (account_uid, id) include (amount_micros);
create index ledger_entry_transaction on ledger_entry (transaction_uid);

create trigger ledger_transaction_append_only before update or delete or truncate on ledger_transaction
  for each statement execute function forbid_change();
create trigger ledger_entry_append_only before update or delete or truncate on ledger_entry
  for each statement execute function forbid_change();

-- Checked when the transaction commits, when all of its entries are there.
create function check_ledger_balance() returns trigger language plpgsql as $$
declare
  checked uuid;
  total bigint;
  entries integer;
begin
  if tg_table_name = 'ledger_entry' then checked := new.transaction_uid; else checked := new.uid; end if;
  select coalesce(sum(amount_micros), 0), count(*) into total, entries
    from ledger_entry where transaction_uid = checked;
  if total <> 0 or entries < 2 then
    raise exception 'ledger transaction % does not balance: % entries, sum %', checked, entries, total
      using errcode = 'check_violation';
  end if;
  return null;
end $$;
create constraint trigger ledger_entry_balanced after insert on ledger_entry
  deferrable initially deferred for each row execute function check_ledger_balance();
create constraint trigger ledger_transaction_balanced after insert on ledger_transaction
  deferrable initially deferred for each row execute function check_ledger_balance();

-- One priced line: a domain or a mailbox has one charge for one purpose, ever.
create table charge (
  uid uuid primary key,
  team_uid uuid not null references team (uid),
  workspace_uid uuid not null,
  subject_type text not null check (subject_type in ('domain', 'mailbox')),
  subject_uid uuid not null,
  purpose text not null, -- registration, first_month, …
  description text not null,
  amount_micros bigint not null check (amount_micros >= 0),
  paid_with text not null check (paid_with in ('wallet', 'included_seat')),
  price_version text not null,
  -- reserved → captured → refunded, or reserved → released
  status text not null check (status in ('reserved', 'captured', 'released', 'refunded')),
  created_at timestamptz not null,
  updated_at timestamptz not null,
  unique (subject_type, subject_uid, purpose),
  check (paid_with = 'wallet' or amount_micros = 0)
);
create index charge_seats on charge (team_uid) where paid_with = 'included_seat' and status in ('reserved', 'captured');

create table subscription (
  team_uid uuid primary key references team (uid),
  plan text not null,
  cycle text not null check (cycle in ('monthly', 'yearly')),
  status text not null check (status in ('active', 'cancelled')),
  current_period_start timestamptz not null,
  current_period_end timestamptz not null
);
