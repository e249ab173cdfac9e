-- Mail of a mailbox that is removed goes too, after a while in which the mailbox may come back: one that somebody removed
-- by mistake is made again by the comparison with hosts, and has its mail.
create table mail.removed_mailbox (
  id uuid primary key,
  removed_at timestamptz not null default now()
);
create index removed_mailbox_removed_at on mail.removed_mailbox (removed_at);

create function mail.note_removed() returns trigger language plpgsql as $$
begin
  insert into mail.removed_mailbox (id) values (old.id) on conflict (id) do update set removed_at = now();
  return null;
end $$;
create trigger mailbox_leaves_mail after delete on published.mailbox
  for each row execute function mail.note_removed();

create function mail.note_returned() returns trigger language plpgsql as $$
begin
  delete from mail.removed_mailbox where id = new.id;
  return null;
end $$;
create trigger mailbox_has_mail_again after insert on published.mailbox
  for each row execute function mail.note_returned();

insert into mail.removed_mailbox (id)
select id from mail.mailbox m where not exists (select from published.mailbox p where p.id = m.id);
