-- A sandbox: a team of its own beside a team, in which the team's test keys act.
alter table team add column sandbox_of uuid unique references team (uid);
