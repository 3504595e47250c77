/* hinomictl vendor: firms that go on site */
#include "server/store/vendor.h"
#include "server/ctl/listing.h"
#include "server/model/phone.h"
#include "server/store/company_people.h"

#include <inttypes.h>
#include <string.h>

/* "大阪市北区, 吹田市" as a JSON array. */
static int put_areas(const char *text, struct buffer *out, struct err *why)
{
	struct slice rest = slice_of_string(text);
	struct json_writer w;

	json_writer_init(&w, out);
	json_open_array(&w, NULL);
	for (bool more = rest.len > 0; more;) {
		size_t comma = slice_find(rest, ',');
		struct slice area = slice_trim(slice_take(rest, comma));

		if (area.len == 0)
			return err_set(why, ERR_USAGE, "--areas: an area is empty");
		json_put_slice(&w, NULL, area);
		more = comma < rest.len;
		rest = slice_skip(rest, comma + 1);
	}
	json_close_array(&w);
	return out->failed ? err_set(why, ERR_NOMEM, "no memory for the areas") : 0;
}

static int take(struct ctl *ctl, struct vendor_row *vendor, struct buffer *areas, struct err *why)
{
	const struct options *o = &ctl->options;
	char digits[PHONE_SIZE];

	*vendor = (struct vendor_row){ .name = options_text(o, "--name"),
				       .email = options_text(o, "--email"),
				       .phone = options_text(o, "--phone"),
				       .calendar_id = options_integer(o, "--hours", 0),
				       .note = "",
				       .active = true };
	if (vendor->phone && !phone_normalise(slice_of_string(vendor->phone), digits))
		return err_set(why, ERR_USAGE, "--phone is no telephone number");
	if (put_areas(options_text(o, "--areas"), areas, why) != 0)
		return -1;
	vendor->areas = buffer_string(areas);
	return company_people_calendar(ctl->db, vendor->calendar_id, why);
}

static int add_change(struct ctl *ctl, void *arg, struct change_note *note, struct err *why)
{
	int64_t *vendor_id = arg;
	struct buffer areas = { 0 };
	struct vendor_row vendor;
	struct json_writer w;
	bool taken = false;
	int failed = take(ctl, &vendor, &areas, why);

	if (!failed)
		failed = vendor_add(ctl->db, &vendor, vendor_id, &taken, why);
	if (!failed && taken)
		failed = err_set(why, ERR_CONFLICT, "there is a vendor %s", vendor.name);
	if (!failed) {
		note->action = "vendor.add";
		snprintf(note->subject, sizeof(note->subject), "vendor %" PRId64, *vendor_id);
		change_detail(note, &w);
		json_put_string(&w, "name", vendor.name);
		json_put_raw(&w, "areas", slice_of_string(vendor.areas));
		json_close_object(&w);
	}
	buffer_release(&areas);
	return failed;
}

static int add(struct ctl *ctl, struct err *why)
{
	int64_t vendor_id = 0;

	if (change_all(ctl, add_change, &vendor_id, why) != 0)
		return -1;
	printf("%" PRId64 "\n", vendor_id);
	return 0;
}

static void cells(const struct db_result *result, int row, struct table *t)
{
	struct vendor_row v;

	vendor_read(result, row, &v);
	table_integer(t, v.id);
	table_text(t, v.name);
	table_text(t, strcmp(v.areas, "[]") == 0 ? "everywhere" : v.areas);
	table_text(t, v.calendar ? v.calendar : "any time");
	table_text(t, v.email);
	table_text(t, v.phone);
	table_integer(t, v.people);
	table_integer(t, v.open_orders);
	table_text(t, v.active ? "active" : "inactive");
}

static void members(const struct db_result *result, int row, struct json_writer *w)
{
	struct vendor_row v;

	vendor_read(result, row, &v);
	json_put_integer(w, "id", v.id);
	json_put_string(w, "name", v.name);
	json_put_raw(w, "areas", slice_of_string(v.areas));
	json_put_known(w, "calendar_id", v.calendar_id != 0, v.calendar_id);
	json_put_string(w, "email", v.email);
	json_put_string(w, "phone", v.phone);
	json_put_integer(w, "people", v.people);
	json_put_integer(w, "open_orders", v.open_orders);
	json_put_bool(w, "active", v.active);
}

static const struct listing listing = {
	.name = "vendors",
	.headings = ">id|name|areas|hours|e-mail|phone|>people|>open orders|state",
	.cells = cells,
	.members = members,
};

static int list(struct ctl *ctl, struct err *why)
{
	struct db_result *result;

	if (vendor_list(ctl->db, &result, why) != 0)
		return -1;
	return listing_print(&listing, ctl, result);
}

static const struct option_spec add_options[] = {
	{ "--name", OPTION_NAME, true, "N", "of the firm" },
	{ "--areas", OPTION_NAME, false, "A,B", "where it goes, as companies' areas (default: everywhere)" },
	{ "--hours", OPTION_ID, false, "ID", "calendar of when it can be called (default: at any time)" },
	{ "--email", OPTION_EMAIL, false, "E", "where orders are mailed to" },
	{ "--phone", OPTION_NAME, false, "P", "its telephone number" },
	OPTIONS_END,
};
static const struct option_spec list_options[] = { OPTION_JSON, OPTIONS_END };

const struct command vendor_commands[] = {
	{ "vendor", "add", "a firm that goes on site; prints its id", add_options, false, add,
	  "Its people sign in: hinomictl user add --role vendor --vendor ID\n" },
	{ "vendor", "list", "these firms", list_options, false, list, NULL },
	{ NULL, NULL, NULL, NULL, false, NULL, NULL },
};
