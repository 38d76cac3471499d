CREATE TABLE "trialdrift"."claim_states" (
	"review" text NOT NULL,
	"claim" text NOT NULL,
	"run_id" bigint NOT NULL,
	"sentence" text NOT NULL,
	"place" text,
	"state" text NOT NULL,
	"since_data_at" text,
	"evidence" jsonb NOT NULL,
	CONSTRAINT "claim_states_review_claim_run_id_pk" PRIMARY KEY("review","claim","run_id")
);
--> statement-breakpoint
CREATE TABLE "trialdrift"."decisions" (
	"decision_id" text PRIMARY KEY NOT NULL,
	"undoes" text,
	"at" timestamp with time zone NOT NULL,
	"decided_by" text NOT NULL,
	"review" text NOT NULL,
	"table_no" integer NOT NULL,
	"nct_id" text NOT NULL,
	"column_name" text NOT NULL,
	"decision" text NOT NULL,
	"value" jsonb,
	"old" jsonb,
	"registry_then" text,
	"data_date" text,
	"table_version" integer NOT NULL,
	"note" text,
	"position" integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE "trialdrift"."member_states" (
	"review" text NOT NULL,
	"nct_id" text NOT NULL,
	"run_id" bigint NOT NULL,
	"tables" integer[] NOT NULL,
	"derivation_id" uuid,
	"screened" text NOT NULL,
	"screened_reason" text,
	CONSTRAINT "member_states_review_nct_id_run_id_pk" PRIMARY KEY("review","nct_id","run_id")
);
--> statement-breakpoint
CREATE TABLE "trialdrift"."pins" (
	"review" text NOT NULL,
	"watchlist" text NOT NULL,
	"nct_id" text NOT NULL,
	"pinned_at" timestamp with time zone DEFAULT now() NOT NULL,
	"run_id" bigint,
	CONSTRAINT "pins_review_watchlist_nct_id_pk" PRIMARY KEY("review","watchlist","nct_id")
);
--> statement-breakpoint
CREATE TABLE "trialdrift"."registry_metadata" (
	"kind" text NOT NULL,
	"hash" uuid NOT NULL,
	"body" jsonb NOT NULL,
	"data_at" text,
	"first_seen_at" timestamp with time zone NOT NULL,
	"last_seen_at" timestamp with time zone NOT NULL,
	"run_id" bigint NOT NULL,
	CONSTRAINT "registry_metadata_kind_hash_pk" PRIMARY KEY("kind","hash")
);
--> statement-breakpoint
CREATE TABLE "trialdrift"."outbox" (
	"outbox_id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "trialdrift"."outbox_outbox_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"run_id" bigint NOT NULL,
	"review" text NOT NULL,
	"target" text NOT NULL,
	"idempotency_key" text NOT NULL,
	"payload" jsonb NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"attempts" integer DEFAULT 0 NOT NULL,
	"next_attempt_at" timestamp with time zone,
	"delivered_at" timestamp with time zone,
	"given_up_at" timestamp with time zone,
	"last_error" text,
	CONSTRAINT "outbox_key" UNIQUE("idempotency_key")
);
--> statement-breakpoint
CREATE TABLE "trialdrift"."backfills" (
	"backfill_id" text PRIMARY KEY NOT NULL,
	"asked" jsonb NOT NULL,
	"history" boolean DEFAULT false NOT NULL,
	"queued" boolean DEFAULT false NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"finished_at" timestamp with time zone
);
--> statement-breakpoint
CREATE TABLE "trialdrift"."parts" (
	"backfill_id" text NOT NULL,
	"part_no" integer NOT NULL,
	"spec" jsonb NOT NULL,
	"state" text NOT NULL,
	"owner" text,
	"heartbeat_at" timestamp with time zone,
	"attempts" integer DEFAULT 0 NOT NULL,
	"run_id" bigint,
	"done_at" timestamp with time zone,
	"last_error" text,
	CONSTRAINT "parts_backfill_id_part_no_pk" PRIMARY KEY("backfill_id","part_no")
);
--> statement-breakpoint
CREATE TABLE "trialdrift"."pace" (
	"host" text PRIMARY KEY NOT NULL,
	"next_at" double precision NOT NULL,
	"sync_until" double precision DEFAULT 0 NOT NULL
);
--> statement-breakpoint
CREATE TABLE "trialdrift"."slots" (
	"job" text NOT NULL,
	"slot" timestamp with time zone NOT NULL,
	"owner" text NOT NULL,
	"claimed_at" timestamp with time zone DEFAULT now() NOT NULL,
	"heartbeat_at" timestamp with time zone DEFAULT now() NOT NULL,
	"finished_at" timestamp with time zone,
	"attempts" integer DEFAULT 1 NOT NULL,
	"outcome" text,
	"run_id" bigint,
	"detail" text,
	CONSTRAINT "slots_job_slot_pk" PRIMARY KEY("job","slot")
);
--> statement-breakpoint
ALTER TABLE "trialdrift"."rows" ADD COLUMN "publications" text[] DEFAULT '{}' NOT NULL;--> statement-breakpoint
ALTER TABLE "trialdrift"."versions" ADD COLUMN "dated" text DEFAULT 'observed' NOT NULL;--> statement-breakpoint
ALTER TABLE "trialdrift"."parts" ADD CONSTRAINT "parts_backfill_id_backfills_backfill_id_fk" FOREIGN KEY ("backfill_id") REFERENCES "trialdrift"."backfills"("backfill_id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "claim_states_by_run" ON "trialdrift"."claim_states" USING btree ("run_id");--> statement-breakpoint
CREATE INDEX "decisions_by_cell" ON "trialdrift"."decisions" USING btree ("review","table_no","nct_id","column_name");--> statement-breakpoint
CREATE INDEX "member_states_by_run" ON "trialdrift"."member_states" USING btree ("run_id");--> statement-breakpoint
CREATE INDEX "outbox_undelivered" ON "trialdrift"."outbox" USING btree ("delivered_at","next_attempt_at");--> statement-breakpoint
CREATE INDEX "parts_by_state" ON "trialdrift"."parts" USING btree ("state");--> statement-breakpoint
CREATE INDEX "slots_by_heartbeat" ON "trialdrift"."slots" USING btree ("heartbeat_at");