CREATE TABLE "threadwise"."settings" (
	"installation_id" uuid NOT NULL,
	"scope" text NOT NULL,
	"subject" text NOT NULL,
	"body" jsonb NOT NULL,
	"changed_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "settings_installation_id_scope_subject_pk" PRIMARY KEY("installation_id","scope","subject")
);
--> statement-breakpoint
ALTER TABLE "threadwise"."conversations" ADD COLUMN "is_direct" boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE "threadwise"."settings" ADD CONSTRAINT "settings_installation_id_installations_id_fk" FOREIGN KEY ("installation_id") REFERENCES "threadwise"."installations"("id") ON DELETE cascade ON UPDATE no action;