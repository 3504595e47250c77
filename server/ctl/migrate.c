/* hinomictl migrate, operator */
#include "server/ctl/warnings.h"
#include "server/store/migration.h"
#include "server/store/rule_set.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdlib.h>
#include <unistd.h>

/* How a chamber is called until it says its name. */
#define UNNAMED_OPERATOR "商工会議所"

/* Where the migrations are: --schema, else HINOMI_SCHEMA, else beside an installed program (PREFIX/sbin/hinomictl,
 * PREFIX/share/hinomi/schema), else in the sources that it was built from (build/NAME/hinomictl, schema). */
static int find_schema(const struct ctl *ctl, char out[PATH_MAX], struct err *why)
{
	static const char *const places[] = { "../share/hinomi/schema", "../../schema" };
	const char *named = options_text(&ctl->options, "--schema");
	char program[PATH_MAX];
	ssize_t n;

	if (!named)
		named = getenv("HINOMI_SCHEMA");
	if (named && *named) {
		if (snprintf(out, PATH_MAX, "%s", named) >= PATH_MAX)
			return err_set(why, ERR_LIMIT, "the path of the schema is too long");
		return 0;
	}
	n = readlink("/proc/self/exe", program, sizeof(program) - 1);
	while (n > 0 && program[n - 1] != '/')
		n--;
	for (size_t i = 0; n > 0 && i < ARRAY_LEN(places); i++) {
		program[n] = '\0';
		if (snprintf(out, PATH_MAX, "%s%s", program, places[i]) < PATH_MAX && access(out, R_OK | X_OK) == 0)
			return 0;
	}
	return err_set(why, ERR_CONFIG,
		       "the folder of the migrations was not found beside the program; name it with --schema DIR or in "
		       "HINOMI_SCHEMA");
}

static void report(void *arg, const char *name)
{
	(void)arg;
	printf("applied %s\n", name);
	fflush(stdout);
}

/* Which rules there are is the operator's decision, so none are loaded here. */
static int hint_at_rules(const struct ctl *ctl, struct err *why)
{
	int64_t version;

	if (rule_set_newest(ctl->db, &version, why) != 0)
		return -1;
	if (version == 0)
		fputs("no rules are loaded yet; hinomictl rules load takes those that came with the program\n", stderr);
	return 0;
}

static int migrate(struct ctl *ctl, struct err *why)
{
	char schema[PATH_MAX];
	int64_t version;

	if (find_schema(ctl, schema, why) != 0 || migration_run(ctl->db, schema, report, NULL, &version, why) != 0 ||
	    operator_ensure(ctl->db, UNNAMED_OPERATOR, ctl->settings.timezone, why) != 0 ||
	    warnings_ensure(ctl, why) != 0)
		return -1;
	printf("the schema is at version %" PRId64 "\n", version);
	return hint_at_rules(ctl, why);
}

static int rename_change(struct ctl *ctl, void *arg, struct change_note *note, struct err *why)
{
	const char *name = arg;
	struct json_writer w;

	note->action = "operator.rename";
	snprintf(note->subject, sizeof(note->subject), "operator");
	change_detail(note, &w);
	json_put_string(&w, "name", name);
	json_close_object(&w);
	return operator_rename(ctl->db, name, why);
}

static int name_operator(struct ctl *ctl, struct err *why)
{
	char name[4 * INPUT_NAME_MOST + 1];

	snprintf(name, sizeof(name), "%s", options_text(&ctl->options, "NAME"));
	return change_all(ctl, rename_change, name, why);
}

static const struct option_spec migrate_options[] = {
	{ "--schema", OPTION_PATH, false, "DIR", "the migrations, when they are not beside the program" }, OPTIONS_END
};
static const struct option_spec rename_options[] = { { "NAME", OPTION_NAME, true, NULL, "as the dashboard shows it" },
						     OPTIONS_END };

const struct command migrate_commands[] = {
	{ "migrate", "", "bring the schema up to date", migrate_options, false, migrate,
	  "Each migration is applied once, in a transaction of its own; two that run at once wait for each other.\n"
	  "The first time run it as a superuser: it makes the database users of the roles.\n" },
	{ "operator", "name", "name the chamber that runs this server", rename_options, false, name_operator, NULL },
	{ NULL, NULL, NULL, NULL, false, NULL, NULL },
};
