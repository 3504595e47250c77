/* hinomictl: what the operator of a server does by hand or from scripts. */
#include "lib/log.h"
#include "lib/path.h"
#include "server/ctl/command.h"

#include <errno.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { EXIT_USAGE = 2, EXIT_TRY_AGAIN = 75 };

static const struct command *const tables[] = {
	migrate_commands,  company_commands,   import_commands,  network_commands, span_commands,   sensor_commands,
	user_commands,     metrics_commands,   gap_commands,     audit_commands,   backup_commands, restore_commands,
	rules_commands,    indicator_commands, warning_commands, hunt_commands,    mail_commands,   oncall_commands,
	holidays_commands, contract_commands,  plan_commands,    vendor_commands,  page_commands,   report_commands,
};

/* Calls visit for each command of a group (NULL: all). */
static void each_command(const char *group, void (*visit)(const struct command *c, FILE *to), FILE *to)
{
	for (size_t i = 0; i < ARRAY_LEN(tables); i++)
		for (const struct command *c = tables[i]; c->group; c++)
			if (!group || strcmp(c->group, group) == 0)
				visit(c, to);
}

static void print_line(const struct command *c, FILE *to)
{
	int n = fprintf(to, "  %s %s", c->group, c->verb);

	fprintf(to, "%*s%s\n", n < 22 ? 22 - n : 1, "", c->purpose);
}

static void print_usage(const struct command *c, FILE *to)
{
	fprintf(to, "usage: hinomictl %s%s%s", c->group, *c->verb ? " " : "", c->verb);
	options_synopsis(c->options, to);
	fputc('\n', to);
}

static void help_all(FILE *to)
{
	fputs("usage: hinomictl [--config FILE] COMMAND ...        hinomictl COMMAND --help\n\n", to);
	each_command(NULL, print_line, to);
	fputs(
	    "\n"
	    "The configuration is FILE, else that named by HINOMI_CONFIG, else /etc/hinomi/hinomi.yaml if it exists.\n"
	    "It connects to the database as its owner: the system's user, or that named by PGUSER.\n"
	    "Ends with 0, with 2 when it was called wrongly, with 1 when something else went wrong.\n",
	    to);
}

static void help_command(const struct command *c, FILE *to)
{
	print_usage(c, to);
	fprintf(to, "\n%s\n", c->purpose);
	if (c->options->name)
		fputc('\n', to);
	options_help(c->options, to);
	if (c->notes)
		fprintf(to, "\n%s", c->notes);
}

static bool is_group(const char *name)
{
	for (size_t i = 0; i < ARRAY_LEN(tables); i++)
		if (strcmp(tables[i]->group, name) == 0)
			return true;
	return false;
}

/* The command that the words name; *used: how many words that were. */
static const struct command *find_command(int argc, char **argv, int *used)
{
	for (size_t i = 0; i < ARRAY_LEN(tables); i++) {
		for (const struct command *c = tables[i]; c->group; c++) {
			if (strcmp(c->group, argv[0]) != 0)
				continue;
			*used = *c->verb ? 2 : 1;
			if (!*c->verb || (argc > 1 && strcmp(c->verb, argv[1]) == 0))
				return c;
		}
	}
	return NULL;
}

static bool asks_for_help(int argc, char **argv, int at)
{
	return at < argc && (strcmp(argv[at], "--help") == 0 || strcmp(argv[at], "-h") == 0);
}

/* No such command: says what there is. */
static int explain(int argc, char **argv)
{
	if (!is_group(argv[0])) {
		fprintf(stderr, "hinomictl: there is no command %s; see hinomictl --help\n", argv[0]);
		return EXIT_USAGE;
	}
	if (asks_for_help(argc, argv, 1)) {
		each_command(argv[0], print_usage, stdout);
		return EXIT_SUCCESS;
	}
	if (argc > 1)
		fprintf(stderr, "hinomictl: there is no command %s %s; there are:\n", argv[0], argv[1]);
	else
		fprintf(stderr, "hinomictl: %s what?\n", argv[0]);
	each_command(argv[0], print_usage, stderr);
	return EXIT_USAGE;
}

static void name_actor(struct ctl *ctl)
{
	const struct passwd *user = getpwuid(getuid());

	if (user)
		snprintf(ctl->actor, sizeof(ctl->actor), "ctl:%s", user->pw_name);
	else
		snprintf(ctl->actor, sizeof(ctl->actor), "ctl:uid %u", (unsigned)getuid());
}

void print_json(struct buffer *json)
{
	if (json->failed) {
		fputs("hinomictl: no memory for the output\n", stderr);
		exit(EXIT_FAILURE);
	}
	fwrite(json->data, 1, json->len, stdout);
	fputc('\n', stdout);
	buffer_release(json);
}

static const char *default_config(void)
{
	static const char path[] = "/etc/hinomi/hinomi.yaml";
	const char *named = getenv("HINOMI_CONFIG");

	if (named && *named)
		return named;
	return path_is_there(path) ? path : NULL;
}

static int run(struct ctl *ctl, struct err *why)
{
	int failed;

	if (settings_load(ctl->config_path, &ctl->settings, why) != 0)
		return -1;
	name_actor(ctl);
	failed = ctl->command->without_database
		     ? 0
		     : db_open(&ctl->db, ctl->settings.database.conninfo, NULL, "hinomictl", why);
	if (!failed)
		failed = ctl->command->run(ctl, why);
	db_close(ctl->db);
	settings_release(&ctl->settings);
	if (!failed && (fflush(stdout) != 0 || ferror(stdout)))
		failed = err_set_errno(why, ERR_IO, "cannot write the output");
	return failed;
}

static int usage_error(const struct command *c, const struct err *why)
{
	fprintf(stderr, "hinomictl %s%s%s: %s\n", c->group, *c->verb ? " " : "", c->verb, why->text);
	print_usage(c, stderr);
	return EXIT_USAGE;
}

/* "--config FILE" or "--config=FILE" in front of the command; -1: the file's name is missing. */
static int take_config(struct ctl *ctl, int argc, char **argv)
{
	if (argc > 1 && strncmp(argv[1], "--config=", 9) == 0) {
		ctl->config_path = argv[1] + 9;
		return 1;
	}
	if (argc > 1 && strcmp(argv[1], "--config") == 0) {
		ctl->config_path = argc > 2 ? argv[2] : "";
		return argc > 2 ? 2 : -1;
	}
	ctl->config_path = default_config();
	return 0;
}

/* What a mail server runs must not lose a mail because the database is away: on 75 (EX_TEMPFAIL, sysexits.h) it keeps
 * the mail and tries again; on anything else it sends it back. */
static int failure_status(const struct command *c, const struct err *why)
{
	bool hopeless = why->code == ERR_PROTOCOL || why->code == ERR_LIMIT;

	return c->run == mail_commands[0].run && !hopeless ? EXIT_TRY_AGAIN : EXIT_FAILURE;
}

int main(int argc, char **argv)
{
	struct ctl ctl = { 0 };
	struct err why = { 0 };
	int used = 0, skip = take_config(&ctl, argc, argv);

	log_open("hinomictl", LOG_LEVEL_WARNING);
	if (skip < 0 || argc - skip < 2) {
		help_all(stderr);
		return EXIT_USAGE;
	}
	argc -= skip + 1;
	argv += skip + 1;
	if (asks_for_help(argc, argv, 0)) {
		help_all(stdout);
		return EXIT_SUCCESS;
	}
	if (strcmp(argv[0], "--version") == 0) {
		puts("hinomictl " HINOMI_VERSION);
		return EXIT_SUCCESS;
	}
	ctl.command = find_command(argc, argv, &used);
	if (!ctl.command)
		return explain(argc, argv);
	switch (options_parse(&ctl.options, ctl.command->options, argc - used, argv + used, &why)) {
	case 0:
		break;
	case 1:
		help_command(ctl.command, stdout);
		return EXIT_SUCCESS;
	default:
		return usage_error(ctl.command, &why);
	}
	if (run(&ctl, &why) == 0)
		return EXIT_SUCCESS;
	if (why.code == ERR_USAGE)
		return usage_error(ctl.command, &why);
	fprintf(stderr, "hinomictl: %s\n", why.text);
	return failure_status(ctl.command, &why);
}
