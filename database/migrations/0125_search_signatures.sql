-- What SEARCH looks at before it reads a message: which runs of three characters occur in its texts. A table of its own,
-- as narrow as can be: a search reads all of it that belongs to a folder. A message without a row may hold anything.
create table mail.search_signature (
  sha256 bytea primary key references mail.content (sha256) on delete cascade,
  -- A power of two of bytes, at most 4,096; none when the message is too big to tell.
  bits bytea not null check (octet_length(bits) <= 4096)
);

-- Not compressed and never moved out of line: a search looks at single bits.
alter table mail.search_signature alter column bits set storage plain;
