-- Raw events: every span accepted, kept for days. See docs/adr for identity (0003) and stored content (0004).
create table usage_events (
  realm            text collate "C" not null,
  trace_id         text collate "C" not null,
  span_id          text collate "C" not null,
  started_at       timestamptz      not null,   -- cut to milliseconds: part of the identity
  parent_span_id   text collate "C",
  ingested_at      timestamptz      not null default now(),

  kind             text   not null check (kind in ('call', 'repeat', 'step')),
  span_class       text   not null check (span_class in ('call', 'wrapper', 'step')),
  name             text   not null,
  duration_us      bigint not null,
  scope_name       text   not null,
  scope_version    text   not null,
  service_name     text,
  status_error     boolean not null,

  org_id           text collate "C" not null,
  assistant_id     text collate "C",
  query_type       text collate "C",
  conversation_id  text collate "C",
  user_id          text collate "C",
  environment      text collate "C",
  inherited        smallint not null default 0, -- bit set: 1 org, 2 assistant, 4 query type, 8 conversation, 16 user, 32 environment

  operation        text,
  provider         text collate "C",
  model            text collate "C",            -- the name the cost was computed with, else the response's, else the request's
  request_model    text collate "C",
  response_model   text collate "C",
  response_id      text collate "C",
  service_tier     text,

  input_tokens     bigint,
  cache_read       bigint,
  cache_write_5m   bigint,
  cache_write_1h   bigint,
  output_tokens    bigint,
  reasoning        bigint,
  usage_more       jsonb,                       -- the rare counts: audio, images, other units
  usage_problem    text,
  input_basis      text,
  usage_quality    text not null,
  lost             text,                        -- what the sender did not tell, '; ' between
  detail           integer not null,
  failed           boolean not null,
  reported_cost    numeric,
  time_to_first_token_ms double precision,

  cost_status      text check (cost_status in ('priced', 'pending', 'unbilled')),
  cost_reason      text,
  cost_quality     text check (cost_quality in ('exact', 'upper_bound', 'lower_bound', 'estimated')),
  cost_usd         numeric(38,18),
  price_version_ids text,                       -- ids with ',' between
  repeat_of_trace_id   text collate "C",
  repeat_of_span_id    text collate "C",
  repeat_of_started_at timestamptz,

  attributes       jsonb,

  unique (trace_id, span_id, realm, started_at),
  -- No silent zero: a call has a state, and money if and only if it is priced.
  check ((kind = 'step') = (cost_status is null)),
  check ((cost_status is not distinct from 'priced') = (cost_usd is not null)),
  check (cost_status is distinct from 'pending' or cost_reason is not null)
);

select create_hypertable('usage_events', by_range('started_at', interval '1 day'), create_default_indexes => false);

create index usage_events_org_time on usage_events (org_id, started_at desc);
create index usage_events_pending on usage_events (started_at) where cost_status = 'pending';

-- What could not be understood, with its reason. Contents of prompts never reach it (ADR 0004).
create table quarantine (
  id            bigint generated always as identity primary key,
  first_seen_at timestamptz not null default now(),
  last_seen_at  timestamptz not null default now(),
  times_seen    integer     not null default 1,
  realm         text        not null,
  org_id        text,                           -- the organisation the key was bound to
  source        text        not null check (source in ('otlp', 'json', 'body')),
  reason        text        not null,
  message       text        not null,
  item          jsonb,                          -- what may be stored of a span or JSON event; null for a body
  replayable    boolean     not null,
  content_type  text,
  body_bytes    bigint,
  fingerprint   text        not null,           -- sha-256: a resend is counted, not stored again
  unique (realm, fingerprint)
);
