-- Which bounces the workspace has been told of by an event. Those of before are not told of any more: the update touches
-- each once, some seconds for a million.
alter table mail.bounce add column told_at timestamptz;
update mail.bounce set told_at = bounced_at;
create index bounce_untold on mail.bounce (id) where told_at is null;
