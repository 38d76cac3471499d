CREATE SCHEMA "trialdrift";
--> statement-breakpoint
CREATE TABLE "trialdrift"."changes" (
	"change_id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "trialdrift"."changes_change_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"nct_id" text NOT NULL,
	"from_version" uuid NOT NULL,
	"to_version" uuid NOT NULL,
	"column_name" text NOT NULL,
	"kind" text NOT NULL,
	"old" text,
	"new" text,
	"severity" text NOT NULL,
	"posted" text,
	"dateless" boolean NOT NULL,
	"cause" text NOT NULL,
	"detail" jsonb NOT NULL,
	"data_at" text NOT NULL,
	"detected_at" timestamp with time zone NOT NULL,
	"run_id" bigint NOT NULL,
	"superseded" boolean DEFAULT false NOT NULL,
	"historic" boolean DEFAULT false NOT NULL,
	CONSTRAINT "changes_key" UNIQUE("nct_id","from_version","to_version","column_name","kind","data_at")
);
--> statement-breakpoint
CREATE TABLE "trialdrift"."cells" (
	"derivation_id" uuid NOT NULL,
	"column_name" text NOT NULL,
	"value" text,
	"neutral" jsonb,
	"source_path" text,
	"span" text,
	"evidence" jsonb NOT NULL,
	"confidence" text NOT NULL,
	"rule" text NOT NULL,
	"decided_by" text NOT NULL,
	CONSTRAINT "cells_derivation_id_column_name_pk" PRIMARY KEY("derivation_id","column_name")
);
--> statement-breakpoint
CREATE TABLE "trialdrift"."derivations" (
	"derivation_id" uuid PRIMARY KEY NOT NULL,
	"review" text NOT NULL,
	"nct_id" text NOT NULL,
	"version_id" uuid,
	"route" text[] NOT NULL,
	"cell_source" text[] NOT NULL,
	"tissue" text[] NOT NULL,
	"donor" text,
	"arms_with_product" integer,
	"controlled" boolean,
	"comparator_type" text,
	"placebo" boolean,
	"extractor_version" text NOT NULL,
	"run_id" bigint NOT NULL
);
--> statement-breakpoint
CREATE TABLE "trialdrift"."drift" (
	"derivation_id" uuid NOT NULL,
	"table_no" integer NOT NULL,
	"column_name" text NOT NULL,
	"curated" text,
	"registry" text,
	"kind" text NOT NULL,
	"basis" text,
	"note" text,
	"table_version" integer,
	CONSTRAINT "drift_derivation_id_table_no_column_name_pk" PRIMARY KEY("derivation_id","table_no","column_name")
);
--> statement-breakpoint
CREATE TABLE "trialdrift"."flags" (
	"flag_id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "trialdrift"."flags_flag_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"review" text NOT NULL,
	"table_no" integer NOT NULL,
	"nct_id" text NOT NULL,
	"column_name" text NOT NULL,
	"kind" text NOT NULL,
	"value" text NOT NULL,
	"severity" text NOT NULL,
	"state" text NOT NULL,
	"baseline" boolean NOT NULL,
	"opened_at" timestamp with time zone NOT NULL,
	"run_id" bigint NOT NULL,
	"message" text NOT NULL,
	"evidence" jsonb NOT NULL,
	"advice" text NOT NULL,
	"resolved_at" timestamp with time zone,
	"resolved_by" text,
	"note" text,
	"gone" boolean DEFAULT false NOT NULL
);
--> statement-breakpoint
CREATE TABLE "trialdrift"."member_events" (
	"event_id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "trialdrift"."member_events_event_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"review" text NOT NULL,
	"watchlist" text NOT NULL,
	"nct_id" text NOT NULL,
	"event" text NOT NULL,
	"query_hash" text,
	"at" timestamp with time zone NOT NULL,
	"run_id" bigint NOT NULL,
	"detail" jsonb NOT NULL
);
--> statement-breakpoint
CREATE TABLE "trialdrift"."members" (
	"review" text NOT NULL,
	"nct_id" text NOT NULL,
	"tables" integer[] NOT NULL,
	"derivation_id" uuid,
	"screened" text NOT NULL,
	"screened_reason" text,
	CONSTRAINT "members_review_nct_id_pk" PRIMARY KEY("review","nct_id")
);
--> statement-breakpoint
CREATE TABLE "trialdrift"."memberships" (
	"review" text NOT NULL,
	"watchlist" text NOT NULL,
	"nct_id" text NOT NULL,
	"state" text NOT NULL,
	"how" text[] NOT NULL,
	"reason" text,
	"query_hash" text,
	"entered_at" timestamp with time zone NOT NULL,
	"left_at" timestamp with time zone,
	"survivor" text,
	CONSTRAINT "memberships_review_watchlist_nct_id_pk" PRIMARY KEY("review","watchlist","nct_id")
);
--> statement-breakpoint
CREATE TABLE "trialdrift"."quarantine" (
	"quarantine_id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "trialdrift"."quarantine_quarantine_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"nct_id" text,
	"source" text NOT NULL,
	"path" text NOT NULL,
	"reason" text NOT NULL,
	"hash" uuid NOT NULL,
	"raw" "bytea" NOT NULL,
	"first_seen_at" timestamp with time zone NOT NULL,
	"last_seen_at" timestamp with time zone NOT NULL,
	"count" integer NOT NULL,
	"state" text NOT NULL,
	CONSTRAINT "quarantine_key" UNIQUE("hash","reason")
);
--> statement-breakpoint
CREATE TABLE "trialdrift"."curated_cells" (
	"review" text NOT NULL,
	"table_no" integer NOT NULL,
	"version" integer NOT NULL,
	"nct_id" text NOT NULL,
	"column_name" text NOT NULL,
	"value" text,
	"neutral" jsonb,
	"position" integer NOT NULL,
	"footnotes" text[] NOT NULL,
	"cite" text,
	CONSTRAINT "curated_cells_review_table_no_version_nct_id_column_name_pk" PRIMARY KEY("review","table_no","version","nct_id","column_name")
);
--> statement-breakpoint
CREATE TABLE "trialdrift"."curated_tables" (
	"review" text NOT NULL,
	"table_no" integer NOT NULL,
	"version" integer NOT NULL,
	"title" text NOT NULL,
	"file_hash" text NOT NULL,
	"definition" jsonb NOT NULL,
	"imported_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "curated_tables_review_table_no_version_pk" PRIMARY KEY("review","table_no","version")
);
--> statement-breakpoint
CREATE TABLE "trialdrift"."reviews" (
	"review" text PRIMARY KEY NOT NULL,
	"title" text NOT NULL,
	"active" boolean NOT NULL,
	"folder_hash" text NOT NULL,
	"lexicon" text,
	"definition" jsonb NOT NULL,
	"tables" jsonb NOT NULL,
	"last_run_id" bigint NOT NULL
);
--> statement-breakpoint
CREATE TABLE "trialdrift"."runs" (
	"run_id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "trialdrift"."runs_run_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"job" text NOT NULL,
	"review" text,
	"state" text NOT NULL,
	"data_at" text,
	"api_version" text,
	"started_at" timestamp with time zone DEFAULT now() NOT NULL,
	"finished_at" timestamp with time zone,
	"published_at" timestamp with time zone,
	"reviews" jsonb NOT NULL,
	"walks" jsonb NOT NULL,
	"announced" integer,
	"received" integer DEFAULT 0 NOT NULL,
	"distinct_studies" integer DEFAULT 0 NOT NULL,
	"duplicates" integer DEFAULT 0 NOT NULL,
	"merged" integer DEFAULT 0 NOT NULL,
	"tombstone" integer DEFAULT 0 NOT NULL,
	"left_query" integer DEFAULT 0 NOT NULL,
	"new" integer DEFAULT 0 NOT NULL,
	"changed" integer DEFAULT 0 NOT NULL,
	"derived_only" integer DEFAULT 0 NOT NULL,
	"unchanged" integer DEFAULT 0 NOT NULL,
	"older" integer DEFAULT 0 NOT NULL,
	"quarantined" integer DEFAULT 0 NOT NULL,
	"requests" integer DEFAULT 0 NOT NULL,
	"retries" integer DEFAULT 0 NOT NULL,
	"unknown" jsonb NOT NULL,
	"rule_versions" jsonb NOT NULL,
	"exit_code" integer,
	"error" text
);
--> statement-breakpoint
CREATE TABLE "trialdrift"."records" (
	"version_id" uuid PRIMARY KEY NOT NULL,
	"record" jsonb NOT NULL
);
--> statement-breakpoint
CREATE TABLE "trialdrift"."rows" (
	"version_id" uuid NOT NULL,
	"facts_version" integer NOT NULL,
	"nct_id" text NOT NULL,
	"title" text NOT NULL,
	"study_type" text,
	"director" text,
	"country" text[] NOT NULL,
	"status" text NOT NULL,
	"last_known_status" text,
	"why_stopped" text,
	"start_date" text,
	"start_date_precision" text,
	"start_date_from" date,
	"start_date_to" date,
	"start_date_type" text,
	"primary_completion_date" text,
	"primary_completion_date_precision" text,
	"primary_completion_date_from" date,
	"primary_completion_date_to" date,
	"primary_completion_date_type" text,
	"completion_date" text,
	"completion_date_precision" text,
	"completion_date_from" date,
	"completion_date_to" date,
	"completion_date_type" text,
	"phase" text[] NOT NULL,
	"enrollment" integer,
	"enrollment_type" text,
	"allocation" text,
	"interventional_model" text,
	"masking" text,
	"who_masked" text[] NOT NULL,
	"arms_total" integer NOT NULL,
	"primary_outcomes" text[] NOT NULL,
	"conditions" text[] NOT NULL,
	"sponsor" text,
	"results" text NOT NULL,
	"has_results" boolean NOT NULL,
	"first_posted" text,
	"last_update_posted" text,
	CONSTRAINT "rows_version_id_facts_version_pk" PRIMARY KEY("version_id","facts_version")
);
--> statement-breakpoint
CREATE TABLE "trialdrift"."studies" (
	"nct_id" text PRIMARY KEY NOT NULL,
	"version_id" uuid NOT NULL,
	"facts_version" integer NOT NULL,
	"core_hash" uuid NOT NULL,
	"derived_hash" uuid NOT NULL,
	"data_at" text NOT NULL,
	"first_data_at" text NOT NULL
);
--> statement-breakpoint
CREATE TABLE "trialdrift"."versions" (
	"version_id" uuid PRIMARY KEY NOT NULL,
	"nct_id" text NOT NULL,
	"core_hash" uuid NOT NULL,
	"derived_hash" uuid NOT NULL,
	"data_at" text NOT NULL,
	"raw" "bytea" NOT NULL,
	"last_update_posted" text,
	"run_id" bigint NOT NULL,
	"published" boolean DEFAULT false NOT NULL,
	"seq" bigint GENERATED ALWAYS AS IDENTITY (sequence name "trialdrift"."versions_seq_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	CONSTRAINT "versions_key" UNIQUE("nct_id","core_hash","data_at")
);
--> statement-breakpoint
ALTER TABLE "trialdrift"."cells" ADD CONSTRAINT "cells_derivation_id_derivations_derivation_id_fk" FOREIGN KEY ("derivation_id") REFERENCES "trialdrift"."derivations"("derivation_id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "trialdrift"."drift" ADD CONSTRAINT "drift_derivation_id_derivations_derivation_id_fk" FOREIGN KEY ("derivation_id") REFERENCES "trialdrift"."derivations"("derivation_id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "trialdrift"."records" ADD CONSTRAINT "records_version_id_versions_version_id_fk" FOREIGN KEY ("version_id") REFERENCES "trialdrift"."versions"("version_id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "trialdrift"."rows" ADD CONSTRAINT "rows_version_id_versions_version_id_fk" FOREIGN KEY ("version_id") REFERENCES "trialdrift"."versions"("version_id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "trialdrift"."studies" ADD CONSTRAINT "studies_version_id_versions_version_id_fk" FOREIGN KEY ("version_id") REFERENCES "trialdrift"."versions"("version_id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "changes_by_run" ON "trialdrift"."changes" USING btree ("run_id");--> statement-breakpoint
CREATE UNIQUE INDEX "flags_open_identity" ON "trialdrift"."flags" USING btree ("review","table_no","kind","nct_id","column_name","value") WHERE state <> 'resolved';--> statement-breakpoint
CREATE INDEX "member_events_by_study" ON "trialdrift"."member_events" USING btree ("nct_id");--> statement-breakpoint
CREATE INDEX "members_by_study" ON "trialdrift"."members" USING btree ("nct_id");--> statement-breakpoint
CREATE INDEX "runs_published_at" ON "trialdrift"."runs" USING btree ("published_at");--> statement-breakpoint
CREATE INDEX "versions_by_study" ON "trialdrift"."versions" USING btree ("nct_id","data_at","seq");--> statement-breakpoint
CREATE INDEX "versions_by_run" ON "trialdrift"."versions" USING btree ("run_id");