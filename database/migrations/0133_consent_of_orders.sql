-- The consent screen that the mailboxes of an ordered domain are to agree to once they are active.
alter table order_domain add column consent_url text;
alter table order_mailbox
  add column consent_request_uid uuid references consent_request (uid),
  -- Why no consent request was begun for it.
  add column consent_refused text,
  add constraint order_mailbox_consent check (consent_request_uid is null or consent_refused is null);
