-- Keys of Grafana's data source (scope grafana): they open nothing by themselves, so they have no other scope, and what
-- may be read is decided by who asks, so they are bound to no organisation.
alter table api_keys drop constraint api_keys_scopes_check;
alter table api_keys add constraint api_keys_scopes_check check (
  cardinality(scopes) > 0
  and scopes <@ array['ingest', 'read', 'admin', 'grafana']
  and (not scopes @> array['grafana'] or (cardinality(scopes) = 1 and org_id is null))
);
