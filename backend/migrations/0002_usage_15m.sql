-- no transaction
-- Calls per quarter of an hour: days can be cut in any time zone, the half-hour ones too. Real time: open buckets are read from raw.
create materialized view if not exists usage_15m
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
