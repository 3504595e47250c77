/* The chamber's own report, some four pages: its parts. Inside server/report only; document_parts.h has the way in. */
#ifndef SERVER_REPORT_CHAMBER_REPORT_H
#define SERVER_REPORT_CHAMBER_REPORT_H

#include "server/model/chamber_month.h"
#include "server/report/paper.h"

/* The detection table as the presentation of the pilot has it, with both rates; the trend; prevalence. */
void chamber_table(struct paper *p, const struct chamber_month *m);
void chamber_trend_charts(struct paper *p, const struct chamber_month *m);
void chamber_trend_table(struct paper *p, const struct chamber_month *m);
/* Incidents per company, and how they were judged; response times; promises. */
void chamber_incidents(struct paper *p, const struct chamber_month *m);
void chamber_response(struct paper *p, const struct chamber_month *m);
void chamber_promises(struct paper *p, const struct chamber_month *m);
/* The service: desk and visits, verdicts, prices, coverage, sensors, growth, peers. */
void chamber_desk(struct paper *p, const struct chamber_month *m);
void chamber_prices(struct paper *p, const struct chamber_month *m);
void chamber_coverage(struct paper *p, const struct chamber_month *m);
void chamber_growth(struct paper *p, const struct chamber_month *m);
void chamber_peers(struct paper *p, const struct chamber_month *m);
void chamber_noisy(struct paper *p, const struct chamber_month *m);

#endif
