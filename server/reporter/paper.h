/* A report from its snapshot, as the table says it is: which document, which texts, what stands beside. */
#ifndef SERVER_REPORTER_PAPER_H
#define SERVER_REPORTER_PAPER_H

#include "server/report/document.h"
#include "server/reporter/work.h"
#include "server/store/report_flow.h"

struct paper {
	enum document_format format;
	const char *language; /* NULL: the report's */
	int page;             /* PNG: 1.. */
	bool final;           /* as the member gets it: without the mark of a draft */
};
/* Draws it and keeps the file (report_file_put), inside the caller's transaction. */
int paper_report(struct work *w, struct db *db, const struct report_row *report, const struct paper *paper,
		 struct err *why);
/* The chamber's report of the newest closing of the month; language NULL: Japanese. */
int paper_chamber(struct work *w, struct db *db, const char *month, const struct paper *paper, struct err *why);

#endif
