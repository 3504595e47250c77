/* The body of an order, read: ERR_CORRUPT when it is not the document that the order says. Inside server/report only.
 * What they read lives in the pool; texts that every document has (company, month, names of zones, ...) are not NULL.
 */
#ifndef SERVER_REPORT_DOCUMENT_BODY_H
#define SERVER_REPORT_DOCUMENT_BODY_H

#include "server/model/case_report.h"
#include "server/model/chamber_month.h"
#include "server/model/monitoring_certificate.h"
#include "server/report/document.h"

int body_member_month(const struct document_order *order, struct pool *pool, struct member_month *out, struct err *why);
int body_chamber_month(const struct document_order *order, struct pool *pool, struct chamber_month *out,
		       struct err *why);
int body_case(const struct document_order *order, struct pool *pool, struct case_report *out, struct err *why);
int body_certificate(const struct document_order *order, struct pool *pool, struct monitoring_certificate *out,
		     struct err *why);

#endif
