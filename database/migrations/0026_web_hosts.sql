-- Hosts that the web plane answers for: forwarded ones, and those where mail programs look for the settings of a domain.
create view published.web_host as
  select host from published.web_forward
  union
  select label || '.' || name from published.mail_domain, unnest(array['autoconfig', 'autodiscover']) as label;

create function published.notify_mail_web_hosts() returns trigger language plpgsql as $$
begin
  perform pg_notify('published_web_forward', 'autoconfig.' || coalesce(new.name, old.name));
  return null;
end $$;
create trigger mail_domain_web_hosts_changed after insert or delete on published.mail_domain
  for each row execute function published.notify_mail_web_hosts();
