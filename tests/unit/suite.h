/* Every unit test program is one Check suite; SUITE_MAIN runs it. Tests are START_TEST functions added to the case. */
#ifndef TESTS_UNIT_SUITE_H
#define TESTS_UNIT_SUITE_H

#include <check.h>
#include <stdlib.h>

#include "lib/slice.h"

#define SUITE_MAIN(suite_name, ...)                           \
	int main(void)                                        \
	{                                                     \
		Suite *suite = suite_create(suite_name);      \
		TCase *tc = tcase_create("all");              \
		const TTest *const tests[] = { __VA_ARGS__ }; \
		SRunner *runner;                              \
		int failed;                                   \
                                                              \
		tcase_set_timeout(tc, 60);                    \
		for (size_t i = 0; i < ARRAY_LEN(tests); i++) \
			tcase_add_test(tc, tests[i]);         \
		suite_add_tcase(suite, tc);                   \
		runner = srunner_create(suite);               \
		srunner_run_all(runner, CK_ENV);              \
		failed = srunner_ntests_failed(runner);       \
		srunner_free(runner);                         \
		return failed ? EXIT_FAILURE : EXIT_SUCCESS;  \
	}

#endif
