-- People: who they are, their role in a team, the workspaces they are members of, and the links that let them in.
create table person (
  uid uuid primary key,
  -- In the form of normalizeAddress: lower case, domain in A-labels.
  email text not null unique check (length(email) between 3 and 254),
  name text not null check (length(name) between 1 and 120),
  -- argon2id in PHC form.
  password_hash text not null,
  password_changed_at timestamptz not null,
  -- Whether they run the installation, and not only a team on it.
  operator boolean not null default false,
  created_at timestamptz not null
);

create table team_member (
  team_uid uuid not null references team (uid),
  person_uid uuid not null references person (uid),
  role text not null check (role in ('owner', 'admin', 'operator', 'finance', 'viewer', 'client')),
  created_at timestamptz not null, -- when they joined
  primary key (team_uid, person_uid)
);
create index team_member_list on team_member (team_uid, created_at, person_uid);
create index team_member_person on team_member (person_uid, created_at);

create table workspace_member (
  workspace_uid uuid not null references workspace (uid) on delete cascade,
  team_uid uuid not null,
  person_uid uuid not null,
  created_at timestamptz not null,
  primary key (workspace_uid, person_uid),
  foreign key (team_uid, person_uid) references team_member (team_uid, person_uid) on delete cascade
);
create index workspace_member_person on workspace_member (team_uid, person_uid);

-- A link that is good once. Only a hash of its token is kept, so that a copy of this table lets nobody in.
create table person_link (
  uid uuid primary key,
  kind text not null check (kind in ('set_up', 'invitation', 'reset')),
  team_uid uuid not null references team (uid),
  token_sha256 bytea not null unique,
  -- Of an invitation: for whom, as what, and into which workspaces.
  email text,
  role text check (role in ('owner', 'admin', 'operator', 'finance', 'viewer', 'client')),
  workspace_uids uuid[] not null default '{}',
  -- Of a reset: whose password, and whether their one-time codes and passkeys go too.
  person_uid uuid references person (uid),
  removes_factors boolean not null default false,
  created_at timestamptz not null,
  expires_at timestamptz not null,
  -- Used, withdrawn or replaced by a newer one.
  ended_at timestamptz,
  check ((kind = 'invitation') = (email is not null)),
  check ((kind = 'reset') = (person_uid is not null)),
  check ((kind = 'reset') = (role is null))
);
create unique index person_link_invitation on person_link (team_uid, email) where kind = 'invitation' and ended_at is null;
create index person_link_person on person_link (person_uid) where ended_at is null;
create index person_link_expires on person_link (expires_at);

-- Guesses at a password or a one-time code. Losing the table in a crash of the database forgives what was guessed so far.
create unlogged table sign_in_attempt (
  key text primary key,
  failures integer not null,
  last_at timestamptz not null,
  next_at timestamptz not null -- no attempt before
);
create index sign_in_attempt_last_at on sign_in_attempt (last_at);
