-- Domains that the operator has warmed and sells, with their mailboxes, and who bought them.
create table prewarm_stock (
  uid uuid primary key,
  team_uid uuid not null references team (uid),
  domain_uid uuid not null references domain (uid),
  domain_name text not null,
  platform text not null check (platform in ('GOOGLE', 'MICROSOFT', 'AZURE', 'SMTP')),
  warmed_since timestamptz not null,
  score int not null check (score between 0 and 100),
  -- Null: as the price book says for its age.
  domain_price_micros bigint check (domain_price_micros >= 0),
  mailbox_price_micros bigint check (mailbox_price_micros >= 0),
  status text not null check (status in ('for_sale', 'reserved', 'sold', 'withdrawn')),
  status_reason text,
  created_at timestamptz not null,
  updated_at timestamptz not null
);
create unique index prewarm_stock_live on prewarm_stock (domain_uid) where status in ('for_sale', 'reserved');
create index prewarm_stock_for_sale on prewarm_stock (warmed_since, uid) where status = 'for_sale';
create index prewarm_stock_list on prewarm_stock (created_at desc, uid desc);

-- The mailboxes of a stock domain, as they are named while it is for sale.
create table prewarm_stock_mailbox (
  mailbox_uid uuid not null references mailbox (uid),
  stock_uid uuid not null references prewarm_stock (uid) on delete cascade,
  position int not null,
  username text not null,
  first_name text not null,
  last_name text not null,
  primary key (stock_uid, position)
);

create table prewarm_order (
  uid uuid primary key,
  team_uid uuid not null references team (uid),
  workspace_uid uuid not null references workspace (uid),
  key_uid uuid,
  -- The checkout that it waits for; null when the wallet paid.
  payment_uid uuid unique references payment (uid),
  -- Where its mailboxes are exported to; null: nowhere.
  sequencer_uid uuid,
  keep_warming boolean not null,
  price_version int not null references price_book (version),
  created_at timestamptz not null
);

-- One domain of an order, and what the buyer pays for it.
create table prewarm_sale (
  uid uuid primary key,
  order_uid uuid not null references prewarm_order (uid),
  position int not null,
  stock_uid uuid not null references prewarm_stock (uid),
  status text not null check (status in ('awaiting_payment', 'reserved', 'handed_over', 'failed')),
  reason text,
  domain_price_micros bigint not null check (domain_price_micros >= 0),
  updated_at timestamptz not null,
  unique (order_uid, position)
);
-- Of two who buy the same domain at once, one gets it.
create unique index prewarm_sale_one_buyer on prewarm_sale (stock_uid) where status <> 'failed';

-- The mailboxes that the buyer gets. Their rows are made when the domain is the buyer's.
create table prewarm_sale_mailbox (
  mailbox_uid uuid primary key,
  sale_uid uuid not null references prewarm_sale (uid),
  position int not null,
  username text not null,
  first_name text not null,
  last_name text not null,
  profile_picture text,
  price_micros bigint not null check (price_micros >= 0),
  unique (sale_uid, position)
);

alter table charge
  drop constraint charge_subject_type_check,
  add constraint charge_subject_type_check
    check (subject_type in (
      'domain', 'domain_renewal', 'mailbox', 'mailbox_term', 'subscription', 'warmup', 'prewarm_domain'
    ));
