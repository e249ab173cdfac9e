-- People who are signed in, and the devices they signed in from before.
create table person_device (
  uid uuid primary key,
  person_uid uuid not null references person (uid) on delete cascade,
  -- Of the token in the cookie of the device; people who share a browser share it.
  token_sha256 bytea not null,
  created_at timestamptz not null,
  last_seen_at timestamptz not null,
  unique (person_uid, token_sha256)
);

create table session (
  uid uuid primary key,
  team_uid uuid not null,
  person_uid uuid not null,
  -- The token itself is in the cookie and nowhere else.
  token_sha256 bytea not null unique,
  device_uid uuid not null references person_device (uid),
  method text not null check (method in ('password', 'password_and_code', 'passkey')),
  user_agent text not null,
  created_at timestamptz not null,
  last_seen_at timestamptz not null, -- to the minute
  last_seen_from inet,
  expires_at timestamptz not null, -- however much it is used
  ended_at timestamptz,
  foreign key (team_uid, person_uid) references team_member (team_uid, person_uid) on delete cascade
);
create index session_person on session (person_uid, created_at, uid) where ended_at is null;
create index session_expires_at on session (expires_at);
create index session_device on session (device_uid);
