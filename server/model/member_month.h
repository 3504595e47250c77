/* A company's month, frozen: all that its monthly report says, and nothing else is read to draw it. Written when the
 * month is closed (server/store/month_close.h), kept as JSON (table snapshot), read by the drawing (server/report) and
 * by the api. Pure.
 *
 * Figures are those of server/store/metrics.h. Texts that people read stand in both languages (ja, en). Times are
 * instants; days are texts YYYY-MM-DD, months YYYY-MM, in the operator's zone. Everything lives in the pool that it was
 * made in. A list is never NULL with a count. */
#ifndef SERVER_MODEL_MEMBER_MONTH_H
#define SERVER_MODEL_MEMBER_MONTH_H

#include "lib/json_shape.h"

enum {
	MEMBER_MONTHS = 13,   /* months in trends: this one and the twelve before, */
	MEMBER_THIS = 12,     /* and where this one stands */
	MEMBER_ENGINES = 12,  /* as METRICS_ROWS: inbound total and its engines; then outbound */
	MEMBER_KINDS_MAX = 3, /* per direction, the most frequent first */
	MEMBER_DEVICES_MAX = 5,
	MEMBER_REQUESTS_MAX = 3,
	MEMBER_CASES_MAX = 20,
	MEMBER_ANNEX_MAX = 60,
};

/* One of the thirteen months, the oldest first; all are there, also those before the company came (monitored_days 0).
 */
struct month_count {
	const char *month;
	int64_t monitored_days;
	int64_t inbound, inbound_stopped, outbound, outbound_stopped; /* detections; stopped: blocked or removed */
	int64_t viruses, viruses_removed;                             /* of the antivirus engine, in all directions */
	int64_t incidents;
};
struct engine_count {
	const char *direction, *engine; /* inbound, outbound; total, ips, antivirus, web, dns, other */
	int64_t detections;
};
/* A kind of detection in plain words (server/model/plain_words.h). */
struct kind_count {
	const char *ja, *en;
	int64_t detections, stopped;
};
/* A computer inside that spoke to the outside. The gravest first, then the one with most detections that count. */
struct device_count {
	const char *address;
	const char *ja, *en; /* what it did, in plain words: its gravest kind, of these the most frequent */
	int64_t detections, stopped;
	time_us first_at, last_at;
	/* All 0 in a document from before there were any of these: */
	int64_t severity;             /* of the gravest of its detections, or of its gravest open case */
	int64_t kinds;                /* so many names in plain words do its detections have */
	int64_t minor, minor_stopped; /* of detections: everyday traffic (see outbound_minor) */
	int64_t cases, open_cases;    /* of the month; open: neither contained nor closed, nor judged benign or false */
	bool check;                   /* the member is asked to look after it: set with the requests */
};
struct virus_route {
	const char *route; /* mail, web, other: by the ports of the session */
	int64_t detections, removed;
};
/* An incident of severity 3 or graver that began in the month, or was open in it. */
struct case_row {
	int64_t incident_id, no;                                    /* no: as people name it, counted per company */
	const char *ja, *en;                                        /* what it is, in plain words */
	const char *direction, *state, *disposition, *close_reason; /* as in table incident; NULL: none */
	int64_t severity;
	bool carried; /* began in an earlier month */
	bool open;    /* at the end of the month, neither contained nor closed */
	time_us event_at, raised_at, acknowledged_at, told_at, confirmed_at, contained_at, resolved_at, closed_at;
	int64_t visits;     /* on-site dispatches */
	const char *device; /* address of the computer it is about; NULL: not known */
};
/* What the member is asked to do; those of people first, then those that rules propose (report_request.h). */
struct request_row {
	int64_t request_id; /* 0: proposed by a rule */
	const char *who_ja, *who_en, *what_ja, *what_en;
	int64_t minutes;     /* 0: not said */
	const char *due_on;  /* NULL: at once */
	bool carried;        /* was in an earlier report, or asked before the month */
	bool overdue;        /* at the end of the month */
	int64_t incident_id; /* the case it is about; 0: none */
};
/* Of the other companies, this one not counted among the reasons to hide it (cohort.h). */
struct peer_row {
	const char *dimension;                             /* industry, size, all */
	const char *value;                                 /* the industry, the class of size; all: "" */
	int64_t companies;                                 /* monitored in the month, this one included */
	bool hidden;                                       /* small cell: the rest is 0 */
	int64_t with_inbound, with_outbound, with_viruses; /* companies */
	int64_t median_inbound, median_outbound;           /* detections of a company, those without any included */
};
struct sensor_row {
	int64_t sensor_id;
	const char *name, *site, *agent_version;      /* NULL: not known */
	int64_t due_hours, seen_hours;                /* on monitored days while it was there */
	int64_t expected, received, dropped, missing; /* numbered records */
	int64_t silent_days;
	time_us last_seen_at; /* within the month, or at its end */
	bool heard_since;     /* within the last day before the document was made. Not part of it */
};
struct dispatch_row {
	int64_t order_id;
	const char *kind; /* onsite, remote */
	time_us requested_at, arrived_at, left_at;
	const char *vendor;
	bool entitled; /* a visit that the contract includes */
};
/* Detections that differ in nothing that is shown. The gravest, then the most frequent first. */
struct annex_row {
	time_us first_at, last_at;
	int64_t detections, severity;
	const char *direction, *engine, *action, *signature, *signature_id;
	const char *source, *destination; /* addresses; NULL: none */
	int64_t destination_port;         /* 0: none */
};
struct weather_reason {
	const char *ja, *en;
};

struct member_month {
	int64_t format; /* of this document: MEMBER_MONTH_FORMAT */
	int64_t company_id;
	const char *company, *member_no, *industry, *size_class, *area; /* NULL: not known */
	const char *operator_name, *timezone;
	const char *month, *first_day, *last_day; /* last_day: of the month, or today while it runs */
	bool preliminary;                         /* the month was not over when this was made */
	int64_t days;                             /* of the month */

	const char *grade;              /* server/model/weather.h: sunny, hazy, cloudy, rainy, fog */
	struct weather_reason *reasons; /* why, the gravest first; of sunny too */
	size_t reasons_count;

	struct month_count *months; /* MEMBER_MONTHS */
	size_t months_count;
	struct engine_count *engines; /* MEMBER_ENGINES */
	size_t engines_count;
	int64_t elsewhere; /* detections within the network and of unknown direction: in no row of the table */
	struct kind_count *inbound_kinds, *outbound_kinds;
	size_t inbound_kinds_count, outbound_kinds_count;
	struct device_count *devices;
	size_t devices_count;
	struct virus_route *virus_routes;
	size_t virus_routes_count;

	struct request_row *requests; /* at most MEMBER_REQUESTS_MAX */
	size_t requests_count;
	int64_t requests_more; /* open ones beyond these */
	struct peer_row *peers;
	size_t peers_count;
	struct case_row *cases; /* the gravest and latest first, at most MEMBER_CASES_MAX */
	size_t cases_count;
	int64_t cases_more;
	int64_t tickets, tickets_answered; /* opened in the month */
	struct dispatch_row *dispatches;
	size_t dispatches_count;
	int64_t insurance_cases;

	int64_t monitored_days, due_hours, seen_hours; /* seen_hours <= due_hours */
	int64_t silent_hours;                          /* hours in which no sensor of the company said anything */
	struct sensor_row *sensors;
	size_t sensors_count;

	struct annex_row *annex; /* at most MEMBER_ANNEX_MAX */
	size_t annex_count;
	int64_t annex_more_rows, annex_more_detections; /* beyond these */
	time_us made_at;                                /* as of when. Not part of what snapshot_diff() compares */

	int64_t outbound_devices; /* that spoke to the outside; 0: not counted, at least those above */
	/* Of this month's outbound detections: of low severity or information, and of policy level at most (score up to
	 * 20). No case comes of them: updates, a look at one's own address. */
	int64_t outbound_minor, outbound_minor_stopped;
};
enum { MEMBER_MONTH_FORMAT = 1, MEMBER_GRAVE = 3 /* severity up to which something matters */ };
extern const struct json_shape member_month_shape;
/* Of the parts that other documents have too. */
extern const struct json_shape device_count_shape, case_row_shape, request_row_shape, peer_row_shape,
    dispatch_row_shape, annex_row_shape;

/* Judged to be expected, or a false alarm. */
bool case_row_cleared(const struct case_row *row);
/* Still to be dealt with: open at the end of the month, and not cleared. */
bool case_row_pending(const struct case_row *row);
/* Whether somebody still has to look after a computer: it did something that matters, and its cases are not all
 * contained, closed or cleared. Of one whose severity is not known: always. */
bool device_count_pending(const struct device_count *device);

#endif
