-- Whom a team wants its invoices made out to. An invoice copies it when it is issued.
create table invoice_buyer (
  team_uid uuid primary key references team (uid),
  name text not null,
  address_lines text[] not null,
  tax_number text,
  email text,
  updated_at timestamptz not null
);

-- The months of which every invoice was issued. What comes before the last of them is never looked at again.
create table invoice_month (
  period_start timestamptz primary key,
  closed_at timestamptz not null
);
