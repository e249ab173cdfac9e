-- How many months a mailbox is bought for is known from the start; it was written when it began. Rewrites the rows of
-- mailboxes that never began: seconds for a million.
update mailbox set term_months = 1 where term_months = 0;
alter table mailbox alter column term_months set default 1;
alter table mailbox drop constraint mailbox_term_months_check1;
alter table mailbox add constraint mailbox_term_months_check check (term_months >= 1);
