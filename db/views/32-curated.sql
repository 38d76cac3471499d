-- A version above the one in force was imported by a run that has not published: not visible.
create or replace view review.curated as
select c.review,
       c.table_no,
       c.version,
       c.nct_id,
       c.column_name,
       c.value,
       c.footnotes,
       c.cite,
       c.version = (r.tables ->> c.table_no::text)::integer as current
  from trialdrift.reviews r
  join trialdrift.curated_cells c
    on c.review = r.review and c.version <= (r.tables ->> c.table_no::text)::integer
