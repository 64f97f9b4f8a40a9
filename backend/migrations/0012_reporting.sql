-- The views for SQL users (docs/sql.md, ADR 0014), made again as migration 0010 has them, with what caches saved.
-- A column of one name means the same everywhere, and no cost stands without its coverage. tokenledger_reader gets its
-- rights at every start.
create schema reporting;

-- Usage by UTC day, as known now. Closed days: the ledger and everything posted since. Open days: the aggregate, which
-- reads what it has not taken in yet from raw events. The seam is written_before, read in the same statement.
create view reporting.usage_daily as
select day, day::timestamp at time zone 'UTC' as time, org_id, assistant_id, query_type, provider, model, environment,
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
  select day, org_id, assistant_id, query_type, provider, model, environment,
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
    select day, org_id, assistant_id, query_type, provider, model, environment,
           calls, priced_calls, pending_calls, failed_calls, written_off_calls, inexact_calls, error_calls, cost_usd,
           inexact_cost_usd, error_cost_usd, cache_saved_usd, input_tokens, cache_read_tokens, cache_write_5m_tokens,
           cache_write_1h_tokens, output_tokens, reasoning_tokens, duration_us
    from usage_daily where day < (select (written_before at time zone 'UTC')::date from ledger_state)
    union all
    select (bucket at time zone 'UTC')::date, org_id, assistant_id, query_type, provider, model, environment,
           calls, priced_calls, pending_calls, failed_calls, written_off_calls, inexact_calls, error_calls, cost_usd,
           inexact_cost_usd, error_cost_usd, cache_saved_usd, input_tokens, cache_read_tokens, cache_write_5m_tokens,
           cache_write_1h_tokens, output_tokens, reasoning_tokens, duration_us
    from ledger_adjustments where bucket < (select written_before from ledger_state)
  ) as posted
  group by day, org_id, assistant_id, query_type, provider, model, environment
  having sum(calls) <> 0
) as closed
union all
select (bucket at time zone 'UTC')::date, bucket, org_id, assistant_id, query_type, provider, model, environment,
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
from usage_1d where bucket >= (select written_before from ledger_state);

create view reporting.usage_daily_by_model as
select day, day::timestamp at time zone 'UTC' as time, org_id, provider, model,
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
  select day, org_id, provider, model,
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
    select day, org_id, provider, model,
           calls, priced_calls, pending_calls, failed_calls, written_off_calls, inexact_calls, error_calls, cost_usd,
           inexact_cost_usd, error_cost_usd, cache_saved_usd, input_tokens, cache_read_tokens, cache_write_5m_tokens,
           cache_write_1h_tokens, output_tokens, reasoning_tokens, duration_us
    from usage_daily_by_model where day < (select (written_before at time zone 'UTC')::date from ledger_state)
    union all
    select (bucket at time zone 'UTC')::date, org_id, provider, model,
           calls, priced_calls, pending_calls, failed_calls, written_off_calls, inexact_calls, error_calls, cost_usd,
           inexact_cost_usd, error_cost_usd, cache_saved_usd, input_tokens, cache_read_tokens, cache_write_5m_tokens,
           cache_write_1h_tokens, output_tokens, reasoning_tokens, duration_us
    from ledger_adjustments where bucket < (select written_before from ledger_state)
    union all
    select (bucket at time zone 'UTC')::date, org_id, provider, model,
           calls, priced_calls, pending_calls, failed_calls, written_off_calls, inexact_calls, error_calls, cost_usd,
           inexact_cost_usd, error_cost_usd, cache_saved_usd, input_tokens, cache_read_tokens, cache_write_5m_tokens,
           cache_write_1h_tokens, output_tokens, reasoning_tokens, duration_us
    from usage_1h_by_model where bucket >= (select written_before from ledger_state)
  ) as parts
  group by day, org_id, provider, model
  having sum(calls) <> 0
) as days;

create view reporting.usage_daily_by_org as
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
    from usage_daily_by_model where day < (select (written_before at time zone 'UTC')::date from ledger_state)
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
    from usage_15m_by_org where bucket >= (select written_before from ledger_state)
  ) as parts
  group by day, org_id
  having sum(calls) <> 0
) as days;

-- As closed: what the ledger said when each day was closed, whatever was posted since.
create view reporting.usage_daily_closed as
select day, day::timestamp at time zone 'UTC' as time, org_id, assistant_id, query_type, provider, model, environment,
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
from usage_daily where day < (select (written_before at time zone 'UTC')::date from ledger_state);

create view reporting.usage_daily_by_model_closed as
select day, day::timestamp at time zone 'UTC' as time, org_id, provider, model,
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
from usage_daily_by_model where day < (select (written_before at time zone 'UTC')::date from ledger_state);

-- Usage by shorter intervals, as known now. From the raw floor on the aggregates hold everything; below it they miss what
-- came after their day was retired, and the ledger has that.
create view reporting.usage_15m as
select bucket as time, org_id, assistant_id, query_type, provider, model, environment,
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
from usage_15m where bucket >= (select raw_floor from ledger_state)
union all
select bucket, org_id, assistant_id, query_type, provider, model, environment,
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
  select bucket, org_id, assistant_id, query_type, provider, model, environment,
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
    select bucket, org_id, assistant_id, query_type, provider, model, environment,
           calls, priced_calls, pending_calls, failed_calls, written_off_calls, inexact_calls, error_calls, cost_usd,
           inexact_cost_usd, error_cost_usd, cache_saved_usd, input_tokens, cache_read_tokens, cache_write_5m_tokens,
           cache_write_1h_tokens, output_tokens, reasoning_tokens, duration_us
    from usage_15m
    where bucket < (select raw_floor from ledger_state) and bucket >= (select aggregate_floor from ledger_state)
    union all
    select bucket, org_id, assistant_id, query_type, provider, model, environment,
           calls, priced_calls, pending_calls, failed_calls, written_off_calls, inexact_calls, error_calls, cost_usd,
           inexact_cost_usd, error_cost_usd, cache_saved_usd, input_tokens, cache_read_tokens, cache_write_5m_tokens,
           cache_write_1h_tokens, output_tokens, reasoning_tokens, duration_us
    from ledger_adjustments where below_floor and bucket >= (select aggregate_floor from ledger_state)
  ) as parts
  group by bucket, org_id, assistant_id, query_type, provider, model, environment
  having sum(calls) <> 0
) as retired;

create view reporting.usage_15m_by_org as
select bucket as time, org_id,
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
from usage_15m_by_org where bucket >= (select raw_floor from ledger_state)
union all
select bucket, org_id,
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
  select bucket, org_id,
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
    select bucket, org_id,
           calls, priced_calls, pending_calls, failed_calls, written_off_calls, inexact_calls, error_calls, cost_usd,
           inexact_cost_usd, error_cost_usd, cache_saved_usd, input_tokens, cache_read_tokens, cache_write_5m_tokens,
           cache_write_1h_tokens, output_tokens, reasoning_tokens, duration_us
    from usage_15m_by_org
    where bucket < (select raw_floor from ledger_state) and bucket >= (select aggregate_floor from ledger_state)
    union all
    select bucket, org_id,
           calls, priced_calls, pending_calls, failed_calls, written_off_calls, inexact_calls, error_calls, cost_usd,
           inexact_cost_usd, error_cost_usd, cache_saved_usd, input_tokens, cache_read_tokens, cache_write_5m_tokens,
           cache_write_1h_tokens, output_tokens, reasoning_tokens, duration_us
    from ledger_adjustments where below_floor and bucket >= (select aggregate_floor from ledger_state)
  ) as parts
  group by bucket, org_id
  having sum(calls) <> 0
) as retired;

create view reporting.usage_1h_by_model as
select bucket as time, org_id, provider, model,
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
from usage_1h_by_model where bucket >= (select raw_floor from ledger_state)
union all
select bucket, org_id, provider, model,
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
  select bucket, org_id, provider, model,
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
    select bucket, org_id, provider, model,
           calls, priced_calls, pending_calls, failed_calls, written_off_calls, inexact_calls, error_calls, cost_usd,
           inexact_cost_usd, error_cost_usd, cache_saved_usd, input_tokens, cache_read_tokens, cache_write_5m_tokens,
           cache_write_1h_tokens, output_tokens, reasoning_tokens, duration_us
    from usage_1h_by_model
    where bucket < (select raw_floor from ledger_state) and bucket >= (select aggregate_floor from ledger_state)
    union all
    select date_bin('1 hour', bucket, '1970-01-01T00:00:00Z'), org_id, provider, model,
           calls, priced_calls, pending_calls, failed_calls, written_off_calls, inexact_calls, error_calls, cost_usd,
           inexact_cost_usd, error_cost_usd, cache_saved_usd, input_tokens, cache_read_tokens, cache_write_5m_tokens,
           cache_write_1h_tokens, output_tokens, reasoning_tokens, duration_us
    from ledger_adjustments where below_floor and bucket >= (select aggregate_floor from ledger_state)
  ) as parts
  group by bucket, org_id, provider, model
  having sum(calls) <> 0
) as retired;

-- Single calls, as long as they are kept: those of retired days only while they are pending, or came after that.
create view reporting.calls as
select started_at as time, ingested_at, recovered_at, org_id, assistant_id, query_type, conversation_id, user_id,
       environment, provider, model, request_model, response_model, service_tier, operation, name, service_name,
       scope_name, scope_version, realm, trace_id, span_id, parent_span_id,
       input_tokens, cache_read as cache_read_tokens, cache_write_5m as cache_write_5m_tokens,
       cache_write_1h as cache_write_1h_tokens, output_tokens, reasoning as reasoning_tokens,
       duration_us / 1000.0 as duration_ms, time_to_first_token_ms, status_error, failed,
       cost_status, cost_reason, cost_quality, cost_usd, trim_scale(cost_usd)::text as cost_usd_text, cache_saved_usd,
       reported_cost as reported_cost_usd, price_version_ids, usage_problem, usage_quality, input_basis, lost
from usage_events
where kind = 'call' and started_at >= (select raw_floor from ledger_state)
union all
select started_at, ingested_at, recovered_at, org_id, assistant_id, query_type, conversation_id, user_id,
       environment, provider, model, request_model, response_model, service_tier, operation, name, service_name,
       scope_name, scope_version, realm, trace_id, span_id, parent_span_id,
       input_tokens, cache_read, cache_write_5m, cache_write_1h, output_tokens, reasoning,
       duration_us / 1000.0, time_to_first_token_ms, status_error, failed,
       cost_status, cost_reason, cost_quality, cost_usd, trim_scale(cost_usd)::text, cache_saved_usd,
       reported_cost, price_version_ids, usage_problem, usage_quality, input_basis, lost
from kept_events
where kind = 'call' and started_at < (select raw_floor from ledger_state);

-- What waits for a price or a usage, of any age.
create view reporting.pending_calls as
select org_id, cost_reason, provider, model, service_tier, count(*) as pending_calls,
       sum(coalesce(input_tokens, 0) + coalesce(output_tokens, 0))
         filter (where input_tokens is not null or output_tokens is not null) as tokens,
       min(started_at) as oldest_at, max(started_at) as newest_at
from (
  select org_id, cost_reason, provider, coalesce(request_model, response_model) as model, service_tier,
         input_tokens, output_tokens, started_at
  from usage_events where cost_status = 'pending' and started_at >= (select raw_floor from ledger_state)
  union all
  select org_id, cost_reason, provider, coalesce(request_model, response_model), service_tier,
         input_tokens, output_tokens, started_at
  from kept_events where cost_status = 'pending' and started_at < (select raw_floor from ledger_state)
) as pending
group by org_id, cost_reason, provider, model, service_tier;

-- Found without reading compressed days: pending calls of open days by an index on raw events, those of closed days by the
-- ledger, those of retired days by what was kept.
create view reporting.pending_by_org as
select org_id, sum(calls)::bigint as pending_calls, min(oldest_at) as oldest_pending_at
from (
  select org_id, count(*) as calls, min(started_at) as oldest_at
  from usage_events where cost_status = 'pending' and started_at >= (select written_before from ledger_state)
  group by org_id
  union all
  select org_id, sum(calls), min(at)
  from (
    select org_id, at, sum(calls) as calls
    from (
      select org_id, day::timestamp at time zone 'UTC' as at, pending_calls as calls
      from usage_daily
      where pending_calls <> 0 and day >= (select (raw_floor at time zone 'UTC')::date from ledger_state)
        and day < (select (written_before at time zone 'UTC')::date from ledger_state)
      union all
      select org_id, (bucket at time zone 'UTC')::date::timestamp at time zone 'UTC', pending_calls
      from ledger_adjustments
      where pending_calls <> 0 and bucket >= (select raw_floor from ledger_state)
        and bucket < (select written_before from ledger_state)
    ) as posted
    group by org_id, at
  ) as days
  where calls > 0 group by org_id
  union all
  select org_id, count(*), min(started_at) from kept_events where cost_status = 'pending' group by org_id
) as places
group by org_id;

-- One row per organisation: what an alert rule asks for.
create view reporting.organisations as
with clock as (select (now() at time zone 'UTC')::date as today),
places as (
  select org_id, day, calls, priced_calls, pending_calls, cost_usd, null::bigint as waiting, null::timestamptz as oldest_at
  from reporting.usage_daily_by_org, clock where day > today - 30 and day <= today
  union all
  select org_id, null, null, null, null, null, pending_calls, oldest_pending_at from reporting.pending_by_org),
sums as (
  select org_id,
         coalesce(sum(calls) filter (where day = today), 0)::bigint             as calls_today,
         coalesce(sum(priced_calls) filter (where day = today), 0)::bigint      as priced_calls_today,
         coalesce(sum(pending_calls) filter (where day = today), 0)::bigint     as pending_calls_today,
         sum(cost_usd) filter (where day = today)                               as cost_today_usd,
         coalesce(sum(calls) filter (where day = today - 1), 0)::bigint         as calls_yesterday,
         coalesce(sum(priced_calls) filter (where day = today - 1), 0)::bigint  as priced_calls_yesterday,
         coalesce(sum(pending_calls) filter (where day = today - 1), 0)::bigint as pending_calls_yesterday,
         sum(cost_usd) filter (where day = today - 1)                           as cost_yesterday_usd,
         coalesce(sum(calls), 0)::bigint                                        as calls_30d,
         coalesce(sum(priced_calls), 0)::bigint                                 as priced_calls_30d,
         coalesce(sum(pending_calls), 0)::bigint                                as pending_calls_30d,
         sum(cost_usd)                                                          as cost_30d_usd,
         coalesce(sum(waiting), 0)::bigint                                      as pending_calls,
         min(oldest_at)                                                         as oldest_pending_at
  from places, clock
  group by org_id)
select org_id,
       calls_today, priced_calls_today, pending_calls_today,
       trunc(priced_calls_today::numeric / nullif(priced_calls_today + pending_calls_today, 0), 6) as coverage_today,
       cost_today_usd, trim_scale(cost_today_usd)::text as cost_today_usd_text,
       calls_yesterday, priced_calls_yesterday, pending_calls_yesterday,
       trunc(priced_calls_yesterday::numeric / nullif(priced_calls_yesterday + pending_calls_yesterday, 0), 6)
         as coverage_yesterday,
       cost_yesterday_usd, trim_scale(cost_yesterday_usd)::text as cost_yesterday_usd_text,
       calls_30d, priced_calls_30d, pending_calls_30d,
       trunc(priced_calls_30d::numeric / nullif(priced_calls_30d + pending_calls_30d, 0), 6) as coverage_30d,
       cost_30d_usd, trim_scale(cost_30d_usd)::text as cost_30d_usd_text,
       pending_calls, oldest_pending_at
from sums;

-- Each change of a closed day, as posted.
create view reporting.adjustments as
select id, posted_at, bucket as time, (bucket at time zone 'UTC')::date as day, reason, org_id, assistant_id, query_type,
       provider, model, environment, calls, priced_calls, pending_calls, failed_calls, written_off_calls, inexact_calls,
       error_calls, cost_usd, trim_scale(cost_usd)::text as cost_usd_text, inexact_cost_usd, error_cost_usd,
       cache_saved_usd, input_tokens, cache_read_tokens, cache_write_5m_tokens, cache_write_1h_tokens, output_tokens,
       reasoning_tokens, (duration_us / 1000.0)::numeric as duration_ms_sum, price_version_ids, below_floor, author, note
from ledger_adjustments;

-- Calls that waited and got their price, by the hour they got it, as long as single calls are kept.
create view reporting.recovered_calls as
select date_bin('1 hour', recovered_at, '1970-01-01T00:00:00Z') as time, org_id, provider, model,
       count(*) as priced_calls, sum(cost_usd) as cost_usd, trim_scale(sum(cost_usd))::text as cost_usd_text,
       min(started_at) as oldest_at, max(started_at) as newest_at
from (
  select recovered_at, org_id, provider, model, cost_usd, started_at from usage_events
  where recovered_at is not null and kind = 'call' and cost_status = 'priced'
    and started_at >= (select raw_floor from ledger_state)
  union all
  select recovered_at, org_id, provider, model, cost_usd, started_at from kept_events
  where recovered_at is not null and kind = 'call' and cost_status = 'priced'
    and started_at < (select raw_floor from ledger_state)
) as recovered
group by 1, 2, 3, 4;

-- The last proof of each day and kind.
create view reporting.checks as
select distinct on (day, kind) day, day::timestamp at time zone 'UTC' as time, kind as check_kind, checked_at, differences
from ledger_checks
order by day, kind, checked_at desc, id desc;

create view reporting.check_differences as
select last.day, last.kind as check_kind, last.checked_at, d.org_id, d.what, d.expected, d.found
from (
  select distinct on (day, kind) day, kind, checked_at, detail from ledger_checks
  order by day, kind, checked_at desc, id desc
) as last
cross join lateral jsonb_to_recordset(last.detail) as d (org_id text, what text, expected text, found text);

create view reporting.job_runs as
select id, job, started_at as time, finished_at, outcome,
       round(extract(epoch from finished_at - started_at) * 1000, 3) as duration_ms, error, detail::text as detail
from job_runs;

create view reporting.jobs as
select names.job, last.started_at as last_started_at, last.finished_at as last_finished_at, last.outcome as last_outcome,
       round(extract(epoch from last.finished_at - last.started_at) * 1000, 3) as last_duration_ms, last.error as last_error,
       success.finished_at as last_success_at,
       extract(epoch from now() - success.finished_at)::float8 as seconds_since_success
from (select distinct job from job_runs) as names
cross join lateral (
  select started_at, finished_at, outcome, error from job_runs r where r.job = names.job
  order by started_at desc, id desc limit 1) as last
left join lateral (
  select finished_at from job_runs r where r.job = names.job and outcome = 'done'
  order by started_at desc, id desc limit 1) as success on true;

-- What was accepted, by the quarter of an hour in which it came. Only days that are not compressed: no index helps there.
-- What comes later than that is in adjustments.
create view reporting.ingest_15m as
select date_bin('15 minutes', ingested_at, '1970-01-01T00:00:00Z') as time, org_id, kind, cost_status, count(*) as events,
       count(*) filter (where late >= interval '1 hour') as events_late_1h,
       count(*) filter (where late >= interval '1 day')  as events_late_1d,
       round(avg(extract(epoch from greatest(late, interval '0'))), 3) as late_seconds_avg,
       round(max(extract(epoch from greatest(late, interval '0'))), 3) as late_seconds_max
from (
  select ingested_at, org_id, kind, cost_status, ingested_at - started_at - duration_us * interval '1 microsecond' as late
  from usage_events
  where started_at >= (
    select greatest(s.raw_floor, (max(d.day) + 1)::timestamp at time zone 'UTC')
    from ledger_state s left join ledger_days d on d.compressed_at is not null group by s.raw_floor)
  union all
  select ingested_at, org_id, kind, cost_status, ingested_at - started_at - duration_us * interval '1 microsecond'
  from kept_events where started_at < (select raw_floor from ledger_state)
) as events
group by 1, 2, 3, 4;

-- What could not be understood, counted; neither its text nor its content.
create view reporting.quarantine as
select reason, source, org_id, replayable, count(*) as items, sum(times_seen)::bigint as times_seen,
       min(first_seen_at) as first_seen_at, max(last_seen_at) as last_seen_at
from quarantine
group by reason, source, org_id, replayable;

create view reporting.price_versions as
select id, recorded_at as time, nullif(effective_from, '-infinity') as effective_from, source, source_version, org_id,
       provider, model, service_tier,
       case
         when withdrawn then 'withdrawn'
         when ended then 'ended'
         when refused is not null then 'refused: ' || refused
         when empty then 'no price known'
         else concat_ws(', ',
           case when basis is not null
             then (basis ->> 'multiplier') || ' times ' || concat_ws(' ', basis ->> 'provider', basis ->> 'model') end,
           (select string_agg(
              meter || ' ' || (price ->> 'price')
                || case price ->> 'per' when '1000000' then ' per million' when '1' then ' each'
                   else ' per ' || (price ->> 'per') end
                || coalesce((select string_agg(', ' || (tier ->> 'price') || ' above ' || (tier ->> 'above'), ''
                                        order by place)
                             from jsonb_array_elements(price -> 'tiers') with ordinality as t (tier, place)), ''),
              ', ' order by meter)
            from jsonb_each(meters) as m (meter, price)),
           case when jsonb_array_length(windows) > 0 then 'other prices at some hours of the day' end)
       end as prices,
       author, note, by_hand, ended, withdrawn
from price_versions;

-- The life of each UTC day.
create view reporting.days as
with marks as (select (written_before at time zone 'UTC')::date as written_day from ledger_state),
stored as (
  select (generate_series(range_start, range_end - interval '24 hours', interval '24 hours') at time zone 'UTC')::date as day
  from timescaledb_information.chunks
  where hypertable_name = 'usage_events'
    and hypertable_schema = (select relnamespace::regnamespace::text from pg_class where oid = 'usage_events'::regclass))
select day, day::timestamp at time zone 'UTC' as time,
       case
         when d.retired_at is not null then 'retired'
         when d.compressed_at is not null then 'compressed'
         when day < (select written_day from marks) then 'closed'
         else 'open'
       end as state,
       case when day < (select written_day from marks) then d.closed_at end as closed_at, d.compressed_at, d.retired_at
from stored full join ledger_days d using (day);

-- One row: how far the ledger is.
create view reporting.ledger as
select s.written_before as closed_before, s.raw_floor, s.aggregate_floor, s.clock as close_clock,
       (select greatest(case when is_called then last_value else 0 end - s.settled_request, 0) from request_numbers)
         as unsettled_requests,
       (select count(*) from price_versions v where v.id > s.priced_versions) as unseen_price_versions,
       (select sum(o.pending_calls)::bigint from reporting.pending_by_org o) as pending_calls,
       (select min(o.oldest_pending_at) from reporting.pending_by_org o) as oldest_pending_at,
       (select count(distinct c.day) from reporting.checks c where c.differences > 0) as days_with_differences,
       (select coalesce(sum(c.differences), 0) from reporting.checks c) as differences,
       (select max(c.checked_at) from reporting.checks c) as last_check_at
from ledger_state s;

comment on schema reporting is
  'Tokenledger for SQL users: stable views, described in docs/sql.md. Costs are USD. No sum of cost stands without its '
  'coverage: priced_calls / (priced_calls + pending_calls). Exact money is also there as text (…_text).';

comment on view reporting.usage_daily is
  'Usage by UTC day, organisation, assistant, query type, provider, model and environment, as known now: one row each. '
  'Where fewer dimensions do, usage_daily_by_model and usage_daily_by_org are smaller.';
comment on view reporting.usage_daily_by_model is
  'Usage by UTC day, organisation, provider and model, as known now.';
comment on view reporting.usage_daily_by_org is 'Usage by UTC day and organisation, as known now.';
comment on view reporting.usage_daily_closed is
  'Usage of closed UTC days as it was closed: what was posted since (adjustments) is not in it, open days neither.';
comment on view reporting.usage_daily_by_model_closed is
  'usage_daily_closed with organisation, provider and model only: smaller.';
comment on view reporting.usage_15m is
  'Usage by quarter of an hour with every dimension, as known now, for AGGREGATE_RETENTION. Ask for hours or a few days.';
comment on view reporting.usage_15m_by_org is
  'Usage by quarter of an hour and organisation, as known now, for AGGREGATE_RETENTION: days of any time zone.';
comment on view reporting.usage_1h_by_model is
  'Usage by UTC hour, organisation, provider and model, as known now, for AGGREGATE_RETENTION.';
comment on view reporting.calls is
  'Single calls, as long as they are kept (RAW_RETENTION; pending ones longer). Repeats and steps are not in it. Always '
  'filter by time.';
comment on view reporting.pending_calls is
  'Calls of any age that wait for a price or a usage, by organisation, reason, provider, model (as asked for) and tier.';
comment on view reporting.pending_by_org is
  'Calls of any age that wait for a price or a usage, by organisation: fast, whatever the number of calls.';
comment on view reporting.organisations is
  'One row per organisation with usage in the last 30 UTC days or with pending calls: for alert rules.';
comment on view reporting.adjustments is
  'Every change of a closed UTC day after it was closed, signed: late events, late prices, corrections, with the reason. '
  'A change of organisation is two rows.';
comment on view reporting.recovered_calls is
  'Calls that were pending and got their price, by the hour they got it, as long as single calls are kept.';
comment on view reporting.checks is 'The last proof of conservation of each UTC day and kind. 0 differences: proved.';
comment on view reporting.check_differences is 'What the last proofs found: two numbers that must be equal and are not.';
comment on view reporting.job_runs is
  'Runs of jobs of the last 30 days. Of those that found nothing to do only the last of each job is kept.';
comment on view reporting.jobs is 'Each job that ever ran: its last run, its last success and how long that was ago.';
comment on view reporting.ingest_15m is
  'Spans and events by the quarter of an hour in which they came, and how late they came after the end of what they tell. '
  'cost_status is as of now. Of days that are compressed or retired only what is still kept: see adjustments (late_event).';
comment on view reporting.quarantine is
  'What could not be understood, counted by reason. The items themselves: npm run -s tokenledger -- quarantine list.';
comment on view reporting.price_versions is
  'The price book: every version ever recorded. Contract before override before catalogue; in one entry the latest '
  'effective_from that has come, and of equal ones the last recorded.';
comment on view reporting.days is 'The life of each UTC day: open, closed, compressed, retired.';
comment on view reporting.ledger is 'One row: how far the ledger is, what waits, and whether it adds up.';

-- A column of one name means the same in every view: said once, here. What is special to one view comes after it.
do $$
declare
  described record;
begin
  for described in
    select c.table_name as view_name, c.column_name, about.text
    from information_schema.columns c
      join (values
        ('day', 'UTC day.'),
        ('time', 'Start of the interval or UTC day of the row; for $__timeFilter(time).'),
        ('org_id', 'Organisation; unattributed where nobody told it.'),
        ('assistant_id', 'Assistant; null: not told.'),
        ('query_type', 'What kind of work it did; null: not told.'),
        ('conversation_id', 'Conversation; null: not told.'),
        ('user_id', 'User of the organisation; null: not told.'),
        ('provider', 'Provider of the model.'),
        ('model', 'Model: as priced, else as answered, else as asked for.'),
        ('environment', 'Environment, such as production; null: not told.'),
        ('calls', 'Model calls; repeats and steps are not counted.'),
        ('priced_calls', 'Calls with a cost.'),
        ('pending_calls', 'Billable calls whose cost is not known yet: not free, not in any cost.'),
        ('failed_calls', 'Failed calls without usage: unbilled.'),
        ('written_off_calls', 'Calls whose cost was given up.'),
        ('inexact_calls', 'Priced calls whose cost is a bound or an estimate.'),
        ('error_calls', 'Calls that ended in an error, billed or not.'),
        ('cost_usd', 'Cost of the priced calls in USD; null where none is priced, never 0 for unknown.'),
        ('cost_usd_text', 'cost_usd to the last digit, as text: many clients read numeric as a float.'),
        ('inexact_cost_usd', 'The part of cost_usd that is a bound or an estimate.'),
        ('error_cost_usd', 'The part of cost_usd spent on calls that ended in an error.'),
        ('cache_saved_usd', 'What the priced calls would have cost more without caches; null where none used one.'),
        ('input_tokens', 'Tokens sent, cached parts included; null where nobody told.'),
        ('cache_read_tokens', 'Part of input_tokens read from a cache.'),
        ('cache_write_5m_tokens', 'Part of input_tokens written to a cache for 5 minutes.'),
        ('cache_write_1h_tokens', 'Part of input_tokens written to a cache for an hour.'),
        ('output_tokens', 'Tokens generated, reasoning included; null where nobody told.'),
        ('reasoning_tokens', 'Part of output_tokens.'),
        ('duration_ms_sum', 'Sum of the calls'' durations in milliseconds; divide by calls.'),
        ('duration_ms', 'How long it took, in milliseconds.'),
        ('time_to_first_token_ms', 'Milliseconds to the first token; null: not told.'),
        ('ingested_at', 'When it was stored, or its usage corrected.'),
        ('recovered_at', 'When it got its cost, if it was pending at first.'),
        ('request_model', 'Model asked for.'),
        ('response_model', 'Model that answered.'),
        ('service_tier', 'Service tier of the provider.'),
        ('operation', 'Operation by the semantic conventions, such as chat.'),
        ('name', 'Name of the span.'),
        ('service_name', 'Service that sent it.'),
        ('scope_name', 'Instrumentation that made the span.'),
        ('scope_version', 'Version of the instrumentation.'),
        ('realm', 'team, or org: and the organisation the ingest key is bound to.'),
        ('trace_id', 'Trace, as hexadecimal.'),
        ('span_id', 'Span, as hexadecimal.'),
        ('parent_span_id', 'Parent span, as hexadecimal.'),
        ('status_error', 'The span ended in an error.'),
        ('failed', 'The call failed without usage.'),
        ('cost_status', 'priced, pending or unbilled; null for a step.'),
        ('cost_reason', 'Why it is pending or unbilled.'),
        ('cost_quality', 'exact, upper_bound, lower_bound or estimated.'),
        ('reported_cost_usd', 'The sender''s own claim: shown, never used.'),
        ('price_version_ids', 'Ids in price_versions, with commas between.'),
        ('usage_problem', 'What is wrong with its usage.'),
        ('usage_quality', 'What its usage allows to claim: exact, upper_bound, lower_bound or estimated.'),
        ('input_basis', 'How it was decided what input_tokens include.'),
        ('lost', 'What the sender did not tell.'),
        ('tokens', 'Input and output tokens together; null where nobody told.'),
        ('oldest_at', 'Start of the oldest of the calls.'),
        ('newest_at', 'Start of the newest of the calls.'),
        ('calls_today', 'Calls of the current UTC day.'),
        ('priced_calls_today', 'Calls of the current UTC day with a cost.'),
        ('pending_calls_today', 'Calls of the current UTC day without one yet.'),
        ('coverage_today', 'priced / (priced + pending) calls of the current UTC day, cut to 6 decimals: 1 means all.'),
        ('cost_today_usd', 'Cost of the current UTC day so far; null where nothing is priced.'),
        ('cost_today_usd_text', 'cost_today_usd to the last digit.'),
        ('calls_yesterday', 'Calls of the UTC day before.'),
        ('priced_calls_yesterday', 'Calls of the UTC day before with a cost.'),
        ('pending_calls_yesterday', 'Calls of the UTC day before without one yet.'),
        ('coverage_yesterday', 'priced / (priced + pending) calls of the UTC day before.'),
        ('cost_yesterday_usd', 'Cost of the UTC day before; null where nothing is priced.'),
        ('cost_yesterday_usd_text', 'cost_yesterday_usd to the last digit.'),
        ('calls_30d', 'Calls of the last 30 UTC days, today included.'),
        ('priced_calls_30d', 'Calls of the last 30 UTC days with a cost.'),
        ('pending_calls_30d', 'Calls of the last 30 UTC days without one yet.'),
        ('coverage_30d', 'priced / (priced + pending) calls of the last 30 UTC days.'),
        ('cost_30d_usd', 'Cost of the last 30 UTC days, today included; null where nothing is priced.'),
        ('cost_30d_usd_text', 'cost_30d_usd to the last digit.'),
        ('oldest_pending_at', 'Start of the oldest pending call; of a closed day that is not retired: the day''s start.'),
        ('id', 'Number of the row.'),
        ('posted_at', 'When it was posted.'),
        ('below_floor', 'Posted after its day was retired.'),
        ('author', 'Who did it by hand: the id of a key, a user, or local-admin.'),
        ('note', 'Why, as its author wrote.'),
        ('check_kind', 'refresh (every minute), close or retire.'),
        ('checked_at', 'When it was checked last.'),
        ('differences', 'How many numbers were not equal: 0 is proved.'),
        ('what', 'What was compared.'),
        ('expected', 'The one number, as decimal text; null: nothing there.'),
        ('found', 'The other number, as decimal text; null: nothing there.'),
        ('job', 'Name of the job.'),
        ('finished_at', 'When it ended; null while it runs.'),
        ('outcome', 'running, done or failed.'),
        ('error', 'Why it failed.'),
        ('detail', 'Counts of what was done, as JSON text; null: there was nothing to do.'),
        ('last_started_at', 'Start of the last run.'),
        ('last_finished_at', 'End of the last run; null while it runs.'),
        ('last_outcome', 'running, done or failed.'),
        ('last_duration_ms', 'How long the last run took, in milliseconds.'),
        ('last_error', 'Why the last run failed.'),
        ('last_success_at', 'End of the last run that ended well; null: never.'),
        ('seconds_since_success', 'Seconds since then, by the database''s clock.'),
        ('kind', 'call, repeat (of a call) or step (any other span).'),
        ('events', 'How many.'),
        ('events_late_1h', 'Of them an hour or more after their end.'),
        ('events_late_1d', 'Of them a day or more after their end.'),
        ('late_seconds_avg', 'Mean of the seconds between their end and their coming.'),
        ('late_seconds_max', 'Most seconds between an end and its coming.'),
        ('items', 'How many different ones.'),
        ('times_seen', 'How often they were sent, resends included.'),
        ('first_seen_at', 'When the first came.'),
        ('last_seen_at', 'When the last came.'),
        ('replayable', 'Can be read again by a newer version.'),
        ('effective_from', 'Holds from here on; null: since the beginning of time.'),
        ('source_version', 'Version of the catalogue, or SHA-256 of the prices file.'),
        ('prices', 'In words: meter, price in USD, per how many units.'),
        ('by_hand', 'Recorded through the API or the command.'),
        ('ended', 'From effective_from on the entry has no price.'),
        ('withdrawn', 'Takes back what was said at this effective_from.'),
        ('state', 'open, closed, compressed or retired.'),
        ('closed_at', 'When its totals were written.'),
        ('compressed_at', 'When its raw events were compressed.'),
        ('retired_at', 'When its raw events were dropped.'),
        ('closed_before', 'Days before it are closed.'),
        ('raw_floor', 'Days before it have no raw events any more.'),
        ('aggregate_floor', 'Before it only whole UTC days are kept.'),
        ('close_clock', 'What closing took for now when it last ran.'),
        ('unsettled_requests', 'Ingest requests that settle has not seen yet.'),
        ('unseen_price_versions', 'Price versions that re-price has not seen yet.'),
        ('days_with_differences', 'UTC days whose last proof found a difference.'),
        ('last_check_at', 'When a day was last checked.')
      ) as about (column_name, text) on about.column_name = c.column_name
    where c.table_schema = 'reporting'
  loop
    execute format('comment on column reporting.%I.%I is %L', described.view_name, described.column_name, described.text);
  end loop;
end
$$;


comment on column reporting.calls.time is 'When the call began.';
comment on column reporting.adjustments.time is
  'The quarter of an hour in which the calls began. When it was posted: posted_at.';
comment on column reporting.adjustments.reason is
  'late_event, richer_usage, settled, repriced, price_corrected, usage_corrected or written_off.';
comment on column reporting.adjustments.cost_usd is 'Signed change of the cost; null where no money changed.';
comment on column reporting.adjustments.price_version_ids is 'Of the new cost: ids in price_versions, with commas between.';
comment on column reporting.recovered_calls.time is 'The UTC hour in which the calls got their price.';
comment on column reporting.ingest_15m.time is 'The quarter of an hour in which the events came.';
comment on column reporting.pending_calls.model is 'Model asked for; as answered where the request named none.';
comment on column reporting.job_runs.time is 'When the run began.';
comment on column reporting.quarantine.reason is 'Why it could not be understood.';
comment on column reporting.quarantine.source is 'otlp, json, or body (a whole request).';
comment on column reporting.quarantine.org_id is 'The organisation the ingest key is bound to; null: the team''s.';
comment on column reporting.price_versions.time is 'When it was recorded.';
comment on column reporting.price_versions.source is 'contract, override or catalogue.';
comment on column reporting.price_versions.org_id is 'Whose contract; null: for all.';
comment on column reporting.price_versions.model is 'The entry''s name; * is the whole provider.';
comment on column reporting.organisations.pending_calls is 'Calls of any age whose cost is not known yet.';
comment on column reporting.pending_by_org.pending_calls is 'Calls of any age whose cost is not known yet.';
comment on column reporting.ledger.pending_calls is 'Calls of any age whose cost is not known yet.';

do $$
declare
  missing text;
begin
  select string_agg(format('%s.%s', c.relname, a.attname), ', ') into missing
  from pg_class c join pg_attribute a on a.attrelid = c.oid
  where c.relnamespace = 'reporting'::regnamespace and a.attnum > 0 and col_description(c.oid, a.attnum) is null;
  if missing is not null then
    raise exception 'columns without a comment: %', missing;
  end if;
end
$$;
