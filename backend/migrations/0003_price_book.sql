-- The price book: append-only and bi-temporal (design section 5). A correction is a new row with a later recorded_at;
-- at one effective_from the last recorded row of an entry holds, and in time the latest effective_from that has come.
create table price_versions (
  id              bigint generated always as identity primary key,
  source          text not null check (source in ('contract', 'override', 'catalogue')),
  source_version  text not null,                -- package version of the catalogue, or sha-256 of the prices file
  org_id          text collate "C",             -- a contract's organisation
  provider        text collate "C" not null,
  model           text collate "C" not null,    -- the entry's name in its source
  match           jsonb not null,               -- [{"kind": "exact" | "prefix", "model", "quality"?} | {"kind": "any"}]
  service_tier    text not null,
  effective_from  timestamptz not null,         -- -infinity = since the beginning of time
  certain_from    timestamptz not null,         -- calls before it are priced as estimated
  recorded_at     timestamptz not null,
  meters          jsonb not null,               -- {"input_uncached": {"price": "2.5", "per": 1000000, "tiers"?, "quality"?}}: decimal text
  windows         jsonb not null,               -- [{"from", "to", "meters"}]: seconds of the UTC day
  basis           jsonb,                        -- {"provider", "model", "multiplier"}: a price in terms of another
  empty           boolean not null,             -- the catalogue knows the model and tells no price: not free
  refused         text,                         -- why the catalogue's price cannot be used
  withdrawn       boolean not null,             -- takes back the entry at this effective_from
  check ((source = 'contract') = (org_id is not null))
);

create index price_versions_entry on price_versions (provider, model, effective_from, recorded_at);

-- History is what a price book is for: rows are added, never changed.
create function price_versions_append_only() returns trigger language plpgsql as $$
begin
  raise exception 'price_versions is append-only: record a new version instead' using errcode = 'restrict_violation';
end
$$;

create trigger price_versions_append_only
  before update or delete on price_versions
  for each statement execute function price_versions_append_only();
