-- What the HTTP layer remembers between requests: answers by Idempotency-Key, and how often a key has called.

-- One use of an Idempotency-Key. Without an answer the row is a claim: somebody is executing the request, or
-- has died doing so, in which case the claim may be taken again once `held_until` has passed. The answer is
-- written by the transaction of the effect itself, on condition that `claim_id` is still its own.
create table idempotency_key (
  team_id uuid not null,
  scope text not null, -- the workspace uid, or '' for operations of the team
  operation text not null,
  key text not null check (length(key) between 1 and 255),
  request_hash bytea not null, -- SHA-256 over path parameters, query and body in canonical form
  claim_id uuid not null,
  held_until timestamptz not null, -- a claim: end of its lease; an answer: end of its retention
  status smallint,
  answer_sealed text, -- JSON, sealed; context idempotency_key:<claim_id>
  primary key (team_id, scope, operation, key),
  check ((status is null) = (answer_sealed is null))
);
create index idempotency_key_held_until on idempotency_key (held_until);

-- Calls of an API key in its current window, for limits too small to be counted per process. Losing the table in
-- a crash of the database gives every key a fresh window, which is why it need not be written ahead.
create unlogged table rate_limit_window (
  key_id text not null,
  class text not null,
  started_at timestamptz not null,
  calls integer not null check (calls > 0),
  primary key (key_id, class)
);
create index rate_limit_window_started_at on rate_limit_window (started_at);
