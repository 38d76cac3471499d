-- last_update_posted is that of the version compared, which is null where the registry never showed the study.
-- A rejection answers for the registry's value of its day alone: another value is asked about again.
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
       x.note,
       k.decision,
       k.decision_id
  from trialdrift.members m
  join trialdrift.derivations d on d.derivation_id = m.derivation_id
  join trialdrift.drift x on x.derivation_id = m.derivation_id
  left join trialdrift.versions v on v.version_id = d.version_id
  left join lateral (
        select k.decision, k.decision_id
          from trialdrift.decisions k
         where k.review = m.review
           and k.table_no = x.table_no
           and k.nct_id = m.nct_id
           and k.column_name = x.column_name
           and k.stands
           and (k.decision <> 'rejected' or k.registry_then is not distinct from x.registry)
         order by k.position desc
         limit 1) k on true
