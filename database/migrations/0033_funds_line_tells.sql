-- Who waits for credits stands in the line (funds_wait), so nobody looks for the events that brought them.
drop index event_wallet_credited;
alter table mailbox drop column renewal_tried_at;
alter table mailbox add column next_try_at timestamptz; -- when an unpaid renewal is tried again
alter table mailbox add column erasing_since timestamptz; -- from then on it cannot come back
