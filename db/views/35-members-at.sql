-- Not public: the members of every review on a day, each with the version of its record then held (the greatest data date
-- up to that day). What a run up to that day left published of a study decides whether it was tracked; a study tracked only
-- later belongs to an earlier day where a version of that day is held.
create or replace function trialdrift.members_at(day date)
returns table (review text, nct_id text, tables integer[], screened text, version_id uuid, data_at text)
language sql stable set search_path = pg_catalog, pg_temp as $$
  with states as (
    select distinct on (s.review, s.nct_id) s.review, s.nct_id, s.tables, s.screened, s.derivation_id
      from trialdrift.tables_at($1) t
      join trialdrift.member_states s on s.review = t.review and s.run_id <= t.run_id
     order by s.review, s.nct_id, s.run_id desc),
  tracked as (
    select s.review, s.nct_id, s.tables, s.screened from states s where s.derivation_id is not null
    union all
    select m.review, m.nct_id, m.tables, m.screened
      from trialdrift.members m
     where not exists (select from states s where s.review = m.review and s.nct_id = m.nct_id))
  select m.review, m.nct_id, m.tables, m.screened, v.version_id, v.data_at
    from tracked m
    left join lateral (
          select x.version_id, x.data_at
            from trialdrift.versions x
           where x.nct_id = m.nct_id and x.published and x.data_at < to_char($1 + 1, 'YYYY-MM-DD')
           order by x.data_at desc, x.seq desc
           limit 1) v on true
$$
