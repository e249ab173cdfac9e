-- A link that proves a new address: whoever follows it has the mailbox, and signs in with that address from then on.
alter table person_link
  drop constraint person_link_check,
  drop constraint person_link_check1,
  drop constraint person_link_check2,
  drop constraint person_link_kind_check,
  add constraint person_link_kind check (kind in ('set_up', 'invitation', 'reset', 'address')),
  add constraint person_link_email check ((kind in ('invitation', 'address')) = (email is not null)),
  add constraint person_link_person_uid check ((kind in ('reset', 'address')) = (person_uid is not null)),
  add constraint person_link_role check ((kind in ('reset', 'address')) = (role is null));
