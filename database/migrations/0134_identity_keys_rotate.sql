-- Signing keys come and go: since when each of them is there says what it is used for.
alter table identity.secret add column created_at timestamptz not null default now();
