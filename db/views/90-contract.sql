-- Raised with every change of these files: a column added is a minor step; a column renamed, retyped or gone a major one.
create or replace view review.contract as
select '1.3'::text as version
