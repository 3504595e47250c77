/* hinomictl user: who may sign in. Passwords are set by the people themselves, through a one-time link. */
#include "server/ctl/listing.h"
#include "server/model/token.h"
#include "server/store/company_query.h"
#include "server/store/user_admin.h"

#include <inttypes.h>
#include <string.h>

enum { LINK_HOURS = 72 };

static const char *const roles[] = { "viewer", "analyst", "lead", "reporter", "admin",
				     "wall",   "member",  "desk", "vendor" };

static void user_note(struct change_note *note, const char *action, const char *email)
{
	note->action = action;
	snprintf(note->subject, sizeof(note->subject), "user %s", email);
}

/* https://<first of api.names>:<port of api.listen>, unless the configuration says how people reach us. */
static void print_link(const struct settings *settings, const char *token)
{
	const char *port = strrchr(settings->api.listen, ':');
	const char *host = settings->api.names.len ? settings->api.names.items[0] : "localhost";
	size_t len = strlen(settings->api.public_url);

	if (len) {
		while (len > 0 && settings->api.public_url[len - 1] == '/')
			len--;
		printf("%.*s/setup#%s\n", (int)len, settings->api.public_url, token);
	} else {
		printf("https://%s%s/setup#%s\n", host, port ? port : ":8443", token);
	}
}

/* Runs a change that ends with a set-up link. */
static int change_with_link(struct ctl *ctl, ctl_change change, struct err *why)
{
	char token[TOKEN_TEXT_SIZE];

	token_new(token);
	if (change_all(ctl, change, token, why) != 0)
		return -1;
	print_link(&ctl->settings, token);
	return 0;
}

/* ---------------------------------------------------------------------------------------------- add */

static int take_new(struct ctl *ctl, struct user_new *user, struct err *why)
{
	const char *name = options_text(&ctl->options, "--name"), *language = options_text(&ctl->options, "--language");
	bool known = false;

	user->email = options_text(&ctl->options, "--email");
	user->role = options_text(&ctl->options, "--role");
	user->name = name ? name : user->email;
	user->language = language ? language : "ja";
	user->company_id = options_integer(&ctl->options, "--company", 0);
	user->vendor_id = options_integer(&ctl->options, "--vendor", 0);
	for (size_t i = 0; i < ARRAY_LEN(roles); i++)
		known = known || strcmp(user->role, roles[i]) == 0;
	if (!known)
		return err_set(
		    why, ERR_USAGE,
		    "there is no role %s; there are viewer, analyst, lead, reporter, admin, wall, desk, member, vendor",
		    user->role);
	if (strcmp(user->language, "ja") != 0 && strcmp(user->language, "en") != 0)
		return err_set(why, ERR_USAGE, "--language is ja or en");
	if (strcmp(user->role, "member") == 0 && !user->company_id)
		return err_set(why, ERR_USAGE, "a member sees one company: --company is missing");
	if ((strcmp(user->role, "vendor") == 0) != (user->vendor_id != 0) || (user->vendor_id && user->company_id))
		return err_set(
		    why, ERR_USAGE,
		    "the people of a firm that goes on site have --role vendor and --vendor ID, and no company");
	if (strcmp(user->role, "admin") == 0 && user->company_id)
		return err_set(why, ERR_USAGE, "an admin sees all companies: --company does not go with it");
	return 0;
}

static int add_change(struct ctl *ctl, void *arg, struct change_note *note, struct err *why)
{
	const char *token = arg;
	uint8_t hash[TOKEN_HASH_SIZE];
	struct user_new user;
	struct json_writer w;

	token_hash(slice_of_string(token), hash);
	if (take_new(ctl, &user, why) != 0)
		return -1;
	if (user.company_id && company_query_exists(ctl->db, user.company_id, why) != 0)
		return -1;
	if (user_add(ctl->db, &user, hash, LINK_HOURS, why) != 0)
		return -1;
	user_note(note, "user.add", user.email);
	note->company_id = user.company_id;
	change_detail(note, &w);
	json_put_string(&w, "role", user.role);
	json_put_string(&w, "name", user.name);
	json_close_object(&w);
	return 0;
}

static int add(struct ctl *ctl, struct err *why)
{
	return change_with_link(ctl, add_change, why);
}

/* ---------------------------------------------------------------------------------------------- reset, disable */

static int reset_change(struct ctl *ctl, void *arg, struct change_note *note, struct err *why)
{
	const char *email = options_text(&ctl->options, "EMAIL");
	uint8_t hash[TOKEN_HASH_SIZE];

	token_hash(slice_of_string(arg), hash);
	user_note(note, "user.reset", email);
	return user_reset(ctl->db, email, hash, LINK_HOURS, why);
}

static int reset(struct ctl *ctl, struct err *why)
{
	return change_with_link(ctl, reset_change, why);
}

static int disable_change(struct ctl *ctl, void *arg, struct change_note *note, struct err *why)
{
	const char *email = options_text(&ctl->options, "EMAIL");
	bool disabled = arg != NULL;

	user_note(note, disabled ? "user.disable" : "user.enable", email);
	return user_set_disabled(ctl->db, email, disabled, why);
}

static int disable(struct ctl *ctl, struct err *why)
{
	return change_all(ctl, disable_change, ctl, why);
}

static int enable(struct ctl *ctl, struct err *why)
{
	return change_all(ctl, disable_change, NULL, why);
}

/* ---------------------------------------------------------------------------------------------- list */

static void cells(const struct db_result *result, int row, struct table *t)
{
	struct user_row u;

	user_read(result, row, &u);
	table_integer(t, u.user_id);
	table_text(t, u.email);
	table_text(t, u.name);
	table_text(t, u.role);
	if (u.company_id)
		table_integer(t, u.company_id);
	else if (u.vendor_id)
		table_text(t, "none");
	else
		table_text(t, "all");
	table_text(t, u.language);
	table_text(t, u.state);
	table_time(t, u.last_used_at);
}

static void members(const struct db_result *result, int row, struct json_writer *w)
{
	struct user_row u;

	user_read(result, row, &u);
	json_put_integer(w, "id", u.user_id);
	json_put_string(w, "email", u.email);
	json_put_string(w, "name", u.name);
	json_put_string(w, "role", u.role);
	json_put_known(w, "company_id", u.company_id != 0, u.company_id);
	json_put_known(w, "vendor_id", u.vendor_id != 0, u.vendor_id);
	json_put_string(w, "language", u.language);
	json_put_string(w, "state", u.state);
	json_put_time(w, "last_used_at", u.last_used_at);
}

static const struct listing listing = {
	.name = "users",
	.headings = ">id|e-mail|name|role|>company|language|state|last used (UTC)",
	.cells = cells,
	.members = members,
};

static int list(struct ctl *ctl, struct err *why)
{
	struct db_result *result;

	if (user_list(ctl->db, &result, why) != 0)
		return -1;
	return listing_print(&listing, ctl, result);
}

static const struct option_spec add_options[] = {
	{ "--email", OPTION_EMAIL, true, "E", "what the person signs in with" },
	{ "--role", OPTION_NAME, true, "R", "viewer, analyst, lead, reporter, admin, wall, desk, member, vendor" },
	{ "--company", OPTION_ID, false, "ID", "the only company this person sees; a member needs one" },
	{ "--vendor", OPTION_ID, false, "ID", "whose people: goes with --role vendor" },
	{ "--name", OPTION_NAME, false, "N", "as others see it (default: the e-mail address)" },
	{ "--language", OPTION_NAME, false, "L", "ja (default) or en" },
	OPTIONS_END,
};
static const struct option_spec email_options[] = { { "EMAIL", OPTION_EMAIL, true, NULL, "see hinomictl user list" },
						    OPTIONS_END };
static const struct option_spec list_options[] = { OPTION_JSON, OPTIONS_END };

static const char about_link[] = "The link works once, within 72 hours: there the person sets a password.\n";

const struct command user_commands[] = {
	{ "user", "add", "somebody may sign in; prints a one-time set-up link", add_options, false, add, about_link },
	{ "user", "list", "people, their roles, and whether they are set up", list_options, false, list, NULL },
	{ "user", "reset", "a new set-up link; the old password and all sessions end at once", email_options, false,
	  reset, about_link },
	{ "user", "disable", "somebody may not sign in any more; ends all sessions", email_options, false, disable,
	  NULL },
	{ "user", "enable", "and may again", email_options, false, enable, NULL },
	{ NULL, NULL, NULL, NULL, false, NULL, NULL },
};
