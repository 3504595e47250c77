/* Ids of notices: version 7 of RFC 9562 (5.7), and their text. */
#include "lib/clock.h"
#include "server/store/outbox.h"
#include "tests/unit/suite.h"

START_TEST(an_id_begins_with_the_time)
{
	uint8_t id[OUTBOX_ID_SIZE], other[OUTBOX_ID_SIZE];
	int64_t before = clock_now() / 1000, after, ms = 0;

	outbox_make_id(id);
	after = clock_now() / 1000;
	for (int i = 0; i < 6; i++)
		ms = ms << 8 | id[i];
	ck_assert_int_ge(ms, before);
	ck_assert_int_le(ms, after);
	ck_assert_uint_eq(id[6] >> 4, 7);
	ck_assert_uint_eq(id[8] >> 6, 2);
	outbox_make_id(other);
	ck_assert(memcmp(id, other, sizeof(id)) != 0);
}
END_TEST

/* The example of RFC 9562, A.6. */
START_TEST(text_and_back)
{
	static const uint8_t example[OUTBOX_ID_SIZE] = { 0x01, 0x7f, 0x22, 0xe2, 0x79, 0xb0, 0x7c, 0xc3,
							 0x98, 0xc4, 0xdc, 0x0c, 0x0c, 0x07, 0x39, 0x8f };
	char text[OUTBOX_ID_TEXT_SIZE];
	uint8_t id[OUTBOX_ID_SIZE];

	outbox_id_text(example, text);
	ck_assert_str_eq(text, "017f22e2-79b0-7cc3-98c4-dc0c0c07398f");
	ck_assert(outbox_parse_id(text, id));
	ck_assert_mem_eq(id, example, sizeof(id));
}
END_TEST

START_TEST(what_is_no_id)
{
	static const char *const texts[] = { "", "017f22e2-79b0-7cc3-98c4-dc0c0c07398",
					     "017f22e2-79b0-7cc3-98c4-dc0c0c07398f0",
					     "017f22e2-79b0-7cc3-98c4-dc0c0c07398g",
					     "017f22e279b07cc398c4dc0c0c07398 " };
	uint8_t id[OUTBOX_ID_SIZE];

	for (size_t i = 0; i < ARRAY_LEN(texts); i++)
		ck_assert_msg(!outbox_parse_id(texts[i], id), "%s", texts[i]);
}
END_TEST

SUITE_MAIN("outbox", an_id_begins_with_the_time, text_and_back, what_is_no_id)
