/* Documents that are kept. A month is written by hand here, member by member in the order of its header, and must come
 * back byte for byte; every byte of a struct must belong to a member or be padding, so that none is forgotten in a
 * table. jansson is the second opinion on what was written. */
#include "lib/json_shape.h"
#include "lib/yaml_tree.h"
#include "server/model/case_report.h"
#include "server/model/chamber_month.h"
#include "server/model/monitoring_certificate.h"
#include "tests/unit/suite.h"

#include <jansson.h>
#include <stdio.h>

static const char month_text[] =
    "{\"format\":1,\"company_id\":9007199254740993,\"company\":\"髙﨑𠮷製作所 \\\"本社\\\"\",\"member_no\":null,"
    "\"industry\":\"製造業\",\"size_class\":\"6-20\",\"area\":\"\",\"operator_name\":\"見本商工会議所\","
    "\"timezone\":\"Asia/Tokyo\",\"month\":\"2026-06\",\"first_day\":\"2026-06-01\",\"last_day\":\"2026-06-30\","
    "\"preliminary\":false,\"days\":30,\"grade\":\"cloudy\",\"reasons\":[{\"ja\":\"一\",\"en\":\"one\"},"
    "{\"ja\":\"二\",\"en\":null}],\"months\":[{\"month\":\"2026-06\",\"monitored_days\":30,\"inbound\":52,"
    "\"inbound_stopped\":51,\"outbound\":3,\"outbound_stopped\":2,\"viruses\":4,\"viruses_removed\":1,"
    "\"incidents\":7}],\"engines\":[{\"direction\":\"inbound\",\"engine\":\"total\",\"detections\":52}],"
    "\"elsewhere\":8,\"inbound_kinds\":[{\"ja\":\"弱点探し\",\"en\":\"probing\",\"detections\":40,\"stopped\":39}],"
    "\"outbound_kinds\":[],\"devices\":[{\"address\":\"192.168.1.23\",\"ja\":\"不審な通信\",\"en\":\"odd\","
    "\"detections\":3,\"stopped\":2,\"first_at\":\"2026-06-03T00:10:00.000001Z\","
    "\"last_at\":\"2026-06-04T23:59:59.999999Z\",\"severity\":2,\"kinds\":3,\"minor\":4,\"minor_stopped\":5,"
    "\"cases\":6,\"open_cases\":7,\"check\":true}],\"virus_routes\":[{\"route\":\"mail\",\"detections\":4,"
    "\"removed\":1}],\"requests\":[{\"request_id\":5,\"who_ja\":\"経理\",\"who_en\":\"Accounting\",\"what_ja\":"
    "\"検査\","
    "\"what_en\":\"Scan\",\"minutes\":60,\"due_on\":\"2026-07-12\",\"carried\":true,\"overdue\":false,"
    "\"incident_id\":77}],"
    "\"requests_more\":2,\"peers\":[{\"dimension\":\"industry\",\"value\":\"製造業\",\"companies\":24,\"hidden\":false,"
    "\"with_inbound\":20,\"with_outbound\":6,\"with_viruses\":5,\"median_inbound\":31,\"median_outbound\":0}],"
    "\"cases\":[{\"incident_id\":77,\"no\":12,\"ja\":\"不審な通信\",\"en\":\"odd\",\"direction\":\"outbound\","
    "\"state\":\"contained\",\"disposition\":null,\"close_reason\":null,\"severity\":2,\"carried\":false,\"open\":true,"
    "\"event_at\":\"2026-06-03T00:10:00.000000Z\",\"raised_at\":\"2026-06-03T00:10:20.000000Z\","
    "\"acknowledged_at\":\"2026-06-03T00:15:00.000000Z\",\"told_at\":null,\"confirmed_at\":null,"
    "\"contained_at\":null,\"resolved_at\":null,\"closed_at\":null,\"visits\":1,\"device\":\"192.168.1.23\"}],\"cases_"
    "more\":0,\"tickets\":3,"
    "\"tickets_answered\":2,\"dispatches\":[{\"order_id\":9,\"kind\":\"onsite\",\"requested_at\":"
    "\"2026-06-03T02:00:00.000000Z\",\"arrived_at\":null,\"left_at\":null,\"vendor\":\"地元IT\",\"entitled\":true}],"
    "\"insurance_cases\":1,\"monitored_days\":30,\"due_hours\":720,\"seen_hours\":718,\"silent_hours\":2,"
    "\"sensors\":[{\"sensor_id\":4,\"name\":\"utm-1\",\"site\":\"本社\",\"agent_version\":null,\"due_hours\":720,"
    "\"seen_hours\":718,\"expected\":1000,\"received\":990,\"dropped\":4,\"missing\":6,\"silent_days\":0,"
    "\"last_seen_at\":\"1969-12-31T23:59:59.000000Z\"}],\"annex\":[{\"first_at\":\"2026-06-03T00:10:00.000000Z\","
    "\"last_at\":\"2026-06-03T00:10:00.000000Z\",\"detections\":2,\"severity\":2,\"direction\":\"outbound\","
    "\"engine\":\"ips\",\"action\":\"blocked\",\"signature\":\"ET MALWARE \\u0001\\\\ x\",\"signature_id\":\"2027865\","
    "\"source\":\"192.168.1.23\",\"destination\":\"203.0.113.66\",\"destination_port\":443}],\"annex_more_rows\":0,"
    "\"annex_more_detections\":-9223372036854775808,\"made_at\":null,\"outbound_devices\":9,\"outbound_minor\":10,"
    "\"outbound_minor_stopped\":11}";

static int64_t number_at(const json_t *document, const char *first, const char *second)
{
	return json_integer_value(json_object_get(json_array_get(json_object_get(document, first), 0), second));
}

START_TEST(comes_back_byte_for_byte)
{
	struct pool pool = { 0 };
	struct member_month m;
	struct buffer out = { 0 };
	struct json_writer w;
	struct err why = { 0 };
	json_t *other;

	ck_assert_msg(json_shape_read(&member_month_shape, slice_of_string(month_text), &pool, &m, &why) == 0, "%s",
		      why.text);
	ck_assert_int_eq(m.company_id, INT64_C(9007199254740993));
	ck_assert_str_eq(m.company, "髙﨑𠮷製作所 \"本社\"");
	ck_assert_ptr_null(m.member_no);
	ck_assert_str_eq(m.area, "");
	ck_assert_uint_eq(m.reasons_count, 2);
	ck_assert_str_eq(m.reasons[1].ja, "二");
	ck_assert_uint_eq(m.outbound_kinds_count, 0);
	ck_assert_int_eq(m.months[0].outbound_stopped, 2);
	/* 2026-06-04 is day 20608 of the epoch: 56 years of 365 days, 14 leap days, 154 days of the year. */
	ck_assert_int_eq(m.devices[0].last_at, (INT64_C(56) * 365 + 14 + 154 + 1) * 86400 * 1000000 - 1);
	ck_assert(m.cases[0].told_at == TIME_NONE && m.made_at == TIME_NONE);
	ck_assert(m.cases[0].open && !m.cases[0].carried);
	ck_assert_int_eq(m.sensors[0].last_seen_at, -1000000);
	ck_assert_str_eq(m.annex[0].signature, "ET MALWARE \001\\ x");

	json_writer_init(&w, &out);
	json_shape_write(&member_month_shape, &m, &w, NULL);
	ck_assert_str_eq(buffer_string(&out), month_text);
	other = json_loads(buffer_string(&out), 0, NULL);
	ck_assert_ptr_nonnull(other);
	ck_assert_int_eq(number_at(other, "months", "viruses_removed"), 1);
	ck_assert_int_eq(number_at(other, "sensors", "missing"), 6);
	json_decref(other);
	buffer_release(&out);
	pool_release(&pool);
}
END_TEST

START_TEST(an_older_document_reads)
{
	static const char text[] =
	    " { \"company\" : \"甲\", \"later\": {\"x\": [1, {}]}, \"cases\": [ { \"no\": 3 } ],\n"
	    " \"company\": \"乙\" } ";
	struct pool pool = { 0 };
	struct member_month m;
	struct case_report c;

	ck_assert_int_eq(json_shape_read(&member_month_shape, slice_of_string(text), &pool, &m, NULL), 0);
	ck_assert_str_eq(m.company, "甲");
	ck_assert(m.made_at == TIME_NONE && !m.months && m.months_count == 0 && !m.preliminary && !m.grade);
	ck_assert_uint_eq(m.cases_count, 1);
	ck_assert_int_eq(m.cases[0].no, 3);
	ck_assert(m.cases[0].event_at == TIME_NONE && m.cases[0].closed_at == TIME_NONE && m.cases[0].severity == 0);

	/* A struct inside that is absent: its times too are none. */
	ck_assert_int_eq(json_shape_read(&case_report_shape, slice_of_string("{}"), &pool, &c, NULL), 0);
	ck_assert(c.incident.raised_at == TIME_NONE && c.made_at == TIME_NONE && c.incident.no == 0);
	pool_release(&pool);
}
END_TEST

static const struct {
	const char *text;
	enum err_code code;
	const char *says;
} bad[] = {
	{ "", ERR_CORRUPT, "not JSON" },
	{ "{} {}", ERR_CORRUPT, "not JSON" },
	{ "[]", ERR_CORRUPT, "not an object" },
	{ "null", ERR_CORRUPT, "not an object" },
	{ "{\"days\":\"30\"}", ERR_CORRUPT, "days" },
	{ "{\"days\":null}", ERR_CORRUPT, "days" },
	{ "{\"days\":1.5}", ERR_CORRUPT, "days" },
	{ "{\"days\":9223372036854775808}", ERR_CORRUPT, "days" },
	{ "{\"preliminary\":1}", ERR_CORRUPT, "preliminary" },
	{ "{\"company\":7}", ERR_CORRUPT, "company" },
	{ "{\"company\":\"a\\u0000b\"}", ERR_CORRUPT, "company" },
	{ "{\"made_at\":\"yesterday\"}", ERR_CORRUPT, "made_at" },
	{ "{\"made_at\":0}", ERR_CORRUPT, "made_at" },
	{ "{\"cases\":{}}", ERR_CORRUPT, "cases" },
	{ "{\"cases\":null}", ERR_CORRUPT, "cases" },
	{ "{\"cases\":[{},{\"open\":2}]}", ERR_CORRUPT, "cases 1: open" },
	{ "{\"cases\":[{},7]}", ERR_CORRUPT, "cases 1: not an object" },
};

START_TEST(says_what_is_wrong)
{
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		struct pool pool = { 0 };
		struct member_month m;
		struct err why = { 0 };

		ck_assert_int_eq(json_shape_read(&member_month_shape, slice_of_string(bad[i].text), &pool, &m, &why),
				 -1);
		ck_assert_int_eq(why.code, bad[i].code);
		ck_assert_msg(strstr(why.text, bad[i].says), "%s: %s", bad[i].text, why.text);
		pool_release(&pool);
	}
}
END_TEST

START_TEST(too_long_a_list)
{
	struct buffer text = { 0 };
	struct pool pool = { 0 };
	struct member_month m;
	struct err why = { 0 };

	buffer_put_string(&text, "{\"reasons\":[{}");
	for (int i = 1; i < JSON_SHAPE_LIST_MAX; i++)
		buffer_put_string(&text, ",{}");
	buffer_put_string(&text, "]}");
	ck_assert_int_eq(json_shape_read(&member_month_shape, buffer_slice(&text), &pool, &m, &why), 0);
	ck_assert_uint_eq(m.reasons_count, JSON_SHAPE_LIST_MAX);
	buffer_consume(&text, strlen("{\"reasons\":[{}"));
	pool_release(&pool);

	struct buffer longer = { 0 };
	buffer_put_string(&longer, "{\"reasons\":[{},{}");
	buffer_put_slice(&longer, buffer_slice(&text));
	ck_assert_int_eq(json_shape_read(&member_month_shape, buffer_slice(&longer), &pool, &m, &why), -1);
	ck_assert_int_eq(why.code, ERR_LIMIT);
	buffer_release(&text);
	buffer_release(&longer);
	pool_release(&pool);
}
END_TEST

/* ------------------------------------------------------------------------------------------------ nothing forgotten */

static size_t width(const struct json_field *field)
{
	switch (field->kind) {
	case JSON_FIELD_FLAG:
		return sizeof(bool);
	case JSON_FIELD_STRUCT:
		return field->of->size;
	default:
		return 8;
	}
}

/* What its header says is not part of the document. */
static bool is_left_out(const struct json_shape *shape, size_t word)
{
	return strcmp(shape->fields[0].name, "sensor_id") == 0 && word == offsetof(struct sensor_row, heard_since);
}

/* Marks what a table's members cover; twice is wrong too, and so is a name that stands twice. */
static void cover(const struct json_shape *shape)
{
	unsigned char *covered = shape->size ? calloc(1, shape->size) : NULL;

	ck_assert_ptr_nonnull(covered);
	for (size_t i = 0; i < shape->count; i++) {
		const struct json_field *field = &shape->fields[i];

		for (size_t k = 0; k < width(field); k++)
			ck_assert_msg(!covered[field->offset + k]++, "%s stands on another member", field->name);
		for (size_t k = 0; k < 8 && field->kind == JSON_FIELD_LIST; k++)
			ck_assert_msg(!covered[field->count_offset + k]++, "the count of %s", field->name);
		for (size_t k = 0; k < i; k++)
			ck_assert_str_ne(shape->fields[k].name, field->name);
		if (field->of)
			cover(field->of);
	}
	/* All members are 8 bytes wide but flags: what is padding stands behind a flag, within its 8 bytes. */
	for (size_t word = 0; word < shape->size; word += 8)
		ck_assert_msg(covered[word] || is_left_out(shape, word),
			      "byte %zu of %zu is in no member (behind %s...)", word, shape->size,
			      shape->fields[0].name);
	free(covered);
}

START_TEST(no_member_is_forgotten)
{
	cover(&member_month_shape);
	cover(&chamber_month_shape);
	cover(&case_report_shape);
	cover(&monitoring_certificate_shape);
}
END_TEST

/* ------------------------------------------------------------------------------------- docs/openapi.yaml says the same
 */

static struct yaml_tree *openapi(void)
{
	FILE *f = fopen("docs/openapi.yaml", "rb");
	struct buffer text = { 0 };
	struct yaml_tree *tree = NULL;
	struct err why;
	char part[65536];
	size_t n;

	ck_assert_ptr_nonnull(f);
	while ((n = fread(part, 1, sizeof(part), f)) > 0)
		buffer_put(&text, part, n);
	fclose(f);
	ck_assert_msg(yaml_tree_parse(&tree, buffer_slice(&text), "openapi.yaml", NULL, &why) == 0, "%s", why.text);
	buffer_release(&text);
	return tree;
}

/* The schema itself, or the one that it refers to. */
static const struct yaml_node *schema_of(const struct yaml_node *schemas, const struct yaml_node *n)
{
	const struct yaml_node *ref = yaml_node_member(n, "$ref");

	return ref ? yaml_node_member(schemas, strrchr((const char *)ref->text.ptr, '/') + 1) : n;
}

static bool type_is(const struct yaml_node *schema, const char *type)
{
	const struct yaml_node *said = yaml_node_member(schema, "type");

	return said && slice_is(yaml_node_is(said, YAML_TREE_SEQUENCE) ? said->first->text : said->text, type);
}

static void described(const struct yaml_node *schemas, const struct json_shape *shape, const struct yaml_node *schema)
{
	static const char *const types[] = {
		[JSON_FIELD_TEXT] = "string", [JSON_FIELD_INTEGER] = "integer", [JSON_FIELD_FLAG] = "boolean",
		[JSON_FIELD_TIME] = "string", [JSON_FIELD_STRUCT] = "object",   [JSON_FIELD_LIST] = "array",
	};
	const struct yaml_node *properties = yaml_node_member(schema_of(schemas, schema), "properties");

	ck_assert_ptr_nonnull(properties);
	ck_assert_uint_eq(properties->count, shape->count);
	for (size_t i = 0; i < shape->count; i++) {
		const struct json_field *field = &shape->fields[i];
		const struct yaml_node *member = schema_of(schemas, yaml_node_member(properties, field->name));

		ck_assert_msg(member && type_is(member, types[field->kind]), "%s is not described", field->name);
		ck_assert(!!yaml_node_member(member, "format") == (field->kind == JSON_FIELD_TIME));
		if (field->kind == JSON_FIELD_LIST)
			member = yaml_node_member(member, "items");
		if (field->of)
			described(schemas, field->of, member);
	}
}

START_TEST(the_api_describes_them)
{
	struct yaml_tree *tree = openapi();
	const struct yaml_node *schemas =
	    yaml_node_member(yaml_node_member(yaml_tree_first(tree), "components"), "schemas");

	described(schemas, &member_month_shape, yaml_node_member(schemas, "MemberMonth"));
	described(schemas, &chamber_month_shape, yaml_node_member(schemas, "ChamberMonth"));
	described(schemas, &case_report_shape, yaml_node_member(schemas, "CaseFacts"));
	described(schemas, &monitoring_certificate_shape, yaml_node_member(schemas, "CertificateFacts"));
	yaml_tree_free(tree);
}
END_TEST

/* Each text and number of a document is another one: a table that mixes two up is seen when jansson reads it. */
START_TEST(a_certificate_written_is_what_it_says)
{
	struct monitoring_certificate c = { .format = 1,
					    .company_id = 2,
					    .company = "甲",
					    .first_day = "d1",
					    .last_day = "d2",
					    .days = 365,
					    .monitored_days = 3,
					    .number = 4,
					    .code = "ABCDEFGHIJKLMNOP",
					    .told_median_s = 5,
					    .made_at = 1000000,
					    .acknowledged_median_s = 6 };
	struct buffer out = { 0 };
	struct json_writer w;
	json_t *other;

	json_writer_init(&w, &out);
	json_shape_write(&monitoring_certificate_shape, &c, &w, NULL);
	other = json_loads(buffer_string(&out), 0, NULL);
	ck_assert_int_eq(json_integer_value(json_object_get(other, "monitored_days")), 3);
	ck_assert_int_eq(json_integer_value(json_object_get(other, "number")), 4);
	ck_assert_int_eq(json_integer_value(json_object_get(other, "told_median_s")), 5);
	ck_assert_int_eq(json_integer_value(json_object_get(other, "acknowledged_median_s")), 6);
	ck_assert_str_eq(json_string_value(json_object_get(other, "code")), "ABCDEFGHIJKLMNOP");
	ck_assert_str_eq(json_string_value(json_object_get(other, "last_day")), "d2");
	ck_assert_str_eq(json_string_value(json_object_get(other, "made_at")), "1970-01-01T00:00:01.000000Z");
	ck_assert(json_is_null(json_object_get(other, "check_url")));
	json_decref(other);
	buffer_release(&out);
}
END_TEST

SUITE_MAIN("json_shape", comes_back_byte_for_byte, an_older_document_reads, says_what_is_wrong, too_long_a_list,
	   no_member_is_forgotten, the_api_describes_them, a_certificate_written_is_what_it_says)
