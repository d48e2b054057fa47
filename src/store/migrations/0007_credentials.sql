CREATE TABLE "threadwise"."credentials" (
	"installation_id" uuid PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"sealed" text NOT NULL,
	"kept_at" timestamp with time zone DEFAULT clock_timestamp() NOT NULL
);
--> statement-breakpoint
ALTER TABLE "threadwise"."credentials" ADD CONSTRAINT "credentials_installation_id_installations_id_fk" FOREIGN KEY ("installation_id") REFERENCES "threadwise"."installations"("id") ON DELETE cascade ON UPDATE no action;