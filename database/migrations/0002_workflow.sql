-- Durable work (`workflow/`). The engine keeps its own tables in the schema `dbos`; these two are ours.

-- A workflow somebody asked for, written in the transaction that made the reason for it. A worker starts it
-- after the commit and removes the row, so nothing is lost between the two and nothing starts twice.
create table workflow_start (
  id text primary key, -- id of the workflow, chosen by the caller: asking twice is asking once
  workflow text not null, -- name of its definition, e.g. domains.register
  input jsonb not null,
  requested_at timestamptz not null default now()
);
create index workflow_start_requested on workflow_start (requested_at);

create function notify_workflow_start() returns trigger language plpgsql as $$
begin
  perform pg_notify('workflow_start', '');
  return null;
end $$;
create trigger workflow_start_requested after insert on workflow_start
  for each statement execute function notify_workflow_start();

-- A process that executes workflows. When its heartbeat grows too old another process takes its workflows.
create table workflow_executor (
  executor_id text primary key,
  session uuid, -- the run of the process that beats; null for one known only by the work it left
  started_at timestamptz not null default now(),
  heartbeat_at timestamptz not null default now()
);
