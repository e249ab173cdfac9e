-- Domains that customers own elsewhere and connect, what is set for a domain beside its records, and renewals.
alter table domain
  -- Of a connected domain: when its parent was first seen to delegate it to our nameservers. That is the proof that
  -- whoever connected it owns it; before it, nothing of the domain is published but an empty zone.
  add column delegated_at timestamptz,
  -- Numbers the runs of workflows that a domain can go through more than once (connecting, setting up, removing).
  add column runs integer not null default 0 check (runs >= 0),
  add column dmarc_policy text not null default 'none' check (dmarc_policy in ('none', 'quarantine', 'reject')),
  add column email_forwarding text, -- where all mail of the domain goes on to
  add column forwarding_permanent boolean not null default false,
  add column forwarding_keep_path boolean not null default false;

-- An expired connection gives its name free: it proved nothing. It can be resumed while nobody else has the name.
drop index domain_live_name;
create unique index domain_live_name on domain (name)
  where status not in ('cancelled', 'deleted', 'payment_failed', 'expired_propagation');
create index domain_name on domain (name);

-- A renewal of a bought domain. It is paid, and credited back, under its own uid.
create table domain_renewal (
  uid uuid primary key,
  domain_uid uuid not null references domain (uid),
  team_uid uuid not null references team (uid),
  workspace_uid uuid not null references workspace (uid),
  years integer not null check (years between 1 and 10),
  price_micros bigint not null check (price_micros >= 0),
  status text not null check (status in ('pending', 'completed', 'failed')),
  failure_reason text,
  expires_before timestamptz not null, -- when the name ran out as it was asked for (RFC 5731 §3.2.3)
  expires_after timestamptz,
  requested_at timestamptz not null,
  finished_at timestamptz
);
create unique index domain_renewal_pending on domain_renewal (domain_uid) where status = 'pending';
create index domain_renewal_latest on domain_renewal (domain_uid, requested_at desc, uid desc);

alter table charge drop constraint charge_subject_type_check;
alter table charge add constraint charge_subject_type_check
  check (subject_type in ('domain', 'domain_renewal', 'mailbox'));

-- Renewals the built-in registry made. The key of a request finds the one it made.
create table registry.renewal (
  idempotency_key text primary key,
  name_id uuid not null references registry.name (id) on delete cascade,
  years integer not null check (years between 1 and 10),
  expires_before timestamptz not null,
  expires_after timestamptz not null,
  renewed_at timestamptz not null
);

-- Where mail of a whole domain goes on to. The control plane writes it; the mail plane reads it for every recipient
-- of mail that arrives for a domain in published.mail_domain, from outside and from its own mailboxes alike. A row of
-- any other domain has no effect, and takes effect when the domain is added there.
--
--   kind = 'forward'    Every message to any address of the domain, whether a mailbox has the address or not, is sent
--                       on to target_address and put into no mailbox. It goes before 'catch_all'.
--   kind = 'catch_all'  A message to an address that no mailbox of the domain has is sent on to target_address. A
--                       mailbox that is suspended still has its address. Mailboxes get their own mail as without it.
--   no row              An address that no mailbox has does not exist (550 5.1.1, RFC 3463 §3.2).
--
-- target_address is one mail address in lower case. It may be on a domain that is hosted here, its own among them: it is
-- then delivered by these same rules, but a message passes the row of one domain once; when it comes back to that domain
-- it is a loop, unless a mailbox has the address. One outside of the installation follows the rules of outbound mail.
-- A change acts on the next message, at the latest after a second; it is also notified on `published_mail_forward`, with
-- the domain as payload.
create table published.mail_forward (
  domain text not null check (domain = lower(domain)),
  kind text not null check (kind in ('catch_all', 'forward')),
  target_address text not null check (target_address like '_%@_%' and target_address = lower(target_address)),
  updated_at timestamptz not null default now(),
  primary key (domain, kind)
);

create function published.notify_mail_forward() returns trigger language plpgsql as $$
begin
  perform pg_notify('published_mail_forward', coalesce(new.domain, old.domain));
  return null;
end $$;
create trigger mail_forward_changed after insert or update or delete on published.mail_forward
  for each row execute function published.notify_mail_forward();
