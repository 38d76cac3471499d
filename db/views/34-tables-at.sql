-- Not public: which run of each review stood at the end of a day, and the versions of its curated tables then in force.
-- A run is of its data date; one that asked no registry is of the day it was published (UTC). Before a review's first run
-- stands what that run found. Runs of before 2026-12 did not note the versions: the newest imported by then is meant.
create or replace function trialdrift.tables_at(day date)
returns table (review text, run_id bigint, tables jsonb, confirmed date)
language sql stable set search_path = pg_catalog, pg_temp as $$
  with known as (
    select e.key as review,
           r.run_id,
           e.value as said,
           r.published_at,
           coalesce(left(e.value ->> 'dataAt', 10)::date, (r.published_at at time zone 'UTC')::date) as day
      from trialdrift.runs r, jsonb_each(r.reviews) e
     where r.published_at is not null and e.value ->> 'state' in ('published', 'incomplete'))
  select distinct on (k.review)
         k.review,
         case when k.day <= $1 then k.run_id end,
         coalesce(k.said -> 'tables',
                  (select jsonb_object_agg(t.table_no, t.version)
                     from (select c.table_no, max(c.version) as version
                             from trialdrift.curated_tables c
                            where c.review = k.review and c.imported_at <= k.published_at
                            group by c.table_no) t),
                  '{}'::jsonb),
         (select left(c.said ->> 'dataAt', 10)::date
            from known c
           where c.review = k.review and c.day <= $1 and c.said ->> 'state' = 'published' and c.said ->> 'dataAt' is not null
           order by c.run_id desc limit 1)
    from known k
   order by k.review, (k.day <= $1) desc, case when k.day <= $1 then -k.run_id else k.run_id end
$$
