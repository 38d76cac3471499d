create or replace view review.reviews as
select r.review,
       r.title,
       r.active,
       r.tables,
       (select count(distinct p.nct_id)
          from trialdrift.memberships p
         where p.review = r.review and p.state = 'present')::integer as members,
       r.folder_hash,
       r.lexicon,
       (select max(u.run_id) from trialdrift.runs u where u.published_at is not null and jsonb_exists(u.reviews, r.review)) as last_run_id,
       r.definition -> 'watchlists' as watchlists
  from trialdrift.reviews r
