CREATE SCHEMA "threadwise";
--> statement-breakpoint
CREATE TABLE "threadwise"."contents" (
	"id" uuid PRIMARY KEY NOT NULL,
	"person_id" uuid,
	"body" jsonb NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "threadwise"."conversations" (
	"id" uuid PRIMARY KEY NOT NULL,
	"installation_id" uuid NOT NULL,
	"channel_id" text NOT NULL,
	"thread_id" text NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "conversations_installation_id_channel_id_thread_id_unique" UNIQUE("installation_id","channel_id","thread_id")
);
--> statement-breakpoint
CREATE TABLE "threadwise"."events" (
	"run_id" uuid NOT NULL,
	"seq" integer NOT NULL,
	"v" integer NOT NULL,
	"attempt" integer NOT NULL,
	"kind" text NOT NULL,
	"node_id" text,
	"facts" jsonb NOT NULL,
	"content_id" uuid,
	"at" timestamp with time zone NOT NULL,
	CONSTRAINT "events_run_id_seq_pk" PRIMARY KEY("run_id","seq")
);
--> statement-breakpoint
CREATE TABLE "threadwise"."installations" (
	"id" uuid PRIMARY KEY NOT NULL,
	"platform" text NOT NULL,
	"app_id" text DEFAULT '' NOT NULL,
	"enterprise_id" text DEFAULT '' NOT NULL,
	"workspace_id" text NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "installations_platform_app_id_enterprise_id_workspace_id_unique" UNIQUE("platform","app_id","enterprise_id","workspace_id")
);
--> statement-breakpoint
CREATE TABLE "threadwise"."people" (
	"id" uuid PRIMARY KEY NOT NULL,
	"installation_id" uuid NOT NULL,
	"platform_user_id" text NOT NULL,
	"name" text NOT NULL,
	"locale" text,
	"time_zone" text,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "people_installation_id_platform_user_id_unique" UNIQUE("installation_id","platform_user_id")
);
--> statement-breakpoint
CREATE TABLE "threadwise"."remembered_results" (
	"run_id" uuid NOT NULL,
	"key" text NOT NULL,
	"content_id" uuid,
	CONSTRAINT "remembered_results_run_id_key_pk" PRIMARY KEY("run_id","key")
);
--> statement-breakpoint
CREATE TABLE "threadwise"."runs" (
	"id" uuid PRIMARY KEY NOT NULL,
	"installation_id" uuid NOT NULL,
	"conversation_id" uuid NOT NULL,
	"turn_id" uuid NOT NULL,
	"person_id" uuid,
	"parent_run_id" uuid,
	"kind" text NOT NULL,
	"state" text NOT NULL,
	"preferences" jsonb NOT NULL,
	"attempt" integer DEFAULT 0 NOT NULL,
	"last_seq" integer DEFAULT 0 NOT NULL,
	"claimed_by" text,
	"lease_until" timestamp with time zone,
	"stop_requested" text,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"changed_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "threadwise"."turns" (
	"id" uuid PRIMARY KEY NOT NULL,
	"installation_id" uuid NOT NULL,
	"conversation_id" uuid NOT NULL,
	"person_id" uuid,
	"message_id" text NOT NULL,
	"content_id" uuid,
	"sent_at" timestamp with time zone NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "turns_installation_id_message_id_unique" UNIQUE("installation_id","message_id")
);
--> statement-breakpoint
ALTER TABLE "threadwise"."contents" ADD CONSTRAINT "contents_person_id_people_id_fk" FOREIGN KEY ("person_id") REFERENCES "threadwise"."people"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "threadwise"."conversations" ADD CONSTRAINT "conversations_installation_id_installations_id_fk" FOREIGN KEY ("installation_id") REFERENCES "threadwise"."installations"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "threadwise"."events" ADD CONSTRAINT "events_run_id_runs_id_fk" FOREIGN KEY ("run_id") REFERENCES "threadwise"."runs"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "threadwise"."events" ADD CONSTRAINT "events_content_id_contents_id_fk" FOREIGN KEY ("content_id") REFERENCES "threadwise"."contents"("id") ON DELETE set null ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "threadwise"."people" ADD CONSTRAINT "people_installation_id_installations_id_fk" FOREIGN KEY ("installation_id") REFERENCES "threadwise"."installations"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "threadwise"."remembered_results" ADD CONSTRAINT "remembered_results_run_id_runs_id_fk" FOREIGN KEY ("run_id") REFERENCES "threadwise"."runs"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "threadwise"."remembered_results" ADD CONSTRAINT "remembered_results_content_id_contents_id_fk" FOREIGN KEY ("content_id") REFERENCES "threadwise"."contents"("id") ON DELETE set null ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "threadwise"."runs" ADD CONSTRAINT "runs_installation_id_installations_id_fk" FOREIGN KEY ("installation_id") REFERENCES "threadwise"."installations"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "threadwise"."runs" ADD CONSTRAINT "runs_conversation_id_conversations_id_fk" FOREIGN KEY ("conversation_id") REFERENCES "threadwise"."conversations"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "threadwise"."runs" ADD CONSTRAINT "runs_turn_id_turns_id_fk" FOREIGN KEY ("turn_id") REFERENCES "threadwise"."turns"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "threadwise"."runs" ADD CONSTRAINT "runs_person_id_people_id_fk" FOREIGN KEY ("person_id") REFERENCES "threadwise"."people"("id") ON DELETE set null ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "threadwise"."runs" ADD CONSTRAINT "runs_parent_run_id_runs_id_fk" FOREIGN KEY ("parent_run_id") REFERENCES "threadwise"."runs"("id") ON DELETE set null ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "threadwise"."turns" ADD CONSTRAINT "turns_installation_id_installations_id_fk" FOREIGN KEY ("installation_id") REFERENCES "threadwise"."installations"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "threadwise"."turns" ADD CONSTRAINT "turns_conversation_id_conversations_id_fk" FOREIGN KEY ("conversation_id") REFERENCES "threadwise"."conversations"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "threadwise"."turns" ADD CONSTRAINT "turns_person_id_people_id_fk" FOREIGN KEY ("person_id") REFERENCES "threadwise"."people"("id") ON DELETE set null ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "threadwise"."turns" ADD CONSTRAINT "turns_content_id_contents_id_fk" FOREIGN KEY ("content_id") REFERENCES "threadwise"."contents"("id") ON DELETE set null ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "contents_person_id_index" ON "threadwise"."contents" USING btree ("person_id");--> statement-breakpoint
CREATE INDEX "runs_turn_id_index" ON "threadwise"."runs" USING btree ("turn_id");--> statement-breakpoint
CREATE INDEX "runs_conversation_id_created_at_index" ON "threadwise"."runs" USING btree ("conversation_id","created_at");--> statement-breakpoint
CREATE INDEX "runs_open" ON "threadwise"."runs" USING btree ("changed_at") WHERE "threadwise"."runs"."state" in ('accepted', 'queued', 'running', 'waiting');--> statement-breakpoint
CREATE INDEX "turns_conversation_id_sent_at_index" ON "threadwise"."turns" USING btree ("conversation_id","sent_at");