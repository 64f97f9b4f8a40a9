-- Who recorded a price, and why. Null for what an import recorded.
alter table price_versions add column author text;
alter table price_versions add column note text;
-- Recorded through the API or the command: no import takes it back.
alter table price_versions add column by_hand boolean not null default false;
-- From effective_from on this entry has no price any more: the next entry or source decides.
alter table price_versions add column ended boolean not null default false;
