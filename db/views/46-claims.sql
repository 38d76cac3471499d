-- The newest answer of each claim that the review's folder still makes; an earlier answer stays in the table as history.
create or replace view review.claims as
select c.review,
       c.claim,
       c.sentence,
       c.place,
       c.state,
       left(c.since_data_at, 10)::date as since,
       array(select distinct e ->> 'nct_id'
               from jsonb_array_elements(c.evidence) e
              order by 1) as trials,
       c.evidence,
       c.run_id
  from trialdrift.reviews r
 cross join lateral jsonb_array_elements(coalesce(r.definition -> 'claims', '[]')) with ordinality as d(claim, place_in_file)
  join lateral (
        select *
          from trialdrift.claim_states s
         where s.review = r.review and s.claim = d.claim ->> 'id'
         order by s.run_id desc
         limit 1) c on true
