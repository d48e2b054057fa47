DROP INDEX "threadwise"."runs_leased";--> statement-breakpoint
CREATE INDEX "runs_running" ON "threadwise"."runs" USING btree ("id") WHERE "threadwise"."runs"."state" = 'running';--> statement-breakpoint
-- A run is written again and again while it is worked on: with room beside it, its indexes needn't be.
ALTER TABLE "threadwise"."runs" SET (fillfactor = 60);
