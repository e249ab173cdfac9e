-- What came back, whom a workspace must not write to any more, and the queue as something people steer.

-- One row for each recipient whose mail came back: refused while we delivered it, or told of afterwards by a report.
create table mail.bounce (
  id uuid primary key,
  workspace_id uuid not null,
  mailbox_id uuid not null, -- published.mailbox that sent it; no foreign key, as in mail.queue_message
  recipient_id uuid not null unique references mail.queue_recipient (id) on delete cascade,
  address text not null,
  kind text not null check (kind in ('hard', 'soft')), -- hard: there is no such address, and there will be none
  origin text not null check (origin in ('delivery', 'report')),
  status text not null, -- enhanced status code, RFC 3463
  reason text not null, -- the words of whoever refused it
  reported_by text, -- name of that host
  bounced_at timestamptz not null
);
create index bounce_workspace on mail.bounce (workspace_id, id);

-- Addresses a workspace does not write to: submission refuses them, and what is queued for them comes back.
create table mail.suppression (
  id uuid primary key,
  workspace_id uuid not null,
  address text not null, -- NFC, lower case, domain in A-labels
  source text not null check (source in ('bounce', 'manual', 'import')),
  reason text, -- for people
  created_at timestamptz not null,
  unique (workspace_id, address)
);
create index suppression_newest on mail.suppression (workspace_id, created_at desc, id desc);

alter table mail.queue_recipient
  -- Held because somebody asked for it: nothing but asking again lets it go.
  add column hold_requested boolean not null default false,
  add constraint queue_recipient_hold_requested check (state = 'held' or not hold_requested),
  drop constraint queue_recipient_state_check,
  add constraint queue_recipient_state_check check (state in
    ('queued', 'sending', 'deferred', 'held', 'delivered', 'bounced', 'expired', 'dropped')); -- dropped: on request
