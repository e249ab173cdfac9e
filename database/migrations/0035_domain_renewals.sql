-- Bought domains that are renewed by themselves, and what becomes of one that is not paid.
alter table domain
  -- When somebody has to look at it next: to remind, renew, expire, restore or remove. Null while nothing is due.
  add column renewal_due_at timestamptz,
  add column reminded_at timestamptz,
  -- Since when its renewal could not be had, and when that is tried again.
  add column unpaid_since timestamptz,
  add column next_try_at timestamptz,
  -- Since when it has run out.
  add column expired_since timestamptz;
update domain set renewal_due_at = now()
  where connection_type = 'purchased' and registration_id is not null and renewal_date is not null
    and status not in ('cancelled', 'deleted', 'payment_failed', 'scheduled_for_deletion');
create index domain_renewal_due on domain (renewal_due_at) where renewal_due_at is not null;
