/* What the files report_facts_*.c share: the month as a stretch of time, texts that are kept, rows of many companies
 * taken one company after the other, and the parts that several documents have. Across companies. */
#ifndef SERVER_STORE_REPORT_FACTS_PARTS_H
#define SERVER_STORE_REPORT_FACTS_PARTS_H

#include "server/store/metrics_period.h"
#include "server/store/report_facts.h"

/* ---------------------------------------------------------------------------------------------- time, texts, rows */

/* The month, or twelve up to it. A month that still runs ends now, its last day is today. */
struct facts_time {
	char first_day[METRICS_DAY_SIZE], last_day[METRICS_DAY_SIZE];
	time_us from, to; /* from <= t < to; to: the end of the month, or now */
	time_us now;
	bool preliminary;
	int64_t days; /* of the month: of all of it */
	char operator_name[401];
};
/* `months` (1, 12) up to the frame's. ERR_USAGE: it has not begun. */
int facts_time_read(struct db *db, const struct report_facts_frame *frame, int months, struct facts_time *out,
		    struct err *why);
struct metrics_period facts_period(const struct report_facts_frame *frame, const struct facts_time *time);

/* A copy in the pool; NULL of NULL. Once there was no memory, *failed says so for good. */
const char *facts_text(struct pool *pool, const char *text, bool *failed);
void *facts_list(struct pool *pool, size_t count, size_t size, bool *failed); /* never NULL with a count */
int facts_no_memory(struct err *why);

/* Rows in order of company_id, which is column 0. */
struct facts_rows {
	struct db_result *result;
	int next;
};
/* The rows of the company: from <= row < *to. Companies must be asked for in ascending order; rows of others are passed
 * over. */
int facts_rows_of(struct facts_rows *rows, int64_t company_id, int *to);
void facts_rows_free(struct facts_rows *rows);

/* ---------------------------------------------------------------------------------------------- parts */

/* Incidents up to `severity` (3) that began in the time or were open in it, or the one of this id. By company_id; of
 * one company the gravest first, of these the open ones, of these those that were not judged benign or false, of these
 * the latest. company_id 0: all. */
int facts_cases_query(struct db *db, const struct facts_time *time, int64_t company_id, int64_t incident_id,
		      struct db_result **out, struct err *why);
/* Texts go to the pool. */
void facts_case_read(const struct db_result *result, int row, const struct plain_words *words, struct pool *pool,
		     struct case_row *out, bool *failed);
/* Which computers inside the cases of all companies are about, those of facts_cases_query(): company_id, incident_id,
 * address, by company_id. */
int facts_case_devices_query(struct db *db, const struct facts_time *time, int64_t company_id, struct db_result **out,
			     struct err *why);
/* The word of a case: what it is called and what to do about it. */
const struct plain_word *facts_case_word(const struct db_result *result, int row, const struct plain_words *words);

/* On-site and remote orders asked for or arrived at in the time, by company_id; or those of the incident. */
int facts_dispatches_query(struct db *db, const struct facts_time *time, int64_t company_id, int64_t incident_id,
			   struct db_result **out, struct err *why);
void facts_dispatch_read(const struct db_result *result, int row, struct pool *pool, struct dispatch_row *out,
			 bool *failed);

/* Open requests of people, by company_id, then due day; or those of the incident. */
int facts_requests_query(struct db *db, const struct report_facts_frame *frame, const struct facts_time *time,
			 int64_t company_id, int64_t incident_id, struct db_result **out, struct err *why);
void facts_request_read(const struct db_result *result, int row, struct pool *pool, struct request_row *out,
			bool *failed);

/* Detections: kinds, devices, routes of viruses, annex, by company_id, in blocks: the month of all companies is too
 * much to hold, and too much to read company by company. A cursor of the caller's transaction; one at a time. */
struct facts_stream {
	struct db *db;
	struct facts_rows rows; /* the block at hand, of which */
	int count;              /* so many rows are of companies that are in it as a whole */
	bool open, ended;
};
/* company_id 0: all. Close it also when this failed. */
int facts_stream_open(struct facts_stream *stream, struct db *db, const struct facts_time *time, int64_t company_id,
		      struct err *why);
/* The rows of the company in stream->rows.result: *from <= row < *to. Companies in ascending order, as above. */
int facts_stream_rows(struct facts_stream *stream, int64_t company_id, int *from, int *to, struct err *why);
void facts_stream_close(struct facts_stream *stream);
/* The same of one incident's detections. */
int facts_detections_of_incident(struct db *db, int64_t company_id, int64_t incident_id, struct db_result **out,
				 struct err *why);
struct facts_detections {
	struct kind_count *kinds[2]; /* inbound, outbound */
	size_t kind_counts[2];
	struct device_count *devices;
	size_t device_count;
	int64_t devices_there; /* also those that have no row */
	struct virus_route *routes;
	size_t route_count;
	struct annex_row *annex;
	size_t annex_count;
	int64_t annex_more_rows, annex_more_detections;
	int64_t detections, stopped;  /* all there are */
	int64_t minor, minor_stopped; /* of those outbound: see member_month.outbound_minor */
};
/* Rows from <= row < to, of one company. */
int facts_detections_read(const struct db_result *result, int from, int to, const struct plain_words *words,
			  struct pool *pool, struct facts_detections *out, struct err *why);

#endif
