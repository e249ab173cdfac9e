-- What was done or tried by somebody who is not signed in: signing in, joining by a link, asking for a new password.
alter table audit_entry
  drop constraint audit_entry_actor_type_check,
  drop constraint audit_entry_check,
  add constraint audit_entry_actor_type check (actor_type in ('api_key', 'person', 'system', 'visitor')),
  add constraint audit_entry_actor check ((actor_uid is null) = (actor_type in ('system', 'visitor')));
