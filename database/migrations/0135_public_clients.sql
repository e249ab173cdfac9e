-- Programs that cannot keep a secret (RFC 6749 §2.1) have none: PKCE binds the code to them.
alter table published.oauth_client alter column secret_hash drop not null;
