-- '' and 0 stand for "none" in the table, because null is never equal to null in its unique index.
create or replace view review.flags as
select f.flag_id,
       f.review,
       nullif(f.table_no, 0) as table_no,
       nullif(f.nct_id, '') as nct_id,
       nullif(f.column_name, '') as column_name,
       f.kind,
       f.severity,
       f.state,
       f.baseline,
       f.opened_at,
       f.run_id,
       f.message,
       f.evidence,
       f.advice,
       f.resolved_at as answered_at,
       f.resolved_by as answered_by,
       f.note
  from trialdrift.flags f
