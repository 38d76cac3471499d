create or replace view review.status_changes as
select c.change_id,
       c.nct_id,
       c.column_name,
       c.kind,
       c.old,
       c.new,
       c.severity,
       c.posted,
       c.dateless,
       c.cause,
       left(c.data_at, 10)::date as data_date,
       c.detected_at,
       c.run_id,
       c.detail ->> 'from_status' as from_status,
       c.detail ->> 'to_status' as to_status,
       c.detail ->> 'from_last_known' as from_last_known,
       c.detail ->> 'to_last_known' as to_last_known,
       c.detail ->> 'why_stopped' as why_stopped,
       (select v.dated from trialdrift.versions v where v.version_id = c.to_version) as dated
  from trialdrift.changes c
 where not c.superseded and c.column_name = 'status'
