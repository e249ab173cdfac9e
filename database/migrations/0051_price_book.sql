-- The price book: what everything costs, as a whole document per version. The newest version is in force; older ones
-- stay, because charges and quotes keep the one they were priced from. Prices in it are plain numbers of credits.
create table price_book (
  version integer primary key check (version > 0),
  prices jsonb not null,
  note text not null,
  made_by uuid, -- the API key of the operator; null for the version an installation begins with
  created_at timestamptz not null
);
create trigger price_book_append_only before update or delete or truncate on price_book
  for each statement execute function forbid_change();

-- Version 1 is what was in force so far: the plans, and the top-level domains with the prices this installation had.
insert into price_book (version, prices, note, made_by, created_at)
select 1, jsonb_build_object(
    'first_plan', 'Professional',
    'plans', $plans${
      "Professional": {"included_seats": 10, "sold": true,
        "monthly": {"price": 39, "extra_seat_price": 3.5}, "yearly": {"price": 372, "extra_seat_price": 3.5}},
      "Agency": {"included_seats": 30, "sold": true,
        "monthly": {"price": 99, "extra_seat_price": 3.25}, "yearly": {"price": 972, "extra_seat_price": 3.25}},
      "Enterprise": {"included_seats": 100, "sold": true,
        "monthly": {"price": 299, "extra_seat_price": 2.99}, "yearly": {"price": 3000, "extra_seat_price": 2.99}}
    }$plans$::jsonb,
    'tlds', coalesce((select jsonb_object_agg(tld, jsonb_build_object(
        'registration_price', trim_scale(registration_price_micros / 1000000.0),
        'renewal_price', trim_scale(renewal_price_micros / 1000000.0))) from registry.tld), '{}'::jsonb),
    'platforms', $platforms${
      "GOOGLE": {"mailbox_price": null}, "MICROSOFT": {"mailbox_price": null},
      "AZURE": {"mailbox_price": null}, "SMTP": {"mailbox_price": null}
    }$platforms$::jsonb,
    'prewarm', $prewarm${
      "domain_price": 15,
      "mailbox_prices": [{"min_weeks": 0, "price": 6}, {"min_weeks": 4, "price": 7}, {"min_weeks": 8, "price": 9}]
    }$prewarm$::jsonb,
    'add_ons', $addons${
      "warmup_mailbox_month": 3, "placement_test": 0.05, "infraguard_domain_month": 2, "azure_domain_month": 30
    }$addons$::jsonb),
  'The prices an installation begins with', null, now();

-- The price book says which top-level domains are sold; the built-in registry sells what is in it.
drop table registry.tld;

-- Whoever holds an operator's key runs the installation: changes prices for everybody. The first key is one.
alter table api_key add column operator boolean not null default false;
update api_key set operator = true
where uid = (select uid from api_key where revoked_at is null order by created_at, uid limit 1);

-- Rewrites the table of charges: some seconds for each million.
alter table charge alter column price_version type integer using 1;
alter table charge add constraint charge_price_version_fkey foreign key (price_version) references price_book (version);
