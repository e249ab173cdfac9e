-- Finds what a month holds without reading the years before it.
create index ledger_transaction_settled on ledger_transaction (created_at) where kind in ('capture', 'refund');

-- Invoices: one a month for each team that paid for something, numbered without gaps, never changed once issued.
create table invoice_number (
  year integer primary key,
  last integer not null check (last > 0)
);
create table invoice (
  uid uuid primary key,
  number text not null unique, -- 2026-000042
  team_uid uuid not null references team (uid),
  period_start timestamptz not null,
  period_end timestamptz not null check (period_end > period_start),
  issued_at timestamptz not null,
  seller text not null, -- as it was when the invoice was issued
  buyer text not null,
  lines jsonb not null,
  tax_micros bigint not null,
  total_micros bigint not null, -- below 0 when more was credited back than charged
  unique (team_uid, period_start)
);
create index invoice_list on invoice (team_uid, period_start desc);
create trigger invoice_append_only before update or delete or truncate on invoice
  for each statement execute function forbid_change();
