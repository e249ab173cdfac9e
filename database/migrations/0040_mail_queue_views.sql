-- What waits, by workspace: the first thing people who look at the queue want, and its counts.
create index queue_recipient_waiting on mail.queue_recipient (workspace_id, state)
  where workspace_id is not null and state in ('queued', 'sending', 'deferred', 'held');
