-- A held domain is set up by numbered runs: one that failed is followed by the next.
alter table domain
  add column set_up_run integer not null default 1,
  add column registration_stage_since timestamptz;
update domain set registration_stage_since = status_since;
alter table domain alter column registration_stage_since set not null;

create index domain_inactive on domain (status_since) where status = 'inactive';

-- A name may be bought again after a domain that had it is gone; each domain keeps its own zone.
alter table dns_zone drop constraint dns_zone_name_key;
create index dns_zone_name on dns_zone (name);
