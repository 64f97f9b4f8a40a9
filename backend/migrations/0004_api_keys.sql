-- API keys. The secret is 256 random bits, shown once; only its SHA-256 is kept (see access/key.ts).
create table api_keys (
  id            text collate "C" primary key,
  name          text        not null check (length(name) between 1 and 100),
  secret_sha256 text collate "C" not null check (secret_sha256 ~ '^[0-9a-f]{64}$'),
  scopes        text[]      not null check (cardinality(scopes) > 0 and scopes <@ array['ingest', 'read', 'admin']),
  org_id        text collate "C",                       -- bound to this organisation; null: the whole team
  created_at    timestamptz not null default now(),
  created_by    text        not null,
  last_used_at  timestamptz,                            -- coarse: written at most once a minute
  revoked_at    timestamptz,
  check (org_id is null or not scopes @> array['admin'])
);
