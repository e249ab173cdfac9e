-- A subscription that could not be paid stands in its team's line of those that wait for credits; it belongs to no
-- workspace.
alter table funds_wait alter column workspace_uid drop not null;

-- When the team was last told that a purchase was refused because of the cap: once a day is enough.
alter table spend_cap add column refusal_told_at timestamptz;

-- The key that opened the checkout, under whose caps it counts when it is paid. Null for those opened before.
alter table domain_checkout add column key_uid uuid;
