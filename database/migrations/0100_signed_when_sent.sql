-- Mail of ours is signed when it is sent, not when it is accepted: with the keys that its domain shows at that time,
-- however long it has waited or was held. What is in the queue already is signed and says nothing here.
alter table mail.queue_message
  add column signing_domain text; -- whose DKIM keys sign it; null: as it is
comment on column mail.queue_message.raw is 'Complete but for the signature; every line ends in CRLF. Null once all recipients have it';
