-- What people prove beside a password, or in its place, that they are the one.
create table totp_factor (
  person_uid uuid primary key references person (uid) on delete cascade,
  secret_sealed text not null, -- context totp_factor:<person_uid>
  created_at timestamptz not null,
  confirmed_at timestamptz, -- null: never asked for yet
  last_step bigint not null default 0 -- the last step of 30 seconds whose code was used: each is good once
);

create table recovery_code (
  person_uid uuid not null references person (uid) on delete cascade,
  code_sha256 bytea not null, -- 100 random bits, beyond any search
  used_at timestamptz,
  primary key (person_uid, code_sha256)
);

create table passkey (
  uid uuid primary key,
  person_uid uuid not null references person (uid) on delete cascade,
  name text not null,
  credential_id text not null unique, -- base64url
  public_key bytea not null, -- COSE
  sign_count bigint not null,
  transports text[] not null,
  backed_up boolean not null, -- kept by a provider, on more than one device
  created_at timestamptz not null,
  last_used_at timestamptz
);
create index passkey_person on passkey (person_uid, created_at, uid);

-- What an authenticator has to sign; each is good once.
create table passkey_challenge (
  uid uuid primary key,
  person_uid uuid references person (uid) on delete cascade, -- who adds a passkey; null: somebody signs in
  challenge text not null,
  expires_at timestamptz not null
);
create index passkey_challenge_expires_at on passkey_challenge (expires_at);
