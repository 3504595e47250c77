/* A command of hinomictl: one row of a table. Each file of commands has one such table; main.c knows the tables. */
#ifndef SERVER_CTL_COMMAND_H
#define SERVER_CTL_COMMAND_H

#include "lib/json_write.h"
#include "server/ctl/options.h"
#include "server/settings.h"
#include "server/store/change_feed.h"
#include "server/store/db.h"

struct ctl {
	const struct command *command;
	struct options options;
	const char *config_path; /* NULL: none, all defaults */
	struct settings settings;
	struct db *db;   /* as the owner */
	char actor[128]; /* for the audit trail: "ctl:" and the name of the system's user */
};

struct command {
	const char *group; /* "company"; NULL ends a table */
	const char *verb;  /* "add"; "" for a command of one word */
	const char *purpose;
	const struct option_spec *options;
	bool without_database;
	/* 0 on success; else why says what was wrong: ERR_USAGE ends the program with 2, all others with 1. */
	int (*run)(struct ctl *ctl, struct err *why);
	const char *notes; /* lines for --help; may be NULL */
};

extern const struct command migrate_commands[];
extern const struct command company_commands[];
extern const struct command import_commands[];
extern const struct command network_commands[];
extern const struct command span_commands[];
extern const struct command sensor_commands[];
extern const struct command user_commands[];
extern const struct command metrics_commands[];
extern const struct command gap_commands[];
extern const struct command audit_commands[];
extern const struct command backup_commands[];
extern const struct command restore_commands[];
extern const struct command rules_commands[];
extern const struct command indicator_commands[];
extern const struct command warning_commands[];
extern const struct command hunt_commands[];
extern const struct command mail_commands[];
extern const struct command contract_commands[];
extern const struct command plan_commands[];
extern const struct command vendor_commands[];
extern const struct command oncall_commands[];
extern const struct command page_commands[];
extern const struct command holidays_commands[];
extern const struct command report_commands[];

/* Options that many commands have. */
#define OPTION_JSON                                                     \
	{                                                               \
		"--json", OPTION_FLAG, false, NULL, "one JSON document" \
	}
#define OPTION_COMPANY_NEEDED                                                    \
	{                                                                        \
		"--company", OPTION_ID, true, "ID", "see hinomictl company list" \
	}
#define OPTION_COMPANY_OPTIONAL                                          \
	{                                                                \
		"--company", OPTION_ID, false, "ID", "only this company" \
	}
#define OPTIONS_END                                  \
	{                                            \
		NULL, OPTION_FLAG, false, NULL, NULL \
	}

/* Writes what a command has to print, with a line end. */
void print_json(struct buffer *json);

/* One change and all that belongs to it, in one transaction: `change` does it and says in `note` what was done; then
 * come the change feed (company_id 0: nothing), the bells, the audit trail, and the commit. */
struct change_note {
	const char *action; /* "company.add" */
	int64_t company_id; /* 0: none */
	char subject[320];  /* "sensor 17" */
	bool on_screens;    /* a company or sensor that live screens show has changed */
	enum change_kind kind;
	int64_t id;
	bool for_collector;   /* ring hinomi_sensor too */
	struct buffer detail; /* a JSON object; empty: {} */
};
typedef int (*ctl_change)(struct ctl *ctl, void *arg, struct change_note *note, struct err *why);
int change_all(struct ctl *ctl, ctl_change change, void *arg, struct err *why);
/* Begins note->detail: an object, which the caller closes. */
void change_detail(struct change_note *note, struct json_writer *w);

#endif
