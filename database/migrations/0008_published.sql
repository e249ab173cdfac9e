-- What the data planes read. The control plane fills these tables in the transaction that changes the
-- matching intent; the planes never read anything else of it, and keep answering when it is away.
create schema published;

-- One authoritative zone. Names are lower case A-labels without the trailing dot.
create table published.zone (
  name text primary key check (name = lower(name) and name !~ '\.$'),
  serial bigint not null check (serial between 1 and 4294967295), -- RFC 1982 arithmetic
  primary_ns text not null,
  hostmaster text not null, -- mailbox in SOA RNAME form, e.g. hostmaster.example.com
  refresh_s integer not null default 7200,
  retry_s integer not null default 3600,
  expire_s integer not null default 1209600,
  negative_ttl_s integer not null default 60, -- RFC 2308 §4
  updated_at timestamptz not null default now()
);

-- One resource record. `data` is RDATA in presentation format (RFC 1035 §5.1): names are absolute and end
-- with a dot, TXT is a list of quoted strings of at most 255 bytes, MX and SRV carry their numbers in front.
create table published.record (
  id uuid primary key,
  zone text not null references published.zone (name) on delete cascade on update cascade,
  name text not null check (name = lower(name) and name !~ '\.$'), -- owner name, fully qualified
  type text not null check (type = upper(type)),
  ttl_s integer not null check (ttl_s between 0 and 2147483647),
  data text not null,
  unique (name, type, data)
);
create index record_zone on published.record (zone);

create function published.notify_zone() returns trigger language plpgsql as $$
begin
  perform pg_notify('published_zone', coalesce(new.name, old.name));
  return null;
end $$;
-- Every change of records bumps the zone's serial, so the zone row alone tells that something changed.
create trigger zone_changed after insert or update or delete on published.zone
  for each row execute function published.notify_zone();

-- A domain this installation receives and sends mail for.
create table published.mail_domain (
  name text primary key check (name = lower(name)),
  workspace_id uuid not null,
  updated_at timestamptz not null default now()
);

-- DKIM keys (RFC 6376). Every active key of the sending domain signs.
create table published.dkim_key (
  domain text not null references published.mail_domain (name) on delete cascade,
  selector text not null,
  algorithm text not null check (algorithm in ('rsa-sha256', 'ed25519-sha256')),
  private_key_sealed text not null, -- PKCS#8 PEM, sealed; context published.dkim_key:<domain>:<selector>
  active boolean not null default true,
  primary key (domain, selector)
);

-- A mailbox people and programs sign in to. `id` is the mailbox uid of the control plane.
create table published.mailbox (
  id uuid primary key,
  workspace_id uuid not null,
  address text not null unique check (address = lower(address)),
  domain text not null references published.mail_domain (name) on delete cascade,
  display_name text not null default '',
  status text not null default 'active' check (status in ('active', 'suspended')),
  password_hash text not null, -- argon2id, PHC string
  app_password_hash text, -- argon2id, PHC string
  quota_bytes bigint not null default 5368709120,
  daily_send_limit integer not null default 500,
  updated_at timestamptz not null default now()
);
create index mailbox_domain on published.mailbox (domain);

create function published.notify_mailbox() returns trigger language plpgsql as $$
begin
  perform pg_notify('published_mailbox', coalesce(new.id, old.id)::text);
  return null;
end $$;
create trigger mailbox_changed after update or delete on published.mailbox
  for each row execute function published.notify_mailbox();

-- Where the web plane sends visitors of a host name. Unknown hosts get a plain 404.
create table published.web_forward (
  host text primary key check (host = lower(host)),
  target_url text not null, -- absolute http(s) address
  permanent boolean not null default false, -- 301 instead of 302 (RFC 9110 §15.4)
  keep_path boolean not null default false,
  updated_at timestamptz not null default now()
);
