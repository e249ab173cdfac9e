-- Removed messages are forgotten by their age, and what is left must be the newest of each folder: the time is taken
-- where the folder is locked, not where the transaction began, which another may have overtaken.
alter table mail.expunged alter column expunged_at set default clock_timestamp();
