-- Taxes: what was charged for them lies in an account of its own, for it is owed to somebody else.
alter table ledger_account drop constraint ledger_account_kind_check;
alter table ledger_account add constraint ledger_account_kind_check
  check (kind in ('wallet', 'reserved', 'revenue', 'tax', 'funding', 'debt'));
insert into ledger_account (uid, team_uid, kind)
  select gen_random_uuid(), team_uid, 'tax' from ledger_account where kind = 'wallet';

-- Where a team is, and the rate that an operator gave it in place of its country's.
create table team_tax (
  team_uid uuid primary key references team (uid),
  country text check (country ~ '^[A-Z]{2}$'),
  percent numeric(6, 3) check (percent between 0 and 100),
  note text,
  updated_at timestamptz not null
);

alter table invoice
  add column taxes jsonb not null default '[]', -- by rate, as they stand on it
  add column tax_note text;
