-- What drizzle has no words for. `raw` is zstd already: without a second try at compressing it, Postgres takes 40-60 us a
-- record instead of 62-96. Half-filled pages of the small part of a version let publication (`published`) update it in
-- place: 16-20 us a version instead of 30-58, for 150 bytes a version (5,000 records of 20 KB, interleaved, busy machine).
ALTER TABLE "trialdrift"."versions" ALTER COLUMN "raw" SET STORAGE EXTERNAL;--> statement-breakpoint
ALTER TABLE "trialdrift"."versions" SET (fillfactor = 50);
