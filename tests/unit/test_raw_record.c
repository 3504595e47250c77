#include "server/store/raw_dictionary.h"
#include "server/store/raw_record.h"
#include "tests/unit/suite.h"

#include <openssl/evp.h>

static struct raw_coder *coder;

static void ck_round_trip(struct slice record, size_t most_coded)
{
	struct buffer coded = { 0 }, back = { 0 };
	struct err why = { 0 };

	buffer_put_string(&coded, "before");
	raw_encode(coder, record, &coded);
	ck_assert_uint_le(coded.len - 6, most_coded);
	ck_assert_int_eq(raw_decode(coder, slice_skip(buffer_slice(&coded), 6), record.len, &back, &why), 0);
	ck_assert(slice_equal(buffer_slice(&back), record));
	if (record.len) {
		ck_assert_int_eq(raw_decode(coder, slice_skip(buffer_slice(&coded), 6), record.len - 1, &back, &why),
				 -1);
		ck_assert_int_eq(why.code, ERR_LIMIT);
	}
	buffer_release(&coded);
	buffer_release(&back);
}

START_TEST(records_come_back_as_they_were)
{
	static const char eve[] =
	    "{\"timestamp\":\"2026-10-03T09:12:44.120394+0900\",\"flow_id\":938217382173821,\"in_iface\":\"eth1\","
	    "\"event_type\":\"alert\",\"src_ip\":\"198.51.100.7\",\"src_port\":41022,\"dest_ip\":\"192.168.10.4\","
	    "\"dest_port\":3389,\"proto\":\"TCP\",\"alert\":{\"action\":\"allowed\",\"gid\":1,\"signature_id\":2402000,"
	    "\"rev\":6721,\"signature\":\"ET DROP Dshield Block Listed Source group 1\",\"category\":\"Misc Attack\","
	    "\"severity\":2,\"metadata\":{\"attack_target\":[\"Any\"],\"deployment\":[\"Perimeter\"]}}}";
	uint8_t noise[256];
	uint32_t x = 1;

	ck_assert_int_eq(raw_coder_new(&coder, NULL), 0);
	for (size_t i = 0; i < sizeof(noise); i++)
		noise[i] = (uint8_t)((x = x * 1664525 + 1013904223) >> 24);
	/* The dictionary earns its keep: less than half of what the text is long. */
	ck_round_trip(slice_of(eve, sizeof(eve) - 1), (sizeof(eve) - 1) / 2);
	ck_round_trip(slice_of(noise, sizeof(noise)), sizeof(noise) + 1); /* never more than a byte longer */
	ck_round_trip(slice_of(noise, 1), 2);
	ck_round_trip(slice_of("", 0), 1);
	raw_coder_free(coder);
}
END_TEST

START_TEST(damage_is_noticed)
{
	static const char *const broken[] = { "", "\x02x", "\x01", "\x01not zstd at all" };
	struct buffer out = { 0 };
	struct err why = { 0 };

	ck_assert_int_eq(raw_coder_new(&coder, NULL), 0);
	for (size_t i = 0; i < ARRAY_LEN(broken); i++) {
		ck_assert_int_eq(raw_decode(coder, slice_of_string(broken[i]), 1000, &out, &why), -1);
		ck_assert_int_eq(why.code, ERR_CORRUPT);
	}
	ck_assert_uint_eq(out.len, 0);
	buffer_release(&out);
	raw_coder_free(coder);
}
END_TEST

/* Changing the dictionary would make every stored record unreadable. */
START_TEST(the_dictionary_is_frozen)
{
	static const uint8_t want[32] = { 0x59, 0x2c, 0xc9, 0xda, 0xf1, 0xd1, 0x8b, 0xca, 0x0d, 0xa3, 0xea,
					  0xf6, 0xe4, 0x3c, 0xdf, 0x9a, 0xbe, 0xfb, 0xa8, 0x84, 0xd6, 0xd1,
					  0x36, 0x0a, 0x9e, 0x22, 0x55, 0xc7, 0xa7, 0xb4, 0x91, 0x9f };
	struct slice text = raw_dictionary();
	uint8_t got[32];

	ck_assert_int_eq(EVP_Digest(text.ptr, text.len, got, NULL, EVP_sha256(), NULL), 1);
	ck_assert_mem_eq(got, want, sizeof(want));
}
END_TEST

SUITE_MAIN("raw_record", records_come_back_as_they_were, damage_is_noticed, the_dictionary_is_frozen)
