-- The permanent ledger and what keeps it exact (design section 6, ADR 0010).

-- Which request an event came with. Requests are numbered under the ledger lock, so "everything up to number n is
-- committed" can be known: a clock could jump. Settle looks again at traces that came with more than one request.
create sequence request_numbers as bigint;
alter table usage_events add column request_number bigint;
alter table usage_events add column recovered_at timestamptz;        -- when a pending call got its price later
create index usage_events_request_number on usage_events (request_number);
create index usage_events_pending_request on usage_events (request_number) where cost_status = 'pending';
create index usage_events_realm_time on usage_events (realm, started_at) where span_class <> 'step';
-- Settle looks for the partners of a call among those that run at the same time: these began long before.
create index usage_events_long on usage_events (realm, started_at) where span_class <> 'step' and duration_us > 10000000;

-- One row. Watermarks are UTC midnights, only ever raised, and only under the exclusive ledger lock.
create table ledger_state (
  only_row         boolean     primary key default true check (only_row),
  raw_floor        timestamptz not null default '1970-01-01T00:00:00Z', -- writers touch no row of usage_events below it
  closed_before    timestamptz not null default '1970-01-01T00:00:00Z', -- a change of a call below it posts an adjustment
  written_before   timestamptz not null default '1970-01-01T00:00:00Z', -- usage_daily is complete below it
  aggregate_floor  timestamptz not null default '1970-01-01T00:00:00Z', -- the 15-minute aggregates hold nothing below it
  settled_request  bigint      not null default 0,                      -- settle has seen every request up to it
  priced_versions  bigint      not null default 0,                      -- re-price has seen every price version up to it
  checked_request  bigint      not null default 0,                      -- the check knows the days of requests up to it
  priced_request   bigint      not null default 0,                      -- re-price has seen every request up to it
  clock            timestamptz,                                         -- "now" of the last closing
  check (raw_floor <= written_before and written_before <= closed_before and aggregate_floor <= raw_floor)
);
insert into ledger_state default values;

-- A UTC day's way from closed to retired. Each time says that everything up to this step is committed.
create table ledger_days (
  day           date primary key,
  closed_at     timestamptz not null default now(),
  compressed_at timestamptz,
  flushed_at    timestamptz,   -- aggregates final and checked, pending calls and keys copied: raw may be dropped
  retired_at    timestamptz
);

-- Daily totals as closed: written once, never changed.
create table usage_daily (
  day          date not null,
  org_id       text collate "C" not null,
  assistant_id text collate "C",
  query_type   text collate "C",
  provider     text collate "C",
  model        text collate "C",
  environment  text collate "C",
  calls                 bigint not null,
  priced_calls          bigint not null,
  pending_calls         bigint not null,
  failed_calls          bigint not null,
  written_off_calls     bigint not null,
  inexact_calls         bigint not null,
  error_calls           bigint not null,
  cost_usd              numeric(38,18),
  inexact_cost_usd      numeric(38,18),
  error_cost_usd        numeric(38,18),
  input_tokens          numeric,
  cache_read_tokens     numeric,
  cache_write_5m_tokens numeric,
  cache_write_1h_tokens numeric,
  output_tokens         numeric,
  reasoning_tokens      numeric,
  duration_us           numeric,
  unique nulls not distinct (day, org_id, assistant_id, query_type, provider, model, environment)
);
create index usage_daily_org on usage_daily (org_id, day);
create index usage_daily_pending on usage_daily (day) where pending_calls <> 0;

-- Every change of a call after its day was closed, summed up per transaction. Append-only.
create table ledger_adjustments (
  id           bigint generated always as identity primary key,
  posted_at    timestamptz not null default now(),
  bucket       timestamptz not null,              -- the call's quarter of an hour
  org_id       text collate "C" not null,
  assistant_id text collate "C",
  query_type   text collate "C",
  provider     text collate "C",
  model        text collate "C",
  environment  text collate "C",
  reason       text not null check (reason in ('late_event', 'richer_usage', 'settled', 'repriced', 'price_corrected',
                                               'usage_corrected', 'written_off')),
  price_version_ids text,                         -- of the new cost, where there is one
  below_floor  boolean not null,                  -- the change is in no 15-minute aggregate
  author       text,
  note         text,
  calls                 bigint not null,
  priced_calls          bigint not null,
  pending_calls         bigint not null,
  failed_calls          bigint not null,
  written_off_calls     bigint not null,
  inexact_calls         bigint not null,
  error_calls           bigint not null,
  cost_usd              numeric(38,18),
  inexact_cost_usd      numeric(38,18),
  error_cost_usd        numeric(38,18),
  input_tokens          numeric,
  cache_read_tokens     numeric,
  cache_write_5m_tokens numeric,
  cache_write_1h_tokens numeric,
  output_tokens         numeric,
  reasoning_tokens      numeric,
  duration_us           numeric
);
create index ledger_adjustments_bucket on ledger_adjustments (bucket);
create index ledger_adjustments_org on ledger_adjustments (org_id, bucket);
create index ledger_adjustments_pending on ledger_adjustments (bucket) where pending_calls <> 0;

-- What each meter cost, per day as closed: exports, list prices and explanations read it. It cannot be rebuilt.
create table usage_daily_meters (
  day          date not null,
  org_id       text collate "C" not null,
  assistant_id text collate "C",
  query_type   text collate "C",
  provider     text collate "C",
  model        text collate "C",
  environment  text collate "C",
  meter        text collate "C" not null,
  price_version_ids text not null,                -- as stored with the calls
  quantity          numeric not null,
  cost_usd          numeric(38,18) not null,
  list_cost_usd     numeric(38,18),               -- at the catalogue's price; null where it has none
  unlisted_cost_usd numeric(38,18) not null,      -- the part of cost_usd without a list price
  unique nulls not distinct (day, org_id, assistant_id, query_type, provider, model, environment, meter, price_version_ids)
);
create index usage_daily_meters_org on usage_daily_meters (org_id, day);

-- The adjustments of usage_daily_meters, posted in the transaction of their ledger_adjustments.
create table ledger_meter_adjustments (
  id           bigint generated always as identity primary key,
  posted_at    timestamptz not null default now(),
  bucket       timestamptz not null,
  org_id       text collate "C" not null,
  assistant_id text collate "C",
  query_type   text collate "C",
  provider     text collate "C",
  model        text collate "C",
  environment  text collate "C",
  reason       text not null,
  meter        text collate "C" not null,
  price_version_ids text not null,
  quantity          numeric not null,
  cost_usd          numeric(38,18) not null,
  list_cost_usd     numeric(38,18),
  unlisted_cost_usd numeric(38,18) not null
);
create index ledger_meter_adjustments_bucket on ledger_meter_adjustments (bucket);
create index ledger_meter_adjustments_org on ledger_meter_adjustments (org_id, bucket);

-- Distinct values cannot be added up once raw is gone.
create table usage_daily_distinct (
  day           date not null,
  org_id        text collate "C" not null,
  conversations bigint not null,
  users         bigint not null,
  primary key (day, org_id)
);

-- Below raw_floor: calls still pending when their day was retired, and every event that arrived after that.
create table kept_events (like usage_events including defaults including constraints);
alter table kept_events add column kept_at timestamptz not null default now();
alter table kept_events add unique (trace_id, span_id, realm, started_at);
create index kept_events_pending on kept_events (started_at) where cost_status = 'pending';
create index kept_events_org_time on kept_events (org_id, started_at desc);
create index kept_events_request_number on kept_events (request_number);
create index kept_events_realm_time on kept_events (realm, started_at) where span_class <> 'step';

-- Keys of calls and repeats whose rows are gone, so that a resend is known as one: sorted 64-bit hashes, 8 bytes each.
create table retired_keys (
  day  date   not null,
  part bigint generated always as identity,
  keys bigint[] not null,
  primary key (day, part)
);

-- What each job run did.
create table job_runs (
  id          bigint generated always as identity primary key,
  job         text not null,
  started_at  timestamptz not null default now(),
  finished_at timestamptz,
  outcome     text not null default 'running' check (outcome in ('running', 'done', 'failed')),
  error       text,                               -- without internals: what an operator can do
  detail      jsonb                               -- counts: {"calls": 12, …}
);
create index job_runs_job on job_runs (job, started_at desc);
create index job_runs_running on job_runs (id) where outcome = 'running';
create index job_runs_idle on job_runs (job, id) where outcome = 'done' and detail is null; -- found nothing to do

-- Proofs of conservation: the last of each day and kind, and every one that found a difference.
create table ledger_checks (
  id           bigint generated always as identity primary key,
  checked_at   timestamptz not null default now(),
  day          date not null,
  kind         text not null check (kind in ('refresh', 'close', 'retire')),
  differences  integer not null,                  -- 0: proved
  detail       jsonb                              -- [{"org_id", "what", "expected", "found"}]
);
create index ledger_checks_day on ledger_checks (day, kind, checked_at desc);

-- Closed days are compressed a week later. Rows of one organisation together: 270 to 50 bytes a row.
alter table usage_events set (
  timescaledb.compress, timescaledb.compress_segmentby = 'org_id', timescaledb.compress_orderby = 'started_at'
);
