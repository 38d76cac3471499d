-- The pointer in `members` decides which derivation is seen: staged and former ones are in the same tables.
create or replace view review.cells as
select m.review,
       m.nct_id,
       c.column_name,
       c.value,
       c.neutral,
       c.source_path,
       c.span,
       c.evidence,
       c.confidence,
       c.rule,
       d.extractor_version,
       case
         when exists (
              select
                from trialdrift.decisions k
               where k.review = m.review
                 and k.nct_id = m.nct_id
                 and (k.column_name = c.column_name or (c.column_name = 'cell_source' and k.column_name in ('tissue', 'donor')))
                 and k.stands
                 and (k.decision <> 'rejected' or exists (
                      select
                        from trialdrift.drift x
                       where x.derivation_id = m.derivation_id
                         and x.table_no = k.table_no
                         and x.column_name = k.column_name
                         and x.registry is not distinct from k.registry_then))) then 'curator'
         else c.decided_by
       end as decided_by
  from trialdrift.members m
  join trialdrift.derivations d on d.derivation_id = m.derivation_id
  join trialdrift.cells c on c.derivation_id = m.derivation_id
