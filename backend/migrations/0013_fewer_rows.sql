-- What dashboards ask most, of fewer rows (ADR 0011).

-- Closed days without provider and model: by assistant, query type or environment, over all organisations. Made of
-- usage_daily in the statement that writes it, like usage_daily_by_model, so it cannot differ.
create table usage_daily_by_assistant (
  day          date not null,
  org_id       text collate "C" not null,
  assistant_id text collate "C",
  query_type   text collate "C",
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
  cache_saved_usd       numeric(38,18),
  input_tokens          numeric,
  cache_read_tokens     numeric,
  cache_write_5m_tokens numeric,
  cache_write_1h_tokens numeric,
  output_tokens         numeric,
  reasoning_tokens      numeric,
  duration_us           numeric,
  unique nulls not distinct (day, org_id, assistant_id, query_type, environment)
);
create index usage_daily_by_assistant_org on usage_daily_by_assistant (org_id, day);

create function usage_daily_add_by_assistant() returns trigger language plpgsql as $$
begin
  insert into usage_daily_by_assistant
    (day, org_id, assistant_id, query_type, environment, calls, priced_calls, pending_calls, failed_calls,
     written_off_calls, inexact_calls, error_calls, cost_usd, inexact_cost_usd, error_cost_usd, cache_saved_usd,
     input_tokens, cache_read_tokens, cache_write_5m_tokens, cache_write_1h_tokens, output_tokens, reasoning_tokens,
     duration_us)
  select day, org_id, assistant_id, query_type, environment, sum(calls), sum(priced_calls), sum(pending_calls),
         sum(failed_calls), sum(written_off_calls), sum(inexact_calls), sum(error_calls), sum(cost_usd),
         sum(inexact_cost_usd), sum(error_cost_usd), sum(cache_saved_usd), sum(input_tokens), sum(cache_read_tokens),
         sum(cache_write_5m_tokens), sum(cache_write_1h_tokens), sum(output_tokens), sum(reasoning_tokens),
         sum(duration_us)
  from written
  group by 1, 2, 3, 4, 5;
  return null;
end
$$;

create trigger usage_daily_add_by_assistant
  after insert on usage_daily referencing new table as written
  for each statement execute function usage_daily_add_by_assistant();

insert into usage_daily_by_assistant
  (day, org_id, assistant_id, query_type, environment, calls, priced_calls, pending_calls, failed_calls,
   written_off_calls, inexact_calls, error_calls, cost_usd, inexact_cost_usd, error_cost_usd, cache_saved_usd,
   input_tokens, cache_read_tokens, cache_write_5m_tokens, cache_write_1h_tokens, output_tokens, reasoning_tokens,
   duration_us)
select day, org_id, assistant_id, query_type, environment, sum(calls), sum(priced_calls), sum(pending_calls),
       sum(failed_calls), sum(written_off_calls), sum(inexact_calls), sum(error_calls), sum(cost_usd),
       sum(inexact_cost_usd), sum(error_cost_usd), sum(cache_saved_usd), sum(input_tokens), sum(cache_read_tokens),
       sum(cache_write_5m_tokens), sum(cache_write_1h_tokens), sum(output_tokens), sum(reasoning_tokens),
       sum(duration_us)
from usage_daily
group by 1, 2, 3, 4, 5
order by 1, 2;

-- The same by organisation alone: totals and rankings of customers, the most asked of all.
create table usage_daily_by_org (
  day          date not null,
  org_id       text collate "C" not null,
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
  cache_saved_usd       numeric(38,18),
  input_tokens          numeric,
  cache_read_tokens     numeric,
  cache_write_5m_tokens numeric,
  cache_write_1h_tokens numeric,
  output_tokens         numeric,
  reasoning_tokens      numeric,
  duration_us           numeric,
  primary key (day, org_id)
);
create index usage_daily_by_org_org on usage_daily_by_org (org_id, day);

create function usage_daily_add_by_org() returns trigger language plpgsql as $$
begin
  insert into usage_daily_by_org
    (day, org_id, calls, priced_calls, pending_calls, failed_calls, written_off_calls, inexact_calls, error_calls,
     cost_usd, inexact_cost_usd, error_cost_usd, cache_saved_usd, input_tokens, cache_read_tokens,
     cache_write_5m_tokens, cache_write_1h_tokens, output_tokens, reasoning_tokens, duration_us)
  select day, org_id, sum(calls), sum(priced_calls), sum(pending_calls), sum(failed_calls), sum(written_off_calls),
         sum(inexact_calls), sum(error_calls), sum(cost_usd), sum(inexact_cost_usd), sum(error_cost_usd),
         sum(cache_saved_usd), sum(input_tokens), sum(cache_read_tokens), sum(cache_write_5m_tokens),
         sum(cache_write_1h_tokens), sum(output_tokens), sum(reasoning_tokens), sum(duration_us)
  from written
  group by 1, 2;
  return null;
end
$$;

create trigger usage_daily_add_by_org
  after insert on usage_daily referencing new table as written
  for each statement execute function usage_daily_add_by_org();

insert into usage_daily_by_org
  (day, org_id, calls, priced_calls, pending_calls, failed_calls, written_off_calls, inexact_calls, error_calls,
   cost_usd, inexact_cost_usd, error_cost_usd, cache_saved_usd, input_tokens, cache_read_tokens,
   cache_write_5m_tokens, cache_write_1h_tokens, output_tokens, reasoning_tokens, duration_us)
select day, org_id, sum(calls), sum(priced_calls), sum(pending_calls), sum(failed_calls), sum(written_off_calls),
       sum(inexact_calls), sum(error_calls), sum(cost_usd), sum(inexact_cost_usd), sum(error_cost_usd),
       sum(cache_saved_usd), sum(input_tokens), sum(cache_read_tokens), sum(cache_write_5m_tokens),
       sum(cache_write_1h_tokens), sum(output_tokens), sum(reasoning_tokens), sum(duration_us)
from usage_daily
group by 1, 2
order by 1, 2;

create materialized view usage_1d_by_org
with (timescaledb.continuous, timescaledb.materialized_only = false, timescaledb.create_group_indexes = false) as
select time_bucket(interval '1 day', bucket) as bucket,
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
       sum(cache_saved_usd)       as cache_saved_usd,
       sum(input_tokens)          as input_tokens,
       sum(cache_read_tokens)     as cache_read_tokens,
       sum(cache_write_5m_tokens) as cache_write_5m_tokens,
       sum(cache_write_1h_tokens) as cache_write_1h_tokens,
       sum(output_tokens)         as output_tokens,
       sum(reasoning_tokens)      as reasoning_tokens,
       sum(duration_us)           as duration_us
from usage_15m_by_org
group by 1, 2
with no data;

-- How long calls take over all organisations: for who may see all of them.
create materialized view usage_latency_1d_by_model
with (timescaledb.continuous, timescaledb.materialized_only = false, timescaledb.create_group_indexes = false) as
select time_bucket(interval '1 day', bucket) as bucket, provider, model, kind, log_bucket, sum(calls) as calls
from usage_latency_1d
group by 1, 2, 3, 4, 5
with no data;

-- Its days without raw events are read for ever, and no refresh makes them again.
do $$
declare
  place text;
begin
  select format('%I.%I', materialization_hypertable_schema, materialization_hypertable_name) into place
  from timescaledb_information.continuous_aggregates
  where view_name = 'usage_latency_1d_by_model' and view_schema = current_schema();
  execute format($carry$
    insert into %s (bucket, provider, model, kind, log_bucket, calls)
    select bucket, provider, model, kind, log_bucket, sum(calls)
    from usage_latency_1d where bucket < (select raw_floor from ledger_state)
    group by 1, 2, 3, 4, 5
    $carry$, place);
end
$$;

-- The view for SQL users and alert rules reads the smaller tables too; its columns stay.
create or replace view reporting.usage_daily_by_org as
select day, day::timestamp at time zone 'UTC' as time, org_id,
       calls::bigint as calls, priced_calls::bigint as priced_calls, pending_calls::bigint as pending_calls,
       failed_calls::bigint as failed_calls, written_off_calls::bigint as written_off_calls,
       inexact_calls::bigint as inexact_calls, error_calls::bigint as error_calls,
       case when priced_calls <> 0 then cost_usd::numeric(38,18) end as cost_usd,
       case when priced_calls <> 0 then trim_scale(cost_usd)::text end as cost_usd_text,
       case when inexact_calls <> 0 then inexact_cost_usd::numeric(38,18) end as inexact_cost_usd,
       case when error_calls <> 0 and priced_calls <> 0 then error_cost_usd::numeric(38,18) end as error_cost_usd,
       case when priced_calls <> 0 then cache_saved_usd::numeric(38,18) end as cache_saved_usd,
       input_tokens::numeric as input_tokens, cache_read_tokens::numeric as cache_read_tokens,
       cache_write_5m_tokens::numeric as cache_write_5m_tokens, cache_write_1h_tokens::numeric as cache_write_1h_tokens,
       output_tokens::numeric as output_tokens, reasoning_tokens::numeric as reasoning_tokens,
       (duration_us / 1000.0)::numeric as duration_ms_sum
from (
  select day, org_id,
         sum(calls) as calls, sum(priced_calls) as priced_calls, sum(pending_calls) as pending_calls,
         sum(failed_calls) as failed_calls, sum(written_off_calls) as written_off_calls,
         sum(inexact_calls) as inexact_calls, sum(error_calls) as error_calls, sum(cost_usd) as cost_usd,
         sum(inexact_cost_usd) as inexact_cost_usd, sum(error_cost_usd) as error_cost_usd,
         sum(cache_saved_usd) as cache_saved_usd,
         sum(input_tokens) as input_tokens, sum(cache_read_tokens) as cache_read_tokens,
         sum(cache_write_5m_tokens) as cache_write_5m_tokens, sum(cache_write_1h_tokens) as cache_write_1h_tokens,
         sum(output_tokens) as output_tokens, sum(reasoning_tokens) as reasoning_tokens,
         sum(duration_us) as duration_us
  from (
    select day, org_id,
           calls, priced_calls, pending_calls, failed_calls, written_off_calls, inexact_calls, error_calls, cost_usd,
           inexact_cost_usd, error_cost_usd, cache_saved_usd, input_tokens, cache_read_tokens, cache_write_5m_tokens,
           cache_write_1h_tokens, output_tokens, reasoning_tokens, duration_us
    from usage_daily_by_org where day < (select (written_before at time zone 'UTC')::date from ledger_state)
    union all
    select (bucket at time zone 'UTC')::date, org_id,
           calls, priced_calls, pending_calls, failed_calls, written_off_calls, inexact_calls, error_calls, cost_usd,
           inexact_cost_usd, error_cost_usd, cache_saved_usd, input_tokens, cache_read_tokens, cache_write_5m_tokens,
           cache_write_1h_tokens, output_tokens, reasoning_tokens, duration_us
    from ledger_adjustments where bucket < (select written_before from ledger_state)
    union all
    select (bucket at time zone 'UTC')::date, org_id,
           calls, priced_calls, pending_calls, failed_calls, written_off_calls, inexact_calls, error_calls, cost_usd,
           inexact_cost_usd, error_cost_usd, cache_saved_usd, input_tokens, cache_read_tokens, cache_write_5m_tokens,
           cache_write_1h_tokens, output_tokens, reasoning_tokens, duration_us
    from usage_1d_by_org where bucket >= (select written_before from ledger_state)
  ) as parts
  group by day, org_id
  having sum(calls) <> 0
) as days;
