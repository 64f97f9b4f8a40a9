/** What Ledger health asks of the schema `reporting`, with Grafana's macros: docs/sql.md has the views. */

export const PENDING_BY_REASON = `
select cost_reason, provider, model, sum(pending_calls) as pending_calls, sum(tokens) as tokens,
       count(distinct org_id) as organisations, min(oldest_at) as oldest_at, max(newest_at) as newest_at
from reporting.pending_calls
group by cost_reason, provider, model
order by pending_calls desc
limit 200`;

export const JOBS = `
select job, last_outcome, last_started_at, last_duration_ms, seconds_since_success, last_error
from reporting.jobs
order by job`;

export const FAILED_RUNS = `
select time, job, duration_ms, error
from reporting.job_runs
where outcome = 'failed' and $__timeFilter(time)
order by time desc
limit 100`;

export const DAYS = `
select d.day, d.state, d.closed_at, d.compressed_at, d.retired_at, c.checked_at, c.differences
from reporting.days d
  left join lateral (
    select checked_at, differences from reporting.checks where day = d.day order by checked_at desc limit 1) c on true
where $__timeFilter(d.time)
order by d.day desc
limit 500`;

export const DIFFERENCES = `
select day, check_kind, org_id, what, expected, found, checked_at
from reporting.check_differences
order by checked_at desc
limit 100`;

export const ADJUSTMENTS = `
select $__timeGroup(posted_at, '1d') as time, reason as metric, sum(abs(calls) + abs(priced_calls)) as "changes"
from reporting.adjustments
where $__timeFilter(posted_at)
group by 1, 2
order by 1`;

export const ADJUSTED_DAYS = `
select day, reason, sum(calls) as calls, sum(priced_calls) as priced_calls, sum(pending_calls) as pending_calls,
       sum(cost_usd) as cost_usd, trim_scale(sum(cost_usd))::text as cost_usd_text, max(posted_at) as posted_at
from reporting.adjustments
where $__timeFilter(posted_at)
group by day, reason
order by posted_at desc
limit 200`;

export const RECOVERED = `
select $__timeGroup(time, '1d') as time, model as metric, sum(priced_calls) as "calls"
from reporting.recovered_calls
where $__timeFilter(time)
group by 1, 2
order by 1`;

export const INGEST = `
select $__timeGroup(time, $__interval) as time, kind as metric, sum(events) as "events"
from reporting.ingest_15m
where $__timeFilter(time)
group by 1, 2
order by 1`;

export const LATE = `
select $__timeGroup(time, $__interval) as time, sum(events_late_1h) as "an hour or more", sum(events_late_1d) as "a day or more"
from reporting.ingest_15m
where $__timeFilter(time)
group by 1
order by 1`;

export const QUARANTINE = `
select reason, source, sum(items) as items, sum(times_seen) as times_seen, max(last_seen_at) as last_seen_at
from reporting.quarantine
group by reason, source
order by items desc`;

export const PRICE_CHANGES = `
select time, source, provider, model, org_id, service_tier, prices, effective_from, author, note
from reporting.price_versions
where $__timeFilter(time) and (by_hand or source <> 'catalogue')
order by time desc
limit 200`;
