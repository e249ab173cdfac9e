-- People act too, not only keys: in the history of zones, and when they announce where to be told of changes.
alter table dns_version
  drop constraint dns_version_actor_type_check,
  add constraint dns_version_actor_type_check check (actor_type in ('api_key', 'person', 'workflow'));

-- Null: made by a person of a team that had no key then. The format `inboxkit` then carries no constant signature.
alter table webhook_endpoint alter column key_uid drop not null;
