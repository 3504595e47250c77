#include "server/api/audit_trail.h"
#include "server/api/indicators.h"
#include "server/store/hunt.h"
#include "server/store/indicator_import.h"

#include <inttypes.h>
#include <stdio.h>

enum { NAME_MOST = 100, TEXT_MOST = 8 * 1024 * 1024, REJECTS_SHOWN = 100, CONFIDENCE = 50, SUBJECT_SIZE = 48 };

static const struct {
	const char *word;
	enum feed_format format;
} formats[] = {
	{ "auto", FEED_AUTO },  { "stix", FEED_STIX },   { "misp", FEED_MISP },
	{ "plain", FEED_LIST }, { "hosts", FEED_HOSTS },
};

struct upload {
	struct indicator_import_plan plan;
	enum feed_format format;
	const char *text;
	bool hunt;
};

/* All of these: 1 or 0, refused. */
static int read_format(struct call *call, enum feed_format *out)
{
	const char *text = body_text(&call->body, "format");

	if (body_kind(&call->body, "format") == BODY_ABSENT)
		return call_refuse_member(call, "format", FAULT_MISSING);
	for (size_t i = 0; text && i < ARRAY_LEN(formats); i++) {
		if (strcmp(text, formats[i].word) == 0) {
			*out = formats[i].format;
			return 1;
		}
	}
	return call_refuse_member(call, "format", FAULT_CHOICE);
}

static int read_confidence(struct call *call, int *out)
{
	int64_t value = body_integer(&call->body, "confidence");

	*out = CONFIDENCE;
	if (body_kind(&call->body, "confidence") == BODY_ABSENT)
		return 1;
	if (body_kind(&call->body, "confidence") != BODY_INTEGER || value < 0 || value > 100)
		return call_refuse_member(call, "confidence", FAULT_NUMBER);
	*out = (int)value;
	return 1;
}

static int read_tlp(struct call *call, enum tlp *out)
{
	const char *text = body_text(&call->body, "tlp");

	*out = TLP_AMBER;
	if (body_kind(&call->body, "tlp") == BODY_ABSENT)
		return 1;
	if (!text || !tlp_parse(slice_of_string(text), out) || *out == TLP_NONE)
		return call_refuse_member(call, "tlp", FAULT_CHOICE);
	return 1;
}

static int read_valid_until(struct call *call, time_us *out)
{
	enum body_kind kind = body_kind(&call->body, "valid_until");
	const char *text = body_text(&call->body, "valid_until");

	*out = TIME_NONE;
	if (kind == BODY_ABSENT || kind == BODY_NULL)
		return 1;
	if (!text || !time_parse(slice_of_string(text), 0, out))
		return call_refuse_member(call, "valid_until", FAULT_TIME);
	return *out > clock_now() ? 1 : call_refuse_member(call, "valid_until", FAULT_ORDER);
}

static int read_hunt(struct call *call, bool *out)
{
	uint32_t at = body_find(&call->body, "hunt");

	*out = at == JSON_NONE || json_read_is(&call->body.reader, at, JSON_KIND_TRUE);
	if (*out || json_read_is(&call->body.reader, at, JSON_KIND_FALSE))
		return 1;
	return call_refuse_member(call, "hunt", FAULT_TYPE);
}

static bool read_upload(struct call *call, struct upload *out)
{
	return call_text(call, "source", 1, NAME_MOST, true, &out->plan.source) && read_format(call, &out->format) &&
	       call_text(call, "text", 1, TEXT_MOST, true, &out->text) &&
	       read_confidence(call, &out->plan.confidence) && read_tlp(call, &out->plan.tlp) &&
	       read_valid_until(call, &out->plan.valid_until) && read_hunt(call, &out->hunt);
}

/* ------------------------------------------------------------------------------------------------------- doing it */

/* 1: done; 0: refused; -1. */
static int import(struct call *call, const struct upload *upload, struct indicator_import_result *out, struct err *why)
{
	struct indicator_import *import;
	struct feed_sink sink;
	int failed;

	if (indicator_import_begin(&import, call->db, &upload->plan, why) != 0)
		return -1;
	sink = indicator_import_sink(import);
	failed = feed_read(upload->format, slice_of_string(upload->text), &sink, why);
	if (!failed)
		failed = indicator_import_end(import, out, why);
	indicator_import_free(import);
	if (!failed)
		return 1;
	if (why->code == ERR_CONFIG)
		return call_refuse_reason(call, "text", FAULT_MALFORMED, why->text);
	return -1;
}

static int record(struct call *call, const struct upload *upload, const struct indicator_import_result *r,
		  struct err *why)
{
	struct buffer detail = { 0 };
	char subject[SUBJECT_SIZE];
	struct json_writer w;

	json_writer_init(&w, &detail);
	json_open_object(&w, NULL);
	json_put_string(&w, "source", upload->plan.source);
	json_put_integer(&w, "added", r->added);
	json_put_integer(&w, "changed", r->changed);
	json_put_integer(&w, "held_back", r->held_back);
	json_put_integer(&w, "revoked", r->revoked);
	json_put_integer(&w, "rejected", r->rejected);
	json_close_object(&w);
	snprintf(subject, sizeof(subject), "indicator source %" PRId64, r->source_id);
	return audit_trail_add(call, "indicator.import", 0, subject, &detail, why);
}

static int conclude(struct call *call, const struct upload *upload, const struct indicator_import_result *r,
		    struct err *why)
{
	int64_t hunt_id = 0, rejects = r->rejected < REJECTS_SHOWN ? r->rejected : REJECTS_SHOWN;
	struct json_writer w;

	if (upload->hunt && r->added + r->changed > 0 &&
	    hunt_create(call->db, call->person.email, r->source_id, r->change_from, r->change_to, &hunt_id, why) != 0)
		return -1;
	call_reply(call, 201, &w);
	json_open_object(&w, NULL);
	indicators_put_source(&w, r->source_id, upload->plan.source);
	json_put_integer(&w, "added", r->added);
	json_put_integer(&w, "changed", r->changed);
	json_put_integer(&w, "unchanged", r->unchanged);
	json_put_integer(&w, "held_back", r->held_back);
	json_put_integer(&w, "revoked", r->revoked);
	json_put_integer(&w, "rejected", r->rejected);
	if (indicators_put_rejects(call, "rejects", r->source_id, rejects, &w, why) != 0)
		return -1;
	json_put_known(&w, "hunt_id", hunt_id != 0, hunt_id);
	json_close_object(&w);
	return record(call, upload, r, why);
}

int indicators_import(struct call *call, struct err *why)
{
	struct indicator_import_result result = { 0 };
	struct upload upload = { 0 };
	int go;

	if (!read_upload(call, &upload))
		return 0;
	go = import(call, &upload, &result, why);
	return go == 1 ? conclude(call, &upload, &result, why) : go;
}
