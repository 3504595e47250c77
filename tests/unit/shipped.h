/* The documents as shipped, read out of the schema itself: run from the folder of the sources. */
#ifndef TESTS_UNIT_SHIPPED_H
#define TESTS_UNIT_SHIPPED_H

#include "lib/slice.h"

#include <check.h>
#include <stdio.h>

static inline const char *shipped_schema(void)
{
	static char text[200000];
	FILE *f;
	size_t n;

	if (text[0])
		return text;
	f = fopen("schema/0007_escalation.sql", "r");
	ck_assert_msg(f != NULL, "run it in the folder of the sources");
	n = fread(text, 1, sizeof(text) - 1, f);
	ck_assert(fclose(f) == 0 && n < sizeof(text) - 1);
	text[n] = '\0';
	return text;
}

/* The n-th document (1..), in quotes, of the rows that follow this statement. */
static inline struct slice shipped_document(const char *statement, int n)
{
	const char *at = strstr(shipped_schema(), statement), *end;

	ck_assert_ptr_nonnull(at);
	for (; n > 0; n--) {
		at = strstr(at + 1, "'{\"");
		ck_assert_ptr_nonnull(at);
	}
	end = strchr(at + 1, '\'');
	ck_assert_ptr_nonnull(end);
	return slice_of(at + 1, (size_t)(end - at - 1));
}

#endif
