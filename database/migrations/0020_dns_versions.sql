-- Every change of a zone is a version that can be gone back to; what the program itself wants a zone to hold is
-- kept apart from what it holds, so that damage shows and an owner's own edit is not taken for damage.
alter table dns_zone
  add column version integer not null default 0 check (version >= 0), -- of its latest change
  add column published_version integer not null default 0, -- what the DNS host last took all of
  add column publish_error text, -- why the DNS host refused the latest version; null while it has not
  add column managed jsonb not null default '[]', -- the records the program keeps up, as last declared
  add column dkim_rotation jsonb; -- the rotation of signing keys under way, if any

alter table dns_record
  add column version integer not null default 0, -- of the zone, that brought the record as it is
  add column edited_at timestamptz; -- when its owner changed a record that the program keeps up

create table dns_version (
  domain_uid uuid not null references dns_zone (domain_uid) on delete cascade,
  version integer not null check (version > 0),
  created_at timestamptz not null,
  actor_type text not null check (actor_type in ('api_key', 'workflow')),
  actor_id text not null, -- the key's id, or the workflow's name
  cause text not null, -- the request or the step of a workflow that asked for it, as the log knows it
  reason text not null,
  changes jsonb not null, -- [{before, after}], each a record or null
  records jsonb not null, -- the whole zone after it: the restore point
  primary key (domain_uid, version)
);

-- A zone made before versions were kept can be gone back to as it was found.
update dns_zone set
  version = 1,
  published_version = case when published_at is null then 0 else 1 end,
  managed = coalesce((
    select jsonb_agg(jsonb_build_object('host', host, 'type', type, 'value', value, 'priority', priority,
      'ttlS', ttl_s, 'purpose', purpose) order by created_at, uid)
    from dns_record where dns_record.domain_uid = dns_zone.domain_uid and purpose <> 'custom'), '[]');
update dns_record set version = 1;
insert into dns_version (domain_uid, version, created_at, actor_type, actor_id, cause, reason, changes, records)
  select domain_uid, 1, updated_at, 'workflow', 'dns.versions', 'dns.versions', 'as it was found', '[]', coalesce((
    select jsonb_agg(jsonb_build_object('uid', uid, 'host', host, 'type', type, 'value', value, 'priority', priority,
      'ttlS', ttl_s, 'purpose', purpose, 'editedAt', null, 'createdAt', created_at) order by created_at, uid)
    from dns_record where dns_record.domain_uid = dns_zone.domain_uid), '[]')
  from dns_zone;

-- A key that was made and does not sign yet has none; one that stopped signing keeps its own.
alter table published.dkim_key add column activated_at timestamptz;
update published.dkim_key set activated_at = now() where active;
alter table published.dkim_key alter column activated_at set default now(); -- an older process makes keys that sign at once

-- Of the domain's newest key. A selector is never used again: resolvers may still hold what it once said.
alter table published.mail_domain add column last_selector_number integer not null default 0;
update published.mail_domain set last_selector_number = 2;
