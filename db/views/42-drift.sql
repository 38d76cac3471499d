-- last_update_posted is that of the version compared, which is null where the registry never showed the study.
create or replace view review.drift as
select m.review,
       x.table_no,
       m.nct_id,
       x.column_name,
       x.curated,
       x.registry,
       x.kind,
       x.basis,
       x.table_version,
       v.last_update_posted,
       x.note
  from trialdrift.members m
  join trialdrift.derivations d on d.derivation_id = m.derivation_id
  join trialdrift.drift x on x.derivation_id = m.derivation_id
  left join trialdrift.versions v on v.version_id = d.version_id
