create or replace view review.member_events as
select e.event_id,
       e.review,
       e.watchlist,
       e.nct_id,
       e.event,
       e.detail ->> 'survivor' as survivor,
       e.query_hash,
       e.at as happened_at,
       e.run_id
  from trialdrift.member_events e
