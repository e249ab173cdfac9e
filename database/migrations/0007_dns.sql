-- What a domain's zone is meant to hold. The DNS host is told; what it has is never read back from here.
create table dns_zone (
  domain_uid uuid primary key,
  workspace_uid uuid not null references workspace (uid),
  name text not null unique,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  published_at timestamptz -- when the DNS host last took all of it
);

create table dns_record (
  uid uuid primary key,
  domain_uid uuid not null references dns_zone (domain_uid) on delete cascade,
  host text not null, -- relative to the zone, @ for its apex
  type text not null,
  value text not null, -- as people write it: TXT without quotes, MX without its priority
  priority integer,
  ttl_s integer not null default 3600,
  purpose text not null default 'custom', -- mx, spf, dkim, dmarc, autoconfig, forwarding, custom
  created_at timestamptz not null,
  updated_at timestamptz not null
);
create unique index dns_record_once on dns_record (domain_uid, host, type, md5(value), coalesce(priority, -1));
