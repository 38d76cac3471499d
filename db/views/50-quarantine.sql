create or replace view review.quarantine as
select q.quarantine_id,
       q.nct_id,
       q.source,
       q.path,
       q.reason,
       q.hash::text as hash,
       q.first_seen_at,
       q.last_seen_at,
       q.count,
       q.state
  from trialdrift.quarantine q
