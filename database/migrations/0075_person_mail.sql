-- Mail to people with a link in it, until it was handed to the mail server. What it says is sealed: whoever reads it is
-- let in.
create table person_mail (
  uid uuid primary key,
  message_sealed text not null, -- JSON: to, subject, text; context person_mail:<uid>
  due_at timestamptz not null,
  attempts integer not null default 0,
  give_up_at timestamptz not null -- when the link in it is over
);
create index person_mail_due on person_mail (due_at);
