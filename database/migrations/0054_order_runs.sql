-- Orders that are retried: their failed parts are bought anew, in the places of those that failed.
alter table purchase_order add column runs integer not null default 1 check (runs > 0);
alter table order_domain
  -- The run of the order that brings this line to its end.
  add column run integer not null default 1 check (run > 0);
create index purchase_order_status on purchase_order (workspace_uid, status, created_at desc, uid desc);
