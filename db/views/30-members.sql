-- One row a watchlist, so a study found by two has two rows. The reason of the membership (why it left) goes before the
-- reason of the screening (why it was kept, doubted or put aside).
create or replace view review.members as
select p.review,
       p.watchlist,
       p.nct_id,
       p.state,
       p.how,
       m.screened,
       coalesce(p.reason, m.screened_reason) as reason,
       p.query_hash,
       p.entered_at,
       p.left_at,
       p.survivor
  from trialdrift.memberships p
  left join trialdrift.members m on m.review = p.review and m.nct_id = p.nct_id
