-- Who recorded a price, and why.
alter table price_versions add column author text;
alter table price_versions add column note text;
