/* The audit trail's pure part. The digest below was computed with sha256sum over the bytes that audit.h describes. */
#include "tests/unit/suite.h"

#include "lib/encode.h"
#include "server/store/audit.h"

START_TEST(canonical_text_is_netstrings)
{
	const struct audit_entry entry = { .id = 7,
					   .at = 0,
					   .actor = "sato@example.jp",
					   .action = "login",
					   .company_id = 0,
					   .subject = "session",
					   .detail = "{}" };
	struct buffer text = { 0 };

	audit_canonical(&entry, &text);
	ck_assert_str_eq(buffer_string(&text), "1:7,27:1970-01-01T00:00:00.000000Z,15:sato@example.jp,5:login,0:,"
					       "7:session,2:{},");
	buffer_release(&text);
}
END_TEST

START_TEST(fields_cannot_be_shifted_into_each_other)
{
	struct audit_entry a = { .id = 1, .actor = "ab", .action = "c", .subject = "", .detail = "" };
	struct audit_entry b = { .id = 1, .actor = "a", .action = "bc", .subject = "", .detail = "" };
	struct buffer x = { 0 }, y = { 0 };

	audit_canonical(&a, &x);
	audit_canonical(&b, &y);
	ck_assert(!slice_equal(buffer_slice(&x), buffer_slice(&y)));
	buffer_release(&x);
	buffer_release(&y);
}
END_TEST

START_TEST(hash_covers_the_previous_one)
{
	static const uint8_t zero[AUDIT_HASH_SIZE];
	uint8_t hash[AUDIT_HASH_SIZE];
	struct buffer hex = { 0 };

	audit_hash(zero, SLICE_LITERAL("abc"), hash);
	hex_encode(&hex, slice_of(hash, sizeof(hash)));
	ck_assert_str_eq(buffer_string(&hex), "365aa7d8f7f9402c4b9434502b4cc89ddb09fe50d7cd95b493b834c62d5a5370");
	buffer_release(&hex);
}
END_TEST

SUITE_MAIN("audit", canonical_text_is_netstrings, fields_cannot_be_shifted_into_each_other,
	   hash_covers_the_previous_one)
