-- How much a workspace may hold, and how far its removal with everything in it is.
alter table workspace
  add column max_domains integer check (max_domains >= 0), -- null: no limit
  add column max_mailboxes integer check (max_mailboxes >= 0),
  add column offboarding_since timestamptz,
  add column offboarding_runs integer not null default 0,
  add column offboarding_problem text;
