-- Certificates of forwarded hosts, and the orders for them at an authority that speaks ACME (RFC 8555). The web
-- plane alone writes this schema; private keys are sealed.
create schema web;

-- The account at an authority. All processes share it.
create table web.acme_account (
  directory_url text primary key,
  key_sealed text not null, -- PKCS#8 PEM, sealed; context web.acme_account:<directory_url>
  created_at timestamptz not null,
  -- Until then nothing is ordered: the authority is away, or asked for patience.
  paused_until timestamptz,
  pause_reason text, -- for people
  failures integer not null default 0 check (failures >= 0), -- times in a row that it was away
  check ((pause_reason is null) = (paused_until is null))
);

-- The certificate of a host and its `www`: wanted, had, or both.
create table web.certificate (
  name text primary key check (name = lower(name)), -- the host without `www.`
  hosts text[] not null, -- those of the two that are forwarded now; empty: kept in case they come back
  -- queued: not tried yet · ordering: claimed by a process · issued: there is one · deferred: tried, will be again
  state text not null default 'queued' check (state in ('queued', 'ordering', 'issued', 'deferred')),
  -- queued, deferred: when to try next. issued: when to renew. ordering: when the lease ends; a process that died
  -- does not finish, and the row is due again.
  due_at timestamptz not null,
  attempt_id uuid, -- the claim, while ordering
  failures integer not null default 0 check (failures >= 0), -- in a row
  reason text, -- why it is deferred, for people

  -- An order that was placed and not ended; the next attempt goes on with it.
  order_url text,
  order_directory_url text,
  order_key_sealed text, -- PKCS#8 PEM, sealed; context web.certificate:<name>:order

  -- The certificate in use.
  directory_url text, -- who issued it
  covers text[],
  chain_pem text, -- the host's own first (RFC 8555 §7.4.2)
  key_sealed text, -- PKCS#8 PEM, sealed; context web.certificate:<name>
  not_before timestamptz,
  not_after timestamptz,
  issued_at timestamptz, -- by our clock; tells one certificate from the next

  check ((attempt_id is not null) = (state = 'ordering')),
  check (num_nulls(order_url, order_directory_url, order_key_sealed) in (0, 3)),
  check (num_nulls(directory_url, covers, chain_pem, key_sealed, not_before, not_after, issued_at) in (0, 7))
);
create index certificate_due on web.certificate (due_at) where hosts <> '{}';

-- Every attempt to have one, which is what an authority's limits count. Outlives its certificate for that reason.
create table web.certificate_attempt (
  id uuid primary key,
  name text not null,
  directory_url text not null,
  started_at timestamptz not null,
  finished_at timestamptz, -- null: under way, or the process died
  -- refused: the authority said no · unavailable: it was away or busy · abandoned: given back at a stop
  result text check (result in ('issued', 'refused', 'unavailable', 'abandoned')),
  reason text,
  check ((result is null) = (finished_at is null))
);
create index certificate_attempt_directory on web.certificate_attempt (directory_url, started_at);
create index certificate_attempt_name on web.certificate_attempt (name, started_at);

-- What an authority asks for over HTTP to see that a host is ours (RFC 8555 §8.3); any process answers.
create table web.challenge (
  token text primary key,
  host text not null,
  key_authorization text not null, -- RFC 8555 §8.1; not a secret
  expires_at timestamptz not null
);
create index challenge_expires on web.challenge (expires_at);

create function web.notify_certificate() returns trigger language plpgsql as $$
begin
  perform pg_notify('web_certificate', coalesce(new.name, old.name));
  return null;
end $$;
create trigger certificate_changed after update of chain_pem or delete on web.certificate
  for each row execute function web.notify_certificate();

create function published.notify_web_forward() returns trigger language plpgsql as $$
begin
  perform pg_notify('published_web_forward', coalesce(new.host, old.host));
  return null;
end $$;
create trigger web_forward_changed after insert or delete on published.web_forward
  for each row execute function published.notify_web_forward();
