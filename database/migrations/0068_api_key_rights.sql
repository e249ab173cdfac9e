-- What an API key may do, where, and from where. Keys that exist keep every right.
alter table api_key
  add column scopes text[] not null default '{read,write,purchase,secrets,admin}',
  -- Null: every workspace of the team, and what belongs to the team as a whole.
  add column workspace_uids uuid[],
  -- Null: from anywhere.
  add column allowed_networks cidr[],
  -- The key that replaced this one.
  add column replaced_by uuid references api_key (uid),
  add column last_used_from inet,
  add constraint api_key_scopes check (
    scopes <@ array['read', 'write', 'purchase', 'secrets', 'admin'] and cardinality(scopes) > 0
  ),
  add constraint api_key_workspaces check (workspace_uids is null or cardinality(workspace_uids) > 0),
  add constraint api_key_networks check (allowed_networks is null or cardinality(allowed_networks) > 0);
create index api_key_list on api_key (team_uid, created_at, uid);
