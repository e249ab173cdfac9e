-- A quote can wait to be bought: it is accepted by itself when credits arrive.
alter table quote
  add column key_uid uuid, -- the key that has it wait, under whose caps it is bought
  add column waiting_since timestamptz,
  add column ended_at timestamptz, -- cancelled, or given up
  add column end_reason text,
  add constraint quote_waits_for_somebody check (waiting_since is null or key_uid is not null),
  add constraint quote_ends_once check (
    (ended_at is null) = (end_reason is null) and (ended_at is null or accepted_at is null)
  );
create index quote_waiting on quote (expires_at) where waiting_since is not null and accepted_at is null and ended_at is null;
