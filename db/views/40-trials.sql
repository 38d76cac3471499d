-- One row a table under which a study is shown; table_no is null where the review has no tables. Candidates come from
-- `members` (some thousand), everything of the registry by primary key: the size of the store does not matter. The offset holds
-- the planner to that: of 100,000 studies it read all for a range of start dates, 67 ms instead of 13 for 1,453 members.
-- The reviews are materialized (a handful of rows), or the walk over the runs would be made for every trial.
create or replace view review.trials as
with in_force as materialized (
  select r.review, r.tables, f.data_date as confirmed
    from trialdrift.reviews r
    join review.freshness f on f.review = r.review
)
select m.review,
       nullif(t.table_no, 0) as table_no,
       m.nct_id,
       w.title,
       w.director,
       w.country,
       w.status,
       w.last_known_status,
       w.why_stopped,
       w.start_date,
       w.start_date_precision,
       w.start_date_from,
       w.start_date_to,
       w.start_date_type,
       w.completion_date,
       w.completion_date_precision,
       w.completion_date_from,
       w.completion_date_to,
       w.completion_date_type,
       w.phase,
       w.enrollment,
       w.enrollment_type,
       w.allocation,
       w.interventional_model,
       w.masking,
       d.arms_with_product,
       w.arms_total,
       d.controlled,
       d.comparator_type,
       d.placebo,
       w.primary_outcomes,
       coalesce(d.route, array[]::text[]) as route,
       coalesce(d.cell_source, array[]::text[]) as cell_source,
       d.donor,
       coalesce(d.tissue, array[]::text[]) as tissue,
       w.results,
       w.has_results,
       w.first_posted,
       w.last_update_posted,
       left(w.data_at, 10)::date as data_date,
       i.confirmed as confirmed_data_date,
       c.in_curated,
       d.extractor_version,
       w.publications
  from trialdrift.members m
  join in_force i on i.review = m.review
 cross join lateral (
        select w.*, s.data_at
          from trialdrift.studies s
          join trialdrift.rows w on w.version_id = s.version_id and w.facts_version = s.facts_version
         where s.nct_id = m.nct_id
        offset 0) w
  left join trialdrift.derivations d on d.derivation_id = m.derivation_id
  left join lateral unnest(m.tables) as t(table_no) on true
 cross join lateral (
        select exists (
               select
                 from trialdrift.curated_cells k
                where k.review = m.review
                  and k.table_no = t.table_no
                  and k.version = (i.tables ->> t.table_no::text)::integer
                  and k.nct_id = m.nct_id) as in_curated) c
 where m.screened = 'in'
    or c.in_curated
    or (m.review, m.nct_id) in (
       select p.review, p.nct_id
         from trialdrift.memberships p
        where p.how && array['pinned', 'curated'] and p.state <> 'left')
