-- What keeps dashboards fast whatever the number of raw calls: few dimensions (ADR 0011). The query planner reads the
-- smallest table that answers a request exactly; a refresh takes them in the order of rollup/aggregates.ts.

-- Days of any time zone, for each organisation.
create materialized view usage_15m_by_org
with (timescaledb.continuous, timescaledb.materialized_only = false, timescaledb.create_group_indexes = false) as
select time_bucket(interval '15 minutes', bucket) as bucket,
       org_id,
       sum(calls)                 as calls,
       sum(priced_calls)          as priced_calls,
       sum(pending_calls)         as pending_calls,
       sum(failed_calls)          as failed_calls,
       sum(written_off_calls)     as written_off_calls,
       sum(inexact_calls)         as inexact_calls,
       sum(error_calls)           as error_calls,
       sum(cost_usd)              as cost_usd,
       sum(inexact_cost_usd)      as inexact_cost_usd,
       sum(error_cost_usd)        as error_cost_usd,
       sum(input_tokens)          as input_tokens,
       sum(cache_read_tokens)     as cache_read_tokens,
       sum(cache_write_5m_tokens) as cache_write_5m_tokens,
       sum(cache_write_1h_tokens) as cache_write_1h_tokens,
       sum(output_tokens)         as output_tokens,
       sum(reasoning_tokens)      as reasoning_tokens,
       sum(duration_us)           as duration_us
from usage_15m
group by 1, 2
with no data;
create index on usage_15m_by_org (org_id, bucket);

-- Every dimension over the open UTC days: as small as the ledger of the closed ones.
create materialized view usage_1d
with (timescaledb.continuous, timescaledb.materialized_only = false, timescaledb.create_group_indexes = false) as
select time_bucket(interval '1 day', bucket) as bucket,
       org_id, assistant_id, query_type, provider, model, environment,
       sum(calls)                 as calls,
       sum(priced_calls)          as priced_calls,
       sum(pending_calls)         as pending_calls,
       sum(failed_calls)          as failed_calls,
       sum(written_off_calls)     as written_off_calls,
       sum(inexact_calls)         as inexact_calls,
       sum(error_calls)           as error_calls,
       sum(cost_usd)              as cost_usd,
       sum(inexact_cost_usd)      as inexact_cost_usd,
       sum(error_cost_usd)        as error_cost_usd,
       sum(input_tokens)          as input_tokens,
       sum(cache_read_tokens)     as cache_read_tokens,
       sum(cache_write_5m_tokens) as cache_write_5m_tokens,
       sum(cache_write_1h_tokens) as cache_write_1h_tokens,
       sum(output_tokens)         as output_tokens,
       sum(reasoning_tokens)      as reasoning_tokens,
       sum(duration_us)           as duration_us
from usage_15m
group by 1, 2, 3, 4, 5, 6, 7
with no data;
create index on usage_1d (org_id, bucket);

-- Models over the open days and in zones of whole hours.
create materialized view usage_1h_by_model
with (timescaledb.continuous, timescaledb.materialized_only = false, timescaledb.create_group_indexes = false) as
select time_bucket(interval '1 hour', bucket) as bucket,
       org_id, provider, model,
       sum(calls)                 as calls,
       sum(priced_calls)          as priced_calls,
       sum(pending_calls)         as pending_calls,
       sum(failed_calls)          as failed_calls,
       sum(written_off_calls)     as written_off_calls,
       sum(inexact_calls)         as inexact_calls,
       sum(error_calls)           as error_calls,
       sum(cost_usd)              as cost_usd,
       sum(inexact_cost_usd)      as inexact_cost_usd,
       sum(error_cost_usd)        as error_cost_usd,
       sum(input_tokens)          as input_tokens,
       sum(cache_read_tokens)     as cache_read_tokens,
       sum(cache_write_5m_tokens) as cache_write_5m_tokens,
       sum(cache_write_1h_tokens) as cache_write_1h_tokens,
       sum(output_tokens)         as output_tokens,
       sum(reasoning_tokens)      as reasoning_tokens,
       sum(duration_us)           as duration_us
from usage_15m
group by 1, 2, 3, 4
with no data;
create index on usage_1h_by_model (org_id, bucket);

-- TimescaleDB makes one index for each column of a GROUP BY. Nobody looks for a model or an environment without an
-- organisation, and each index costs every refresh.
do $$
declare
  unused text;
begin
  for unused in
    select format('%I.%I', i.schemaname, i.indexname)
    from timescaledb_information.continuous_aggregates c
      join pg_indexes i on i.schemaname = c.materialization_hypertable_schema and i.tablename = c.materialization_hypertable_name
    where c.view_name = 'usage_15m' and c.view_schema = current_schema()
      and i.indexdef ~ '\((assistant_id|query_type|provider|model|environment), bucket DESC\)$'
  loop
    execute 'drop index ' || unused;
  end loop;
end
$$;

-- Closed days with few dimensions: made of usage_daily in the statement that writes it.
create table usage_daily_by_model (
  day          date not null,
  org_id       text collate "C" not null,
  provider     text collate "C",
  model        text collate "C",
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
  unique nulls not distinct (day, org_id, provider, model)
);
create index usage_daily_by_model_org on usage_daily_by_model (org_id, day);

create function usage_daily_add_by_model() returns trigger language plpgsql as $$
begin
  insert into usage_daily_by_model
  select day, org_id, provider, model,
         sum(calls), sum(priced_calls), sum(pending_calls), sum(failed_calls),
         sum(written_off_calls), sum(inexact_calls), sum(error_calls), sum(cost_usd),
         sum(inexact_cost_usd), sum(error_cost_usd), sum(input_tokens), sum(cache_read_tokens),
         sum(cache_write_5m_tokens), sum(cache_write_1h_tokens), sum(output_tokens), sum(reasoning_tokens),
         sum(duration_us)
  from written
  group by 1, 2, 3, 4;
  return null;
end
$$;

create trigger usage_daily_add_by_model
  after insert on usage_daily referencing new table as written
  for each statement execute function usage_daily_add_by_model();

-- How long calls take: counts in buckets that grow by 20 %, so that a percentile is known within 9 %. The value of
-- bucket b, from 1.2^b to 1.2^(b+1) ms, is 2 * 1.2^(b+1) / 2.2.
create table latency_kinds (kind text collate "C" primary key);
insert into latency_kinds values ('duration'), ('time_to_first_token');

create materialized view usage_latency_1h
with (timescaledb.continuous, timescaledb.materialized_only = false, timescaledb.create_group_indexes = false) as
select time_bucket(interval '1 hour', started_at) as bucket,
       org_id, provider, model, kind_of_latency.kind,
       floor(ln(greatest(case kind_of_latency.kind when 'duration' then duration_us / 1000.0
                         else time_to_first_token_ms end, 1)::float8) / ln(1.2::float8))::integer as log_bucket,
       count(*) as calls
from usage_events cross join latency_kinds as kind_of_latency
where usage_events.kind = 'call' and (kind_of_latency.kind = 'duration' or time_to_first_token_ms is not null)
group by 1, 2, 3, 4, 5, 6
with no data;
create index on usage_latency_1h (org_id, bucket);

create materialized view usage_latency_1d
with (timescaledb.continuous, timescaledb.materialized_only = false, timescaledb.create_group_indexes = false) as
select time_bucket(interval '1 day', bucket) as bucket, org_id, provider, model, kind, log_bucket, sum(calls) as calls
from usage_latency_1h
group by 1, 2, 3, 4, 5, 6
with no data;
create index on usage_latency_1d (org_id, bucket);
