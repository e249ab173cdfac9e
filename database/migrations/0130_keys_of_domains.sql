-- API keys that are good for some domains only. Such a key names their workspaces too, so that whatever asks about the
-- workspaces of a key needs to know nothing of this.
alter table api_key
  -- Null: every domain of the workspaces it is good for.
  add column domain_uids uuid[],
  add constraint api_key_domains check (
    domain_uids is null or (cardinality(domain_uids) > 0 and workspace_uids is not null)
  );
