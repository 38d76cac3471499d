-- A version is in force from its own data date to that of the next, which is not included: of two on one day the later.
create or replace view review.versions as
select v.nct_id,
       left(v.data_at, 10)::date as data_date,
       left(v.data_at, 10)::date as valid_from,
       left(lead(v.data_at) over (partition by v.nct_id order by v.data_at, v.seq), 10)::date as valid_to,
       v.last_update_posted,
       v.dated,
       v.run_id
  from trialdrift.versions v
 where v.published
