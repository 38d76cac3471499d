-- Records of former heads stay in the table; the join on the head leaves them out.
create or replace view review.records as
select s.nct_id,
       left(s.data_at, 10)::date as data_date,
       k.record
  from trialdrift.records k
  join trialdrift.studies s on s.version_id = k.version_id
