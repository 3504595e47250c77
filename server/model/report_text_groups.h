/* The tables of report_text.h: one file for each kind of document. */
#ifndef SERVER_MODEL_REPORT_TEXT_GROUPS_H
#define SERVER_MODEL_REPORT_TEXT_GROUPS_H

#include "server/model/report_text.h"

extern const struct report_text_group report_text_month, report_text_annex, report_text_case, report_text_certificate,
    report_text_chamber;

#endif
