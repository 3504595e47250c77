/* What is new in a batch, what the ledger says about it, and which ids it gets. */
#include "server/model/observation_body.h"
#include "server/store/ingest_batch.h"
#include "tests/unit/suite.h"

static struct raw_coder *coder;

static void add(struct ingest_batch *b, uint32_t sensor, enum ingest_kind kind, int64_t epoch, int64_t sequence)
{
	struct alert alert;
	struct ingest_event event = { .kind = kind, .epoch = epoch, .sequence = sequence, .alert = &alert };
	struct err why;
	size_t bytes;

	alert_init(&alert);
	alert.kind = kind == INGEST_UNPARSED ? KIND_UNPARSED : KIND_ALERT;
	alert.format = "eve";
	event.ts = event.received_at = (1790812800 + sequence % 1000) * US_PER_SECOND;
	event.dropped = kind == INGEST_DROPPED ? 17 : 0;
	event.raw = SLICE_LITERAL("raw");
	ck_assert_int_eq(ingest_batch_add(b, sensor, &event, coder, &bytes, &why), 0);
}

static void judge(struct ingest_batch *b)
{
	struct err why;

	ck_assert_int_eq(ingest_batch_sort(b, &why), 0);
	ingest_batch_judge(b, 0, b->entry_count);
}

static void ck_ledger(const struct ingest_sensor *s, const struct ingest_ledger *want)
{
	ck_assert_int_eq(s->ledger.expected, want->expected);
	ck_assert_int_eq(s->ledger.received, want->received);
	ck_assert_int_eq(s->ledger.dropped, want->dropped);
	ck_assert_int_eq(s->ledger.duplicate, want->duplicate);
	ck_assert_int_eq(s->ledger.unparsed, want->unparsed);
	ck_assert_int_eq(s->ledger.ignored, want->ignored);
	ck_assert_int_eq(s->ledger.heartbeats, want->heartbeats);
}

START_TEST(marks_tell_what_is_new)
{
	struct ingest_batch b = { 0 };
	uint32_t s = ingest_batch_sensor(&b, 17, 3, NULL);

	add(&b, s, INGEST_ALERT, 5, 8);     /* known */
	add(&b, s, INGEST_ALERT, 5, 11);    /* new */
	add(&b, s, INGEST_UNPARSED, 5, 12); /* new */
	add(&b, s, INGEST_ALERT, 5, 12);    /* sent twice within the batch */
	add(&b, s, INGEST_IGNORED, 5, 15);  /* 13 and 14 are missing */
	add(&b, s, INGEST_DROPPED, 5, 16);  /* 17 records, its own number is none */
	add(&b, s, INGEST_ALERT, 0, 0);     /* without a number */
	add(&b, s, INGEST_HEARTBEAT, 0, 0);
	add(&b, s, INGEST_ALERT, 6, 1); /* the agent opened a new spool */
	b.streams[0].mark = 10;
	b.streams[1].mark = 0;
	judge(&b);
	ck_assert_uint_eq(b.stored, 4);
	ck_assert_int_eq(b.streams[0].new_mark, 16);
	ck_assert_int_eq(b.streams[1].new_mark, 1);
	ck_ledger(&b.sensors[s], &(struct ingest_ledger){ .expected = 24,
							  .received = 5,
							  .dropped = 17,
							  .duplicate = 2,
							  .unparsed = 1,
							  .ignored = 1,
							  .heartbeats = 1 });
	/* Judged again after a failure it is the same. */
	judge(&b);
	ck_assert_uint_eq(b.stored, 4);
	ck_assert_int_eq(b.sensors[s].ledger.expected, 24);
	ingest_batch_release(&b);
}
END_TEST

START_TEST(half_a_batch)
{
	struct ingest_batch b = { 0 };
	uint32_t s = ingest_batch_sensor(&b, 17, 3, NULL);

	for (int64_t i = 1; i <= 10; i++)
		add(&b, s, INGEST_ALERT, 5, i);
	b.streams[0].mark = 0;
	judge(&b);
	ingest_batch_judge(&b, 0, 5);
	ck_assert_uint_eq(b.stored, 5);
	ck_assert_int_eq(b.streams[0].new_mark, 5);
	b.streams[0].mark = 5;
	ingest_batch_judge(&b, 5, 10);
	ck_assert_uint_eq(b.stored, 5);
	ck_assert_int_eq(b.sensors[s].ledger.expected, 5);
	ck_assert_int_eq(b.sensors[s].ledger.duplicate, 0);
	ingest_batch_release(&b);
}
END_TEST

START_TEST(lies_and_gone_sensors)
{
	struct ingest_batch b = { 0 };
	uint32_t s = ingest_batch_sensor(&b, 17, 3, NULL), gone = ingest_batch_sensor(&b, 17, 4, NULL);

	add(&b, s, INGEST_ALERT, 5, INT64_MAX);
	add(&b, s, INGEST_ALERT, 5, INT64_MAX);
	add(&b, gone, INGEST_ALERT, 5, 1);
	b.streams[0].mark = 0;
	judge(&b);
	ck_assert_int_eq(b.sensors[s].ledger.expected, 1000000001);
	ck_assert_int_eq(b.sensors[s].ledger.duplicate, 1);
	ck_assert(b.sensors[gone].gone && !b.sensors[s].gone);
	ck_assert_uint_eq(b.stored, 1);
	ingest_batch_release(&b);
}
END_TEST

/* Evidence has a row, and is no detection: the ledger counts it as ignored. */
START_TEST(evidence_is_stored_and_counted_as_ignored)
{
	struct ingest_batch b = { 0 };
	uint32_t s = ingest_batch_sensor(&b, 17, 3, NULL);

	add(&b, s, INGEST_CONTEXT, 5, 1);
	add(&b, s, INGEST_IGNORED, 5, 2);
	b.streams[0].mark = 0;
	judge(&b);
	ck_assert_uint_eq(b.stored, 1);
	ck_ledger(&b.sensors[s], &(struct ingest_ledger){ .expected = 2, .received = 2, .ignored = 2 });
	ck_assert_int_eq(b.sensors[s].last_event_at, TIME_NONE);
	/* Refused by the database, it is only counted. */
	ck_assert(ingest_batch_degrade(&b, 0));
	judge(&b);
	ck_assert_uint_eq(b.stored, 0);
	ck_ledger(&b.sensors[s], &(struct ingest_ledger){ .expected = 2, .received = 2, .ignored = 2 });
	ck_assert(!ingest_batch_degrade(&b, 0));
	ingest_batch_release(&b);
}
END_TEST

static void observe(struct ingest_batch *b, uint32_t sensor, int64_t sequence, const char *name, bool bad_clock)
{
	static struct observables seen;
	struct ingest_event event = { .kind = INGEST_IGNORED, .epoch = 5, .sequence = sequence, .seen = &seen };
	struct err why;
	size_t bytes;

	seen = (struct observables){ .count = 1,
				     .inside = { 4, { 192, 168, 1, 23 } },
				     .destination = { 4, { 198, 51, 100, 9 } },
				     .port = 443,
				     .bytes = 100 + sequence,
				     .started = 1790812800 * US_PER_SECOND };
	ck_assert(indicator_key_of_domain(slice_of_string(name), &seen.items[0].key));
	event.ts = event.received_at = (1790812800 + 60 * sequence) * US_PER_SECOND;
	event.bad_clock = bad_clock;
	ck_assert_int_eq(ingest_batch_add(b, sensor, &event, coder, &bytes, &why), 0);
	ck_assert_uint_gt(bytes, 0);
}

/* What the body of one company says, read back; the caller frees it. */
static struct observation *observed(const struct ingest_batch *b, uint32_t index, int64_t company_id)
{
	struct observation *o = observation_new();
	struct err why;

	ck_assert_ptr_nonnull(o);
	ck_assert_uint_lt(index, b->observation_count);
	ck_assert_int_eq(b->observations[index].company_id, company_id);
	ck_assert_int_eq(
	    observation_merge(o, slice_of(b->bodies.data + b->observations[index].body, b->observations[index].length),
			      &why),
	    0);
	ck_assert_int_eq(observation_sort(o, &why), 0);
	return o;
}

START_TEST(only_new_records_are_observed)
{
	struct ingest_batch b = { 0 };
	uint32_t first = ingest_batch_sensor(&b, 18, 1, NULL), second = ingest_batch_sensor(&b, 17, 3, NULL),
		 third = ingest_batch_sensor(&b, 18, 2, NULL);
	struct observation_contact contact;
	struct observation_seen seen;
	struct observation *o;
	struct err why;

	observe(&b, first, 1, "a.example", false);
	observe(&b, second, 1, "a.example", false); /* below the mark: it was counted when it came first */
	observe(&b, second, 2, "b.example", true);
	observe(&b, second, 2, "b.example", true); /* twice within the batch */
	observe(&b, third, 1, "a.example", false);
	add(&b, third, INGEST_ALERT, 5, 2); /* with nothing to observe */
	b.streams[0].mark = 0;
	b.streams[1].mark = 1;
	b.streams[2].mark = 0;
	judge(&b);
	for (int i = 0; i < 2; i++) { /* again, after a failure, it is the same */
		ck_assert_int_eq(ingest_batch_observe(&b, &why), 0);
		ck_assert_uint_eq(b.observation_count, 2);
	}
	o = observed(&b, 0, 17);
	ck_assert_uint_eq(observation_seen_count(o), 1);
	observation_seen_at(o, 0, &seen);
	ck_assert_int_eq(seen.contacts, 1);
	ck_assert(slice_is(seen.key, "example.b."));
	observation_contact_at(o, 0, &contact);
	ck_assert_int_eq(contact.last, 1790812920 * US_PER_SECOND); /* a wrong clock is wrong about the begin too */
	ck_assert_int_eq(contact.bytes[0], 102);
	observation_free(o);
	o = observed(&b, 1, 18);
	observation_seen_at(o, 0, &seen);
	ck_assert_int_eq(seen.contacts, 2);
	ck_assert_uint_eq(observation_contact_count(o), 1);
	observation_contact_at(o, 0, &contact);
	ck_assert_int_eq(contact.last, 1790812800 * US_PER_SECOND);
	observation_free(o);
	/* Half of it. */
	ingest_batch_judge(&b, 0, 1);
	ck_assert_int_eq(ingest_batch_observe(&b, &why), 0);
	ck_assert_uint_eq(b.observation_count, 1);
	ck_assert_int_eq(b.observations[0].company_id, 18);
	ingest_batch_release(&b);
}
END_TEST

static int64_t id_of(const uint8_t *row)
{
	return (int64_t)load_be64(row + 6);
}

/* Rows as PostgreSQL would walk them: number of columns, then length and bytes of each. Calls check(id, company). */
static uint32_t walk(const struct ingest_batch *b, int64_t *ids, int64_t *companies, unsigned *pieces)
{
	struct ingest_cursor at = { 0 };
	uint32_t n = 0;

	*pieces = 0;
	for (;;) {
		struct slice piece;

		ingest_batch_rows(b, &at, &piece);
		if (piece.len == 0)
			return n;
		(*pieces)++;
		while (piece.len) {
			size_t size = 2;

			ck_assert_uint_eq(load_be16(piece.ptr), 33);
			ids[n] = id_of(piece.ptr);
			companies[n++] = (int64_t)load_be64(piece.ptr + 18);
			for (int column = 0; column < 33; column++) {
				uint32_t len = load_be32(piece.ptr + size);

				size += 4 + (len == UINT32_MAX ? 0 : len);
				ck_assert_uint_le(size, piece.len);
			}
			piece = slice_skip(piece, size);
		}
	}
}

START_TEST(ids_run_within_companies)
{
	struct ingest_batch b = { 0 };
	uint32_t s[3] = { ingest_batch_sensor(&b, 9, 7, NULL), ingest_batch_sensor(&b, 2, 5, NULL),
			  ingest_batch_sensor(&b, 9, 6, NULL) };
	struct ingest_ids blocks[] = { { 10004, 10009 }, { 20000, 30000 } };
	int64_t ids[32], companies[32];
	unsigned pieces;
	struct err why;

	for (int64_t i = 1; i <= 10; i++) {
		add(&b, s[0], INGEST_ALERT, 5, i);
		add(&b, s[1], INGEST_ALERT, 5, i);
		add(&b, s[2], INGEST_IGNORED, 0, 0);
	}
	b.streams[0].mark = 4;
	b.streams[1].mark = 2;
	judge(&b);
	ck_assert_uint_eq(b.stored, 14);
	ck_assert_int_eq(ingest_batch_deal(&b, blocks, 2, &why), 0);
	/* Company 2 comes first; its eight ids do not fit into what is left of the first block. */
	ck_assert_uint_eq(b.run_count, 3);
	ck_assert(b.runs[0].company_id == 2 && b.runs[0].id_from == 10004 && b.runs[0].id_to == 10008);
	ck_assert(b.runs[1].company_id == 2 && b.runs[1].id_from == 20000 && b.runs[1].id_to == 20002);
	ck_assert(b.runs[2].company_id == 9 && b.runs[2].id_from == 20003 && b.runs[2].id_to == 20008);
	ck_assert_int_eq(b.runs[2].ts_from, (1790812800 + 5) * US_PER_SECOND);
	ck_assert_int_eq(b.runs[2].ts_to, (1790812800 + 10) * US_PER_SECOND);
	ck_assert_int_eq(blocks[1].next, 20009);
	ck_assert_uint_eq(walk(&b, ids, companies, &pieces), 14);
	for (uint32_t i = 0; i < 14; i++) {
		ck_assert_int_eq(ids[i], i < 5 ? 10004 + i : 20000 + i - 5);
		ck_assert_int_eq(companies[i], i < 8 ? 2 : 9);
	}
	ck_assert_int_eq(ingest_batch_deal(&b, blocks, 1, &why), -1);
	ingest_batch_release(&b);
}
END_TEST

/* The rows of one sensor that follow each other go to the database in one piece. */
START_TEST(pieces_are_long)
{
	struct ingest_batch b = { 0 };
	uint32_t s = ingest_batch_sensor(&b, 9, 7, NULL);
	struct ingest_ids block = { 1, 1000 };
	int64_t ids[32], companies[32];
	unsigned pieces;
	struct err why;

	for (int64_t i = 1; i <= 20; i++)
		add(&b, s, INGEST_ALERT, 5, i);
	b.streams[0].mark = 0;
	judge(&b);
	ck_assert_int_eq(ingest_batch_deal(&b, &block, 1, &why), 0);
	ck_assert_uint_eq(walk(&b, ids, companies, &pieces), 20);
	ck_assert_uint_eq(pieces, 1);
	/* One is made unparsed: it moves to the end of the memory, not of the order. */
	ck_assert(ingest_batch_degrade(&b, 9));
	ck_assert(!ingest_batch_degrade(&b, 9));
	judge(&b);
	ck_assert_int_eq(ingest_batch_deal(&b, &block, 1, &why), 0);
	ck_assert_uint_eq(walk(&b, ids, companies, &pieces), 20);
	ck_assert_uint_eq(pieces, 3);
	ck_assert_int_eq(b.sensors[s].ledger.unparsed, 1);
	for (uint32_t i = 0; i < 20; i++)
		ck_assert_int_eq(ids[i], 21 + i);
	ingest_batch_release(&b);
}
END_TEST

START_TEST(times_that_timestamptz_holds)
{
	ck_assert(alert_row_time_fits(0));
	ck_assert(!alert_row_time_fits(TIME_NONE));
	ck_assert(!alert_row_time_fits(INT64_MAX));
	/* 4713-01-01 BC, as PostgreSQL counts it, and a microsecond earlier. */
	ck_assert(alert_row_time_fits(-210866803200000000));
	ck_assert(!alert_row_time_fits(-210866803200000001));
}
END_TEST

static void make(void)
{
	struct err why;

	ck_assert_int_eq(raw_coder_new(&coder, &why), 0);
}

static void unmake(void)
{
	raw_coder_free(coder);
}

int main(void)
{
	const TTest *const tests[] = { marks_tell_what_is_new,
				       half_a_batch,
				       lies_and_gone_sensors,
				       evidence_is_stored_and_counted_as_ignored,
				       only_new_records_are_observed,
				       ids_run_within_companies,
				       pieces_are_long,
				       times_that_timestamptz_holds };
	Suite *suite = suite_create("ingest batch");
	TCase *tc = tcase_create("all");
	SRunner *runner;
	int failed;

	tcase_add_checked_fixture(tc, make, unmake);
	for (size_t i = 0; i < ARRAY_LEN(tests); i++)
		tcase_add_test(tc, tests[i]);
	suite_add_tcase(suite, tc);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
