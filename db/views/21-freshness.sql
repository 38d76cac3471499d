-- Three questions a review, each a walk back from its newest run that ends at the first hit:
-- complete: the last published run that asked the registry (a recompute has no data date and makes nothing fresher);
-- in_step: the same, or a later run that the idle gate ended because the registry and the rules had not moved;
-- newest: how the last run ended. What a dead or failed run noted for the review is not an end, its own state is.
-- undelivered: digests with news of the review, or of no review alone, until a later digest to the same target has told so.
create or replace view review.freshness as
select r.review,
       left(complete.data_at, 10)::date as data_date,
       in_step.ended_at as last_complete_at,
       newest.state as last_state,
       round(extract(epoch from now() - in_step.ended_at)::numeric / 3600, 1)::double precision as age_hours,
       (select count(*)
          from trialdrift.flags f
         where f.review = r.review and f.state = 'open')::integer as open_flags,
       (select count(*)
          from trialdrift.outbox o
         where o.delivered_at is null
           and (o.payload -> 'reviews' = '[]'::jsonb
                or o.payload @> jsonb_build_object('reviews', jsonb_build_array(jsonb_build_object('id', r.review))))
           and not exists (
                 select from trialdrift.outbox later
                  where later.target = o.target and later.outbox_id > o.outbox_id
                    and later.delivered_at is not null))::integer as undelivered
  from trialdrift.reviews r
  left join lateral (
        select x.reviews -> r.review ->> 'dataAt' as data_at
          from trialdrift.runs x
         where x.published_at is not null
           and x.reviews -> r.review ->> 'state' = 'published'
           and x.reviews -> r.review ->> 'dataAt' is not null
         order by x.run_id desc
         limit 1) complete on true
  left join lateral (
        select coalesce(x.published_at, x.finished_at) as ended_at
          from trialdrift.runs x
         where (x.published_at is not null
                and x.reviews -> r.review ->> 'state' = 'published'
                and x.reviews -> r.review ->> 'dataAt' is not null)
            or (x.finished_at is not null
                and x.state not in ('failed', 'abandoned')
                and x.reviews -> r.review ->> 'state' = 'skipped')
         order by x.run_id desc
         limit 1) in_step on true
  left join lateral (
        select case
                 when x.state in ('running', 'failed', 'abandoned') then x.state
                 else x.reviews -> r.review ->> 'state'
               end as state
          from trialdrift.runs x
         where x.reviews -> r.review is not null
         order by x.run_id desc
         limit 1) newest on true
