-- Who did what, from where, and what it changed. An entry is written in the transaction of the change; its place in the
-- chain of its team is given to it once it is committed, by one process at a time.
create table audit_entry (
  seq bigint generated always as identity primary key,
  uid uuid not null unique,
  team_uid uuid not null references team (uid),
  workspace_uid uuid,
  occurred_at timestamptz not null,
  operation text not null,
  outcome text not null check (outcome in ('done', 'refused', 'failed')),
  status integer not null, -- of the answer
  code text, -- of the refusal
  actor_type text not null check (actor_type in ('api_key', 'person', 'system')),
  actor_uid uuid check ((actor_uid is null) = (actor_type = 'system')),
  session_uid uuid,
  address text,
  user_agent text,
  request_id text,
  targets uuid[] not null,
  input jsonb not null, -- what was asked for, secrets blanked
  changes jsonb not null, -- the events that were written with it
  change_count integer not null
);
create index audit_entry_team on audit_entry (team_uid, occurred_at);
create index audit_entry_actor on audit_entry (actor_uid, seq);
create index audit_entry_targets on audit_entry using gin (targets);

create table audit_unplaced (
  seq bigint primary key references audit_entry (seq)
);
create function audit_wait_for_place() returns trigger language plpgsql as $$
begin
  insert into audit_unplaced (seq) select seq from written;
  return null;
end $$;
create trigger audit_wait_for_place after insert on audit_entry
  referencing new table as written
  for each statement execute function audit_wait_for_place();

create table audit_link (
  team_uid uuid not null references team (uid),
  position bigint not null check (position > 0),
  seq bigint not null unique references audit_entry (seq) on delete cascade,
  previous_sha256 bytea not null,
  sha256 bytea not null,
  placed_at timestamptz not null,
  primary key (team_uid, position)
);

-- The last link of what was removed at the end of its time: the chain goes on from there.
create table audit_checkpoint (
  team_uid uuid not null references team (uid),
  position bigint not null,
  sha256 bytea not null,
  made_at timestamptz not null,
  primary key (team_uid, position)
);

create function audit_checkpoint_is_true() returns trigger language plpgsql as $$
begin
  if not exists (
    select from audit_link link
    where link.team_uid = new.team_uid and link.position = new.position and link.sha256 = new.sha256
  ) then
    raise exception 'the chain has no such link' using errcode = 'restrict_violation';
  end if;
  return new;
end $$;
create trigger audit_checkpoint_is_true before insert on audit_checkpoint
  for each row execute function audit_checkpoint_is_true();

-- What a checkpoint covers may be removed, and nothing else. Entries first: their links go with them.
create function audit_keep() returns trigger language plpgsql as $$
begin
  if not exists (
    select from audit_link link join audit_checkpoint checkpoint
      on checkpoint.team_uid = link.team_uid and link.position <= checkpoint.position
    where link.seq = old.seq
  ) then
    raise exception 'rows of % are kept until a checkpoint covers them', tg_table_name
      using errcode = 'restrict_violation';
  end if;
  return old;
end $$;
create trigger audit_entry_keep before delete on audit_entry
  for each row execute function audit_keep();
create trigger audit_link_keep before delete on audit_link
  for each row execute function audit_keep();

create trigger audit_entry_no_change before update or truncate on audit_entry
  for each statement execute function forbid_change();
create trigger audit_link_no_change before update or truncate on audit_link
  for each statement execute function forbid_change();
create trigger audit_checkpoint_append_only before update or delete or truncate on audit_checkpoint
  for each statement execute function forbid_change();
