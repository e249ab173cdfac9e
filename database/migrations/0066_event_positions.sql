-- The place of each event in the order in which events are read. `seq` is taken when an event is written; its
-- transaction may commit after others with a higher one, so a reader who has read up to a seq can miss it. A position
-- is given to an event that is committed, by one process at a time, so nothing ever appears before what was read.
-- About 10 s for a million events.
create table event_unplaced (
  seq bigint primary key references event (seq)
);

create table event_position (
  position bigint generated always as identity primary key,
  seq bigint not null unique references event (seq),
  team_uid uuid not null
);
create index event_position_team on event_position (team_uid, position);

insert into event_position (seq, team_uid) select seq, team_uid from event order by seq;

create function event_wait_for_place() returns trigger language plpgsql as $$
begin
  insert into event_unplaced (seq) select seq from written;
  return null;
end $$;
create trigger event_wait_for_place after insert on event
  referencing new table as written
  for each statement execute function event_wait_for_place();

create trigger event_position_append_only before update or delete or truncate on event_position
  for each statement execute function forbid_change();
