/* Two documents, divided by a byte 0xff: the answer is JSON with as many changes as it says; what is the same differs
 * in nothing; and when nothing differs, jansson finds the two equal (but for made_at, and members that are null). */
#include "server/model/snapshot_diff.h"

#include <jansson.h>
#include <stdlib.h>

static void must(bool condition)
{
	if (!condition)
		abort();
}

static size_t diff(struct slice before, struct slice after, bool *good)
{
	struct buffer out = { 0 };
	size_t count = 0, listed;
	json_t *answer;

	*good = snapshot_diff(before, after, &out, &count, NULL) == 0;
	if (*good) {
		answer = json_loadb((const char *)out.data, out.len, JSON_ALLOW_NUL, NULL);
		listed = count > SNAPSHOT_DIFF_MAX ? SNAPSHOT_DIFF_MAX + 1 : count;
		must(!answer || json_array_size(answer) == listed); /* a number may be too large for jansson */
		json_decref(answer);
	}
	buffer_release(&out);
	return count;
}

/* Takes out what says nothing. */
static void strip(json_t *value, bool top)
{
	size_t index;
	const char *name;
	void *next;
	json_t *member;

	json_array_foreach(value, index, member) strip(member, false);
	json_object_foreach_safe(value, next, name, member)
	{
		strip(member, false);
		if (json_is_null(member) || (top && strcmp(name, "made_at") == 0))
			json_object_del(value, name);
	}
}

/* Of a key that stands twice jansson takes the last, we the first: such a text is NULL. */
static json_t *load(struct slice text)
{
	return json_loadb((const char *)text.ptr, text.len, JSON_DECODE_ANY | JSON_ALLOW_NUL | JSON_REJECT_DUPLICATES,
			  NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice whole = slice_of(data, size);
	struct slice before = slice_take(whole, slice_find(whole, 0xff)), after = slice_skip(whole, before.len + 1);
	bool good;

	must(diff(before, before, &good) == 0);
	if (diff(before, after, &good) == 0 && good) {
		json_t *a = load(before), *b = load(after);

		if (a && b) {
			strip(a, true);
			strip(b, true);
			must(json_equal(a, b));
		}
		json_decref(a);
		json_decref(b);
	}
	return 0;
}
