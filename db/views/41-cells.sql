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
       c.decided_by
  from trialdrift.members m
  join trialdrift.derivations d on d.derivation_id = m.derivation_id
  join trialdrift.cells c on c.derivation_id = m.derivation_id
