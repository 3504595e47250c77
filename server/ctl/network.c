/* hinomictl network: addresses that are a company's own besides the private ones. */
#include "server/ctl/company.h"
#include "server/ctl/listing.h"

#include <inttypes.h>

static int change_networks(struct ctl *ctl, void *arg, struct change_note *note, struct err *why)
{
	bool remove = arg != NULL;
	int64_t company_id = options_integer(&ctl->options, "--company", 0);
	const char *network = options_text(&ctl->options, "--cidr"), *text = options_text(&ctl->options, "--note");
	struct json_writer w;

	company_note(note, remove ? "network.remove" : "network.add", company_id);
	note->for_collector = true;
	change_detail(note, &w);
	json_put_string(&w, "network", network);
	if (text)
		json_put_string(&w, "note", text);
	json_close_object(&w);
	return remove ? company_network_remove(ctl->db, company_id, network, why)
		      : company_network_add(ctl->db, company_id, network, text, why);
}

static int add(struct ctl *ctl, struct err *why)
{
	return change_all(ctl, change_networks, NULL, why);
}

static int take_away(struct ctl *ctl, struct err *why)
{
	return change_all(ctl, change_networks, ctl, why);
}

static void cells(const struct db_result *result, int row, struct table *t)
{
	struct company_network_row n;

	company_network_read(result, row, &n);
	table_integer(t, n.company_id);
	table_text(t, n.company);
	table_text(t, n.network);
	table_text(t, n.note);
}

static void members(const struct db_result *result, int row, struct json_writer *w)
{
	struct company_network_row n;

	company_network_read(result, row, &n);
	json_put_integer(w, "company_id", n.company_id);
	json_put_string(w, "company", n.company);
	json_put_string(w, "network", n.network);
	json_put_string(w, "note", n.note);
}

static const struct listing listing = {
	.name = "networks",
	.headings = ">company|name|network|note",
	.cells = cells,
	.members = members,
};

static int list(struct ctl *ctl, struct err *why)
{
	struct db_result *result;

	if (company_network_list(ctl->db, options_integer(&ctl->options, "--company", 0), &result, why) != 0)
		return -1;
	return listing_print(&listing, ctl, result);
}

static const struct option_spec add_options[] = {
	OPTION_COMPANY_NEEDED,
	{ "--cidr", OPTION_NETWORK, true, "N", "203.0.113.0/29, 2001:db8::/48, or one address" },
	{ "--note", OPTION_NAME, false, "TEXT", "what it is" },
	OPTIONS_END,
};
static const struct option_spec remove_options[] = {
	OPTION_COMPANY_NEEDED,
	{ "--cidr", OPTION_NETWORK, true, "N", "as hinomictl network list shows it" },
	OPTIONS_END,
};
static const struct option_spec list_options[] = { OPTION_COMPANY_OPTIONAL, OPTION_JSON, OPTIONS_END };

static const char about[] = "Private addresses (RFC 1918 and their kin) are every company's own and need not be set.\n"
			    "It counts for records that come from then on.\n";

const struct command network_commands[] = {
	{ "network", "add", "add a network of a company's own: its fixed public addresses", add_options, false, add,
	  about },
	{ "network", "list", "the companies' own networks", list_options, false, list, NULL },
	{ "network", "remove", "take a network away", remove_options, false, take_away, about },
	{ NULL, NULL, NULL, NULL, false, NULL, NULL },
};
