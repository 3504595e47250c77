/* Documents from snapshots: one call for every kind and format. Pure but for the fonts: no database, no network, no
 * clock. Used by the reporter and by hinomictl. */
#ifndef SERVER_REPORT_DOCUMENT_H
#define SERVER_REPORT_DOCUMENT_H

#include "server/model/report_text.h"
#include "server/report/sheet.h"

enum document_kind {
	DOCUMENT_MONTHLY,     /* body: server/model/member_month.h */
	DOCUMENT_FIRST,       /* case_report.h: 速報, */
	DOCUMENT_INTERIM,     /* 続報, */
	DOCUMENT_FINAL,       /* 最終報告 */
	DOCUMENT_CERTIFICATE, /* monitoring_certificate.h */
	DOCUMENT_CHAMBER,     /* chamber_month.h */
};
enum document_format { DOCUMENT_PDF, DOCUMENT_XLSX, DOCUMENT_CSV, DOCUMENT_JSON, DOCUMENT_PNG };
bool document_kind_parse(struct slice name, enum document_kind *out);     /* monthly, first, ..., chamber */
bool document_format_parse(struct slice name, enum document_format *out); /* pdf, xlsx, csv, json, png */
const char *document_format_name(enum document_format format);

/* What stands on a report beside its snapshot. Texts NULL or "": none. */
struct document_frame {
	const char *number;          /* "R-1234"; of the chamber's report "2026-10" */
	int64_t issue;               /* 1; 2 and more is issued again, */
	const char *issue_reason;    /* why */
	const char *snapshot_sha256; /* hexadecimal */
	int64_t snapshot_version;
	bool draft;               /* marked across each page */
	const char *comment;      /* the analyst's */
	const char *approved_by;  /* name */
	const char *published_on; /* YYYY-MM-DD */
	const char *desk_phone, *desk_mail, *desk_hours, *sender;
	const char *public_url; /* of the portal */
};
struct document_order {
	enum document_kind kind;
	enum document_format format;
	bool japanese;
	int page;          /* PNG: 1.. */
	struct slice body; /* the snapshot's JSON */
	const struct report_texts *texts;
	struct document_frame frame;
};
/* Appends the file to `out`. *pages: of a PDF or PNG how many the document has; else 1. ERR_CORRUPT: the body is no
 * such document; ERR_NOT_FOUND: no such page; ERR_USAGE: no such format of this kind (a certificate is PDF, PNG or
 * JSON). */
int document_draw(struct press *press, const struct document_order *order, struct buffer *out, int *pages,
		  struct err *why);

/* The name to save it under: ASCII, "2026-10-<member no or id>.pdf". */
enum { DOCUMENT_NAME_SIZE = 128 };
int document_file_name(const struct document_order *order, char out[DOCUMENT_NAME_SIZE], struct err *why);

#endif
