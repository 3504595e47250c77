#include "server/store/outbox.h"

#include "lib/random.h"

/* RFC 9562, section 5.7: 48 bits of Unix time in milliseconds, version, random bits. The process's clock is good enough
 * here: nothing is decided by it, ids only have to differ. */
void outbox_make_id(uint8_t id[OUTBOX_ID_SIZE])
{
	uint64_t ms = (uint64_t)(clock_now() / 1000);

	random_bytes(id, OUTBOX_ID_SIZE);
	for (int i = 0; i < 6; i++)
		id[i] = (uint8_t)(ms >> (40 - 8 * i));
	id[6] = (uint8_t)(0x70 | (id[6] & 0x0f));
	id[8] = (uint8_t)(0x80 | (id[8] & 0x3f));
}

void outbox_id_text(const uint8_t id[OUTBOX_ID_SIZE], char out[OUTBOX_ID_TEXT_SIZE])
{
	static const char digits[] = "0123456789abcdef";
	size_t at = 0;

	for (size_t i = 0; i < OUTBOX_ID_SIZE; i++) {
		if (i == 4 || i == 6 || i == 8 || i == 10)
			out[at++] = '-';
		out[at++] = digits[id[i] >> 4];
		out[at++] = digits[id[i] & 0x0f];
	}
	out[at] = '\0';
}

static bool hex_nibble(char c, uint8_t *out)
{
	if (c >= '0' && c <= '9')
		*out = (uint8_t)(c - '0');
	else if (c >= 'a' && c <= 'f')
		*out = (uint8_t)(c - 'a' + 10);
	else
		return false;
	return true;
}

bool outbox_parse_id(const char *text, uint8_t id[OUTBOX_ID_SIZE])
{
	size_t at = 0;

	for (const char *p = text; *p; p++) {
		uint8_t nibble;

		if (*p == '-')
			continue;
		if (at == (size_t)OUTBOX_ID_SIZE * 2 || !hex_nibble(*p, &nibble))
			return false;
		id[at / 2] = (uint8_t)(at % 2 ? id[at / 2] | nibble : nibble << 4);
		at++;
	}
	return at == (size_t)OUTBOX_ID_SIZE * 2;
}

static const char write_sql[] =
    "INSERT INTO outbox (outbox_id, kind, page_id, identity, priority, user_id, contact_company_id, contact_id, "
    "channel_id, channel_kind, address, attempt_of, language, facts, state, bundled_into, not_before, expires_at) "
    "VALUES ($1::uuid, $2::text, $3::bigint, $4::text, $5::smallint, $6::bigint, $7::bigint, $8::bigint, $9::bigint, "
    "$10::text, $11::text, $12::smallint, $13::text, $14::jsonb, "
    "CASE WHEN $15::uuid IS NULL THEN 'pending' ELSE 'bundled' END, $15::uuid, "
    "now() + $16::bigint * interval '1 millisecond', "
    "CASE WHEN $17::bigint > 0 THEN now() + $17::bigint * interval '1 millisecond' END) "
    "ON CONFLICT (identity) DO NOTHING";

int outbox_write(struct db *db, const struct outbox_new *notice, bool *written, struct err *why)
{
	char id[OUTBOX_ID_TEXT_SIZE], bundle[OUTBOX_ID_TEXT_SIZE];
	struct db_args args = { 0 };
	struct db_result *result;
	bool fresh;

	outbox_id_text(notice->id, id);
	db_arg_text(&args, id);
	db_arg_text(&args, notice->kind);
	db_arg_optional(&args, notice->page_id);
	db_arg_text(&args, notice->identity);
	db_arg_integer(&args, notice->priority);
	db_arg_optional(&args, notice->user_id);
	db_arg_optional(&args, notice->contact_company_id);
	db_arg_optional(&args, notice->contact_id);
	db_arg_optional(&args, notice->channel_id);
	db_arg_text(&args, notice->channel_kind);
	db_arg_text(&args, notice->address);
	db_arg_integer(&args, notice->attempt_of);
	db_arg_text(&args, notice->language);
	db_arg_text(&args, notice->facts);
	if (notice->bundle)
		outbox_id_text(notice->bundle, bundle);
	db_arg_text(&args, notice->bundle ? bundle : NULL);
	db_arg_integer(&args, notice->delay_ms);
	db_arg_integer(&args, notice->expires_ms);
	if (db_run(db, write_sql, &args, &result, why) != 0)
		return -1;
	fresh = db_affected(result) != 0;
	db_result_free(result);
	if (written)
		*written = fresh;
	return fresh ? db_notify(db, "hinomi_outbox", why) : 0;
}
