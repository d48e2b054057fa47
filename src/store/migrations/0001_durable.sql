CREATE TABLE "threadwise"."replies" (
	"run_id" uuid PRIMARY KEY NOT NULL,
	"message_ids" jsonb NOT NULL,
	"intended_at" timestamp with time zone
);
--> statement-breakpoint
CREATE TABLE "threadwise"."spend" (
	"installation_id" uuid NOT NULL,
	"scope" text NOT NULL,
	"subject" text NOT NULL,
	"day" date NOT NULL,
	"calls" integer DEFAULT 0 NOT NULL,
	"tokens" bigint DEFAULT 0 NOT NULL,
	"cost_micro_usd" bigint DEFAULT 0 NOT NULL,
	CONSTRAINT "spend_installation_id_scope_subject_day_pk" PRIMARY KEY("installation_id","scope","subject","day")
);
--> statement-breakpoint
ALTER TABLE "threadwise"."conversations" ADD COLUMN "delivered_by" text;--> statement-breakpoint
ALTER TABLE "threadwise"."conversations" ADD COLUMN "delivery_lease_until" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "threadwise"."runs" ADD COLUMN "round" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "threadwise"."runs" ADD COLUMN "delivered" boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE "threadwise"."replies" ADD CONSTRAINT "replies_run_id_runs_id_fk" FOREIGN KEY ("run_id") REFERENCES "threadwise"."runs"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "threadwise"."spend" ADD CONSTRAINT "spend_installation_id_installations_id_fk" FOREIGN KEY ("installation_id") REFERENCES "threadwise"."installations"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "runs_unbegun" ON "threadwise"."runs" USING btree ("round","id") WHERE "threadwise"."runs"."state" in ('accepted', 'queued');--> statement-breakpoint
CREATE INDEX "runs_leased" ON "threadwise"."runs" USING btree ("lease_until") WHERE "threadwise"."runs"."state" = 'running';--> statement-breakpoint
CREATE INDEX "runs_undelivered" ON "threadwise"."runs" USING btree ("conversation_id") WHERE not "threadwise"."runs"."delivered";