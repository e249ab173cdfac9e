-- Orders that wait for credits.
alter table purchase_order drop constraint purchase_order_status_check;
alter table purchase_order add constraint purchase_order_status_check
  check (status in ('waiting_for_funds', 'queued', 'processing', 'done', 'error'));
-- The key that placed it: its caps count also when the order is paid for later.
alter table purchase_order add column key_uid uuid;
create index purchase_order_waiting on purchase_order (created_at) where status = 'waiting_for_funds';
