-- When the books of a team were last added up from the first entry on, and what came of it.
create table ledger_proof (
  team_uid uuid primary key references team (uid),
  proved_at timestamptz not null,
  transactions bigint not null, -- added up
  balanced boolean not null
);
create index ledger_proof_age on ledger_proof (proved_at);
