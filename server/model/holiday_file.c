#include "server/model/holiday_file.h"

#include "lib/clock.h"
#include "lib/yaml_tree.h"
#include "server/model/input.h"

#include <stdlib.h>

static int wrong(struct err *why, const char *path, int line, const char *what)
{
	return err_set(why, ERR_USAGE, "%s:%d: %s", path, line, what);
}

/* The members of a mapping that are not among these. */
static int check_members(const struct yaml_node *n, const char *const *names, size_t count, const char *path,
			 struct err *why)
{
	if (!n || !yaml_node_is(n, YAML_TREE_MAPPING))
		return wrong(why, path, n ? n->line : 1,
			     "years and days are wanted here, as in config/holidays-japan.yaml");
	for (const struct yaml_node *m = n->first; m; m = m->next) {
		size_t i = 0;

		while (i < count && !slice_is(m->key, names[i]))
			i++;
		if (i == count)
			return wrong(why, path, m->key_line, "a word that is not known here");
	}
	return 0;
}

static int read_years(struct holiday_file *f, const struct yaml_node *years, const char *path, struct err *why)
{
	int64_t first, last;

	if (!yaml_node_is(years, YAML_TREE_SEQUENCE) || years->count != 2 || !yaml_node_integer(years->first, &first) ||
	    !yaml_node_integer(years->first->next, &last) || first < 1970 || last > 9999 || last < first)
		return wrong(why, path, years ? years->line : 1,
			     "years must be the first and the last one, as [2024, 2030]");
	f->first_year = (int)first;
	f->last_year = (int)last;
	return 0;
}

/* NULL: not a name, or no memory. */
static char *name_of(const struct yaml_node *n)
{
	if (!yaml_node_is(n, YAML_TREE_SCALAR) || n->text.len > HOLIDAY_NAME_MAX || !input_name(n->text))
		return NULL;
	return slice_to_string(n->text);
}

static int read_day(struct holiday_file *f, const struct yaml_node *n, const char *path, struct err *why)
{
	static const char *const names[] = { "day", "ja", "en" };
	struct holiday *h = &f->days[f->count];
	const struct yaml_node *day;
	int year, month, of_month;

	if (check_members(n, names, ARRAY_LEN(names), path, why) != 0)
		return -1;
	day = yaml_node_member(n, "day");
	if (!yaml_node_is(day, YAML_TREE_SCALAR) || !input_day(day->text, &h->day))
		return wrong(why, path, n->line, "day must be a day, as 2026-11-03");
	civil_from_days(h->day, &year, &month, &of_month);
	if (year < f->first_year || year > f->last_year)
		return wrong(why, path, n->line, "this day is of none of the years");
	if (f->count && h->day <= h[-1].day)
		return wrong(why, path, n->line, "days stand in order, each once");
	h->ja = name_of(yaml_node_member(n, "ja"));
	h->en = name_of(yaml_node_member(n, "en"));
	f->count++;
	return h->ja && h->en ? 0 : wrong(why, path, n->line, "ja and en must be its names, at most 100 bytes");
}

static int read_file(struct holiday_file *f, const struct yaml_node *root, const char *path, struct err *why)
{
	static const char *const names[] = { "years", "days" };
	const struct yaml_node *days;

	if (root && root->next)
		return wrong(why, path, root->next->line, "one document is enough");
	if (check_members(root, names, ARRAY_LEN(names), path, why) != 0 ||
	    read_years(f, yaml_node_member(root, "years"), path, why) != 0)
		return -1;
	days = yaml_node_member(root, "days");
	if (!yaml_node_is(days, YAML_TREE_SEQUENCE) || days->count > HOLIDAYS_MAX)
		return wrong(why, path, days ? days->line : 1, "days must be a list, of at most 4000");
	f->days = calloc(days->count ? days->count : 1, sizeof(*f->days));
	if (!f->days)
		return err_set(why, ERR_NOMEM, "no memory for holidays");
	for (const struct yaml_node *n = days->first; n; n = n->next)
		if (read_day(f, n, path, why) != 0)
			return -1;
	return 0;
}

int holiday_file_parse(struct holiday_file *out, struct slice text, const char *path, struct err *why)
{
	struct yaml_tree *tree;
	int failed;

	*out = (struct holiday_file){ 0 };
	if (yaml_tree_parse(&tree, text, path, NULL, why) != 0) {
		if (why && why->code == ERR_CONFIG)
			why->code = ERR_USAGE;
		return -1;
	}
	failed = read_file(out, yaml_tree_first(tree), path, why);
	yaml_tree_free(tree);
	if (failed)
		holiday_file_release(out);
	return failed;
}

void holiday_file_release(struct holiday_file *f)
{
	for (size_t i = 0; i < f->count; i++) {
		free(f->days[i].ja);
		free(f->days[i].en);
	}
	free(f->days);
	*f = (struct holiday_file){ 0 };
}
