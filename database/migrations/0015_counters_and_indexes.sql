-- Counters that write only what changed, indexes for reads that had none, and closing sums for the ledger.

-- An update that moves nothing from one counted group to another writes nothing.
create or replace function count_domains() returns trigger language plpgsql as $$
begin
  if tg_op = 'INSERT' then
    insert into domain_count
      select workspace_uid, status, nameserver_match_status, count(*) from new_rows group by 1, 2, 3;
  elsif tg_op = 'DELETE' then
    insert into domain_count
      select workspace_uid, status, nameserver_match_status, -count(*) from old_rows group by 1, 2, 3;
  else
    insert into domain_count
      select workspace_uid, status, nameserver_match_status, sum(difference) from (
        select workspace_uid, status, nameserver_match_status, 1 as difference from new_rows
        union all
        select workspace_uid, status, nameserver_match_status, -1 from old_rows
      ) moved group by 1, 2, 3 having sum(difference) <> 0;
  end if;
  return null;
end $$;

create or replace function count_mailboxes() returns trigger language plpgsql as $$
begin
  if tg_op = 'INSERT' then
    insert into mailbox_count select workspace_uid, platform, status, count(*) from new_rows group by 1, 2, 3;
  elsif tg_op = 'DELETE' then
    insert into mailbox_count select workspace_uid, platform, status, -count(*) from old_rows group by 1, 2, 3;
  else
    insert into mailbox_count
      select workspace_uid, platform, status, sum(difference) from (
        select workspace_uid, platform, status, 1 as difference from new_rows
        union all
        select workspace_uid, platform, status, -1 from old_rows
      ) moved group by 1, 2, 3 having sum(difference) <> 0;
  end if;
  return null;
end $$;

-- One address, the newest first; and the mailboxes of one domain in the order of the list.
create index mailbox_address on mailbox (address, created_at desc);
create index mailbox_domain_name on mailbox (workspace_uid, domain_name, created_at desc, uid desc);

-- Closing sums: what an account's entries add up to, from the first through one of them. A balance is the last
-- closing sum and the entries after it, so that reading it costs the same however long the history is. It stays
-- provable: nothing but entries goes into a closing sum, and all of them can be added up again at any time.
create table ledger_balance_checkpoint (
  account_uid uuid not null references ledger_account (uid),
  through_entry_id bigint not null,
  entries bigint not null check (entries > 0),
  balance_micros bigint not null,
  created_at timestamptz not null,
  primary key (account_uid, through_entry_id)
);
create trigger ledger_balance_checkpoint_append_only before update or delete or truncate on ledger_balance_checkpoint
  for each statement execute function forbid_change();
