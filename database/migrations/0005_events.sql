-- What changed, in order. Every state change writes its event in the transaction that makes the change.
create table event (
  seq bigint generated always as identity primary key,
  uid uuid not null unique,
  team_uid uuid not null references team (uid),
  workspace_uid uuid,
  type text not null, -- e.g. mailbox.status_changed
  subject_type text not null, -- domain, mailbox, order, wallet, …
  subject_uid uuid not null,
  data jsonb not null,
  occurred_at timestamptz not null
);
create index event_team on event (team_uid, seq);
create index event_subject on event (subject_uid, seq);

create function forbid_change() returns trigger language plpgsql as $$
begin
  raise exception 'rows of % are never changed or removed', tg_table_name using errcode = 'restrict_violation';
end $$;
create trigger event_append_only before update or delete or truncate on event
  for each statement execute function forbid_change();
