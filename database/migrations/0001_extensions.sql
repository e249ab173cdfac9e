-- Trigram search with the workspace in front of the same GIN index. Both are trusted extensions: the owner of
-- the database may create them without being superuser.
create extension if not exists pg_trgm;
create extension if not exists btree_gin;
