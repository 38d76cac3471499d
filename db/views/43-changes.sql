-- Superseded: a version came to stand between the two compared; two changes replace this one.
-- A retired number keeps its changes; the survivor is the study that the registry merged it into.
create or replace view review.changes as
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
       c.detail,
       m.survivor,
       (select v.dated from trialdrift.versions v where v.version_id = c.to_version) as dated
  from trialdrift.changes c
  left join (select p.nct_id, min(p.survivor) as survivor
               from trialdrift.memberships p
              where p.state = 'merged'
              group by p.nct_id) m on m.nct_id = c.nct_id
 where not c.superseded
