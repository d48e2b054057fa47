ALTER TABLE "threadwise"."remembered_results" DISABLE ROW LEVEL SECURITY;--> statement-breakpoint
DROP TABLE "threadwise"."remembered_results" CASCADE;--> statement-breakpoint
ALTER TABLE "threadwise"."runs" ADD COLUMN "content_id" uuid;--> statement-breakpoint
ALTER TABLE "threadwise"."runs" ADD CONSTRAINT "runs_content_id_contents_id_fk" FOREIGN KEY ("content_id") REFERENCES "threadwise"."contents"("id") ON DELETE set null ON UPDATE no action;