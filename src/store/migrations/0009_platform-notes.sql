CREATE TABLE "threadwise"."platform_notes" (
	"platform" text NOT NULL,
	"key" text NOT NULL,
	"text" text NOT NULL,
	"kept_until" timestamp with time zone NOT NULL,
	CONSTRAINT "platform_notes_platform_key_pk" PRIMARY KEY("platform","key")
);
--> statement-breakpoint
CREATE INDEX "platform_notes_kept_until_index" ON "threadwise"."platform_notes" USING btree ("kept_until");