-- What a domain was prepared for is a platform: whose host serves it is asked when it matters, because that can change.
alter table domain rename column mail_host to mail_platform;
update domain set mail_platform = 'SMTP' where mail_platform is not null;
alter table domain add constraint domain_mail_platform_check
  check (mail_platform in ('GOOGLE', 'MICROSOFT', 'AZURE', 'SMTP'));
comment on column domain.mail_platform is
  'Whose mailboxes the domain was last set up for; null before. Mailboxes wait until it is a platform of their host.';

-- The failure's own word for why a credential does not work: one that is none is looked at again by itself, one that
-- lacks a right is not, because only a change of a zone would show that it has it by now.
alter table provider_credential add column status_code text;
