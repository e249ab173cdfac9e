-- Quotes: purchases that were priced and not made. Their lines hold the prices, and `price_version` what they are bought from.
create table quote (
  uid uuid primary key,
  team_uid uuid not null references team (uid),
  workspace_uid uuid not null references workspace (uid),
  kind text not null,
  body jsonb not null, -- what was asked for, as the purchase itself takes it
  lines jsonb not null,
  total_micros bigint not null check (total_micros >= 0),
  tax_micros bigint not null check (tax_micros >= 0 and tax_micros <= total_micros),
  price_version integer not null references price_book (version),
  created_at timestamptz not null,
  expires_at timestamptz not null check (expires_at > created_at),
  accepted_at timestamptz,
  bought jsonb, -- what came of it
  check ((accepted_at is null) = (bought is null))
);
create index quote_list on quote (workspace_uid, created_at desc, uid desc);
