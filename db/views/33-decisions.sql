-- The lines of each review's decisions.jsonl, under their own keys ("table", "column" and "by" are words of SQL: quote them).
create or replace view review.decisions as
select d.decision_id as id,
       d.undoes,
       d.at,
       d.decided_by as "by",
       d.review,
       d.table_no as "table",
       d.nct_id,
       d.column_name as "column",
       d.decision,
       d.value,
       d.old,
       d.registry_then,
       d.data_date::date as data_date,
       d.table_version,
       d.note
  from trialdrift.decisions d
