/* Files of cases: none makes the parser read outside of its input, and every record of one that is taken can be written
 * in full. */
#include "server/model/rule_case.h"

#include <stdlib.h>

enum { RECORDS_LOOKED_AT = 200 };

static void write_records(const struct rule_case *c)
{
	struct buffer text = { 0 };

	for (size_t i = 0; i < c->entry_count && i < RECORDS_LOOKED_AT; i++) {
		const struct rule_case_entry *e = &c->entries[i];
		time_us first = rule_case_record_time(e, 1), last = rule_case_record_time(e, e->times);

		if (e->times < 1 || e->times > RULE_CASE_TIMES_MAX || last < first)
			abort();
		buffer_clear(&text);
		rule_case_record(e, 1, &text);
		rule_case_record(e, e->times, &text);
		if (text.failed || text.len == 0)
			abort();
	}
	buffer_release(&text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct rule_cases cases;
	struct err why = { 0 };

	if (rule_cases_parse(&cases, slice_of(data, size), "cases", &why) != 0) {
		if (why.code == ERR_NONE || why.text[0] == '\0')
			abort();
		return 0;
	}
	for (size_t i = 0; i < cases.count; i++)
		write_records(&cases.items[i]);
	rule_cases_release(&cases);
	return 0;
}
