/* A kept document as CSV, complete: one value a line, so that a program finds it by its names whatever else the
 * document holds. Pure.
 *
 *   section,row,item,value
 *   document,,month,2026-10
 *   months,13,inbound,52           the rows of a list are counted from 1
 *   annex,1,signature,ET SCAN ...
 *
 * Names are those of the JSON. Instants are in UTC (RFC 3339), flags yes and no, what is not there is empty. How it is
 * written: server/model/csv_write.h. */
#ifndef SERVER_REPORT_FIGURES_CSV_H
#define SERVER_REPORT_FIGURES_CSV_H

#include "lib/json_shape.h"
#include "server/model/chamber_month.h"

void figures_csv(const struct json_shape *shape, const void *value, struct buffer *out);
/* With sections of its own for what follows from the figures: both rates of the detection table, unrounded and as they
 * are shown, prevalence, coverage. */
void chamber_figures_csv(const struct chamber_month *m, struct buffer *out);

#endif
