-- The built-in payments: a bank in which nothing is money. Its books are its own, like the registry's.
create schema bank;

create table bank.customer (
  id uuid primary key,
  reference uuid not null unique,
  name text not null,
  created_at timestamptz not null
);

-- The test card that later charges use; one for each customer.
create table bank.card (
  id uuid primary key,
  customer_id uuid not null unique references bank.customer (id),
  label text not null,
  -- What it says to charges without the customer.
  answer text not null check (answer in ('pays', 'declined', 'needs_customer')),
  created_at timestamptz not null
);

create table bank.payment (
  id uuid primary key,
  reference uuid not null unique,
  customer_id uuid not null references bank.customer (id),
  -- Unguessable, in the address of the page; null for a charge of the stored card.
  session_id text unique,
  lines jsonb not null,
  amount_cents integer not null check (amount_cents > 0),
  status text not null check (status in ('open', 'succeeded', 'failed', 'expired')),
  failure_reason text,
  failure_message text,
  keep_method boolean not null,
  return_url text,
  expires_at timestamptz,
  refunded_cents integer not null default 0,
  disputed_cents integer not null default 0,
  created_at timestamptz not null,
  finished_at timestamptz,
  check (refunded_cents >= 0 and disputed_cents >= 0 and refunded_cents + disputed_cents <= amount_cents)
);
create index bank_payment_customer on bank.payment (customer_id, created_at desc);
create index bank_payment_open on bank.payment (expires_at) where status = 'open';

create table bank.portal (
  id text primary key,
  customer_id uuid not null references bank.customer (id),
  return_url text,
  expires_at timestamptz not null
);

-- Signed notices, sent until they are received.
create table bank.notice (
  id uuid primary key,
  payment_id uuid not null references bank.payment (id),
  type text not null,
  created_at timestamptz not null,
  due_at timestamptz not null,
  attempts integer not null default 0,
  received_at timestamptz
);
create index bank_notice_due on bank.notice (due_at) where received_at is null;

-- The key that signs notices, sealed.
create table bank.signing_key (
  singleton boolean primary key default true check (singleton),
  sealed text not null
);
