-- What caches saved: one sum more beside each cost, exact from here on. Calls stored before have none.
alter table usage_events         add column cache_saved_usd numeric(38,18);
alter table kept_events          add column cache_saved_usd numeric(38,18);
alter table usage_daily          add column cache_saved_usd numeric(38,18);
alter table usage_daily_by_model add column cache_saved_usd numeric(38,18);
alter table ledger_adjustments   add column cache_saved_usd numeric(38,18);

create or replace function usage_daily_add_by_model() returns trigger language plpgsql as $$
begin
  insert into usage_daily_by_model
    (day, org_id, provider, model, calls, priced_calls, pending_calls, failed_calls, written_off_calls, inexact_calls,
     error_calls, cost_usd, inexact_cost_usd, error_cost_usd, cache_saved_usd, input_tokens, cache_read_tokens,
     cache_write_5m_tokens, cache_write_1h_tokens, output_tokens, reasoning_tokens, duration_us)
  select day, org_id, provider, model, sum(calls), sum(priced_calls), sum(pending_calls), sum(failed_calls),
         sum(written_off_calls), sum(inexact_calls), sum(error_calls), sum(cost_usd), sum(inexact_cost_usd),
         sum(error_cost_usd), sum(cache_saved_usd), sum(input_tokens), sum(cache_read_tokens),
         sum(cache_write_5m_tokens), sum(cache_write_1h_tokens), sum(output_tokens), sum(reasoning_tokens),
         sum(duration_us)
  from written
  group by 1, 2, 3, 4;
  return null;
end
$$;

-- A continuous aggregate cannot be given a column, so the four that add up costs are made again. What they hold of days
-- whose raw events are gone is carried over; all else the next refresh makes of raw events, and until then queries do.
-- The views for SQL users read them: they hold nothing, and migration 0012 makes them again.
create temporary table carried_15m on commit drop as
  select * from usage_15m where bucket < (select raw_floor from ledger_state);
create temporary table carried_15m_by_org on commit drop as
  select * from usage_15m_by_org where bucket < (select raw_floor from ledger_state);
create temporary table carried_1d on commit drop as
  select * from usage_1d where bucket < (select raw_floor from ledger_state);
create temporary table carried_1h_by_model on commit drop as
  select * from usage_1h_by_model where bucket < (select raw_floor from ledger_state);

drop schema reporting cascade;
drop materialized view usage_1h_by_model;
drop materialized view usage_1d;
drop materialized view usage_15m_by_org;
drop materialized view usage_15m;

create materialized view usage_15m
with (timescaledb.continuous, timescaledb.materialized_only = false) as
select time_bucket(interval '15 minutes', started_at) as bucket,
       org_id, assistant_id, query_type, provider, model, environment,
       count(*)                                                      as calls,
       count(*) filter (where cost_status = 'priced')                as priced_calls,
       count(*) filter (where cost_status = 'pending')               as pending_calls,
       count(*) filter (where cost_reason = 'failed_no_usage')       as failed_calls,
       count(*) filter (where cost_reason = 'written_off')           as written_off_calls,
       count(*) filter (where cost_status = 'priced' and cost_quality <> 'exact') as inexact_calls,
       count(*) filter (where status_error)                          as error_calls,
       sum(cost_usd)                                                 as cost_usd,
       sum(cost_usd) filter (where cost_quality <> 'exact')          as inexact_cost_usd,
       sum(cost_usd) filter (where status_error)                     as error_cost_usd,
       sum(cache_saved_usd)                                          as cache_saved_usd,
       sum(input_tokens)                                             as input_tokens,
       sum(cache_read)                                               as cache_read_tokens,
       sum(cache_write_5m)                                           as cache_write_5m_tokens,
       sum(cache_write_1h)                                           as cache_write_1h_tokens,
       sum(output_tokens)                                            as output_tokens,
       sum(reasoning)                                                as reasoning_tokens,
       sum(duration_us)                                              as duration_us
from usage_events
where kind = 'call'
group by 1, 2, 3, 4, 5, 6, 7
with no data;

-- The three that add those up, each for its questions (migration 0007).
do $$
declare
  made record;
begin
  for made in
    select * from (values
      ('usage_15m_by_org', '15 minutes', 'org_id', '1, 2'),
      ('usage_1d', '1 day', 'org_id, assistant_id, query_type, provider, model, environment', '1, 2, 3, 4, 5, 6, 7'),
      ('usage_1h_by_model', '1 hour', 'org_id, provider, model', '1, 2, 3, 4')
    ) as aggregates (name, width, dimensions, keys)
  loop
    execute format($view$
      create materialized view %I
      with (timescaledb.continuous, timescaledb.materialized_only = false, timescaledb.create_group_indexes = false) as
      select time_bucket(interval %L, bucket) as bucket, %s,
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
      from usage_15m
      group by %s
      with no data
      $view$, made.name, made.width, made.dimensions, made.keys);
    execute format('create index on %I (org_id, bucket)', made.name);
  end loop;
end
$$;

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

do $$
declare
  carried record;
begin
  for carried in
    select format('%I.%I', c.materialization_hypertable_schema, c.materialization_hypertable_name) as place, from_table,
           (select string_agg(quote_ident(a.attname), ', ' order by a.attnum) from pg_attribute a
            where a.attrelid = from_table::regclass and a.attnum > 0) as columns
    from timescaledb_information.continuous_aggregates c
      join (values ('usage_15m', 'carried_15m'), ('usage_15m_by_org', 'carried_15m_by_org'), ('usage_1d', 'carried_1d'),
                   ('usage_1h_by_model', 'carried_1h_by_model')) as places (name, from_table) on c.view_name = name
    where c.view_schema = current_schema()
  loop
    execute format('insert into %s (%s) select %s from %I', carried.place, carried.columns, carried.columns, carried.from_table);
  end loop;
end
$$;
