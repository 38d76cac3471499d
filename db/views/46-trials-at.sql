-- review.trials as of a day: the version of each study then held, its row by the newest rules that made one, what a review
-- read in that version, and the curated tables then in force. Columns are filled by name, so that one added to the view is
-- here too. It runs with its owner's rights, because the tables behind it are not a reader's. A server with jit compiles the
-- plan anew in every call, which took 1.1 s for 65 trials on Postgres 15.
create or replace function review.trials_at(day date)
returns setof review.trials
language sql stable security definer set search_path = pg_catalog, pg_temp set jit = off as $$
  with read as (
    select distinct on (d.review, d.nct_id, d.version_id) d.*
      from trialdrift.derivations d
      join trialdrift.runs r on r.run_id = d.run_id
     where r.published_at is not null
     order by d.review, d.nct_id, d.version_id, d.run_id desc)
  select x.*
    from trialdrift.members_at($1) m
    join trialdrift.tables_at($1) i on i.review = m.review
   cross join lateral (
          select w.* from trialdrift.rows w
           where w.version_id = m.version_id
           order by w.facts_version desc limit 1) w
    left join read d on d.review = m.review and d.nct_id = m.nct_id and d.version_id = m.version_id
    left join lateral unnest(m.tables) as t(table_no) on true
   cross join lateral (
          select exists (
                 select
                   from trialdrift.curated_cells k
                  where k.review = m.review
                    and k.table_no = t.table_no
                    and k.version = (i.tables ->> t.table_no::text)::integer
                    and k.nct_id = m.nct_id) as in_curated) c
   cross join lateral jsonb_populate_record(
          null::review.trials,
          to_jsonb(w)
            || coalesce(to_jsonb(d), '{"route": [], "cell_source": [], "tissue": []}')
            || jsonb_build_object(
                 'review', m.review,
                 'table_no', nullif(t.table_no, 0),
                 'nct_id', m.nct_id,
                 'data_date', left(m.data_at, 10),
                 'confirmed_data_date', i.confirmed,
                 'in_curated', c.in_curated)) x
   where m.screened = 'in'
      or c.in_curated
      or exists (select from trialdrift.memberships p
                  where p.review = m.review and p.nct_id = m.nct_id
                    and p.how && array['pinned', 'curated'] and p.state <> 'left')
$$
