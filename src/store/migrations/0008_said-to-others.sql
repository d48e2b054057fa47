ALTER TABLE "threadwise"."conversations" ADD COLUMN "earlier_known" boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE "threadwise"."runs" ADD COLUMN "held_back_until" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "threadwise"."turns" ADD COLUMN "kind" text DEFAULT 'question' NOT NULL;