-- Domains whose registration goes on when their checkout is paid; until then they are `cart`.
create table domain_checkout (
  domain_uid uuid primary key references domain (uid),
  payment_uid uuid not null,
  -- The price book the domain was priced from.
  price_version integer not null
);
create index domain_checkout_payment on domain_checkout (payment_uid);
