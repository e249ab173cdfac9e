-- Payments: money from outside, each once. What became of one is the vendor's word; what the wallet got is here.
create table payment_customer (
  team_uid uuid not null references team (uid),
  vendor text not null,
  customer_id text not null,
  primary key (team_uid, vendor)
);

create table payment (
  uid uuid primary key,
  team_uid uuid not null references team (uid),
  workspace_uid uuid references workspace (uid),
  kind text not null check (kind in ('checkout', 'top_up')),
  vendor text not null,
  customer_id text not null,
  session_id text,
  url text,
  lines jsonb not null,
  amount_cents integer not null check (amount_cents > 0),
  status text not null check (status in ('open', 'processing', 'succeeded', 'failed', 'expired', 'held')),
  -- Why it failed, or why an operator has to look at it.
  reason text,
  message text,
  -- The purchase that goes on when it is paid, and is over when it never is; null buys credits.
  purchase_kind text,
  vendor_payment_id text,
  credited_micros bigint not null default 0 check (credited_micros >= 0),
  -- Taken back from the wallet for refunds and disputes, and how often that changed.
  reversed_micros bigint not null default 0 check (reversed_micros >= 0),
  reversals integer not null default 0,
  refunded_cents integer not null default 0,
  disputed_cents integer not null default 0,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  expires_at timestamptz,
  paid_at timestamptz,
  -- When the vendor is asked next what became of it, should no notice come; null is never.
  ask_at timestamptz,
  check (reversed_micros <= credited_micros),
  check ((status = 'succeeded') = (paid_at is not null))
);
create index payment_list on payment (team_uid, created_at desc, uid desc);
create unique index payment_session on payment (vendor, session_id);
create index payment_ask on payment (ask_at) where ask_at is not null;
