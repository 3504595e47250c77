/* A member's monthly report (domain: お助け隊, monthly report): two A4 pages that a president of twelve people can act
 * on, and an annex for whoever looks after the computers. Entry: member_report_draw() of document_parts.h. Inside: what
 * its three parts share.
 *
 * The two pages never become three. Each is laid out with full lists first; while it does not fit, it is taken back and
 * done again with shorter ones (struct report_limits), and what was left out stands in the annex. Then its blocks are
 * spread over the page. */
#ifndef SERVER_REPORT_MEMBER_REPORT_H
#define SERVER_REPORT_MEMBER_REPORT_H

#include "server/model/member_month.h"
#include "server/model/month_sentences.h"
#include "server/report/document_parts.h"
#include "server/report/wording.h"

enum { REPORT_BLOCKS_MAX = 8 };
struct report_limits {
	int sentence;          /* lines of any text that the chamber can edit, */
	int request, comment;  /* of a request, of the analyst's comment */
	size_t reasons, kinds; /* of the verdict; of detections, per direction */
	size_t devices, cases, sensors;
	bool peers_table;
	double mark, bars; /* size of the weather mark, height of bars */
};
struct member_report {
	struct sheet *sheet;
	const struct document_order *order;
	struct member_month m;
	struct month_sentences s; /* what it says */
	struct wording w;
	struct pool *pool;
	struct report_limits limits;
	/* Where the blocks of the page begin, but for the first, and what stands at its foot: to spread them. */
	struct sheet_mark blocks[REPORT_BLOCKS_MAX], foot;
	size_t block_count;
	/* Left out on the two pages, for the annex: */
	bool comment_cut, requests_cut, cases_cut;
};

void member_report_front(struct member_report *r);
void member_report_back(struct member_report *r);
void member_report_annex(struct member_report *r);

/* The text of this key with names and values in turn, closed by NULL. Never NULL. */
const char *filled(struct member_report *r, const char *key, ...) __attribute__((sentinel));
const char *number(struct member_report *r, int64_t value);
/* ja or en, never NULL. */
const char *either(const struct member_report *r, const char *ja, const char *en);
/* A text between the sheet's edges, of as many lines as the limits allow. */
void sentence(struct member_report *r, enum sheet_style style, const char *text);
/* Of a list, with a mark before it. */
void item(struct member_report *r, const char *text, int lines);
/* Begins a block. */
void heading(struct member_report *r, const char *key);
/* A block of two columns: the right one with bars of 13 months. */
enum bars_of { BARS_INBOUND, BARS_OUTBOUND, BARS_VIRUSES };
struct beside {
	double top, left_bottom;
};
void beside_begin(struct member_report *r, struct beside *b);
void beside_end(struct member_report *r, const struct beside *b, enum bars_of what);
/* Against the month before. */
void change_line(struct member_report *r, enum bars_of what);
void kind_lines(struct member_report *r, const struct kind_count *kinds, size_t count);
/* Of a month that is over, a sensor that was heard after it: NULL; else when it was heard last. TIME_NONE: NULL. */
const char *last_heard(struct member_report *r, const struct sensor_row *sensor);
/* "（末尾が .23 の機器）"; "": not known. */
const char *case_device(struct member_report *r, const struct case_row *c);
/* Its moments: "10月14日 09:12 検知 → 09:20 ご連絡". */
const char *case_moments(struct member_report *r, const struct case_row *c);
const char *case_state(struct member_report *r, const struct case_row *c);

#endif
