/* What stands on a document beside its snapshot, as the database and the settings say: as the reporter draws it. */
#ifndef SERVER_CTL_REPORT_FRAME_H
#define SERVER_CTL_REPORT_FRAME_H

#include "server/ctl/command.h"
#include "server/report/document.h"
#include "server/store/month_close.h"
#include "server/store/report_flow.h"

struct report_frame {
	struct document_frame frame; /* what all have in common */
	char public_url[SETTINGS_URL_SIZE];
};
void report_frame_open(struct report_frame *out, const struct settings *settings);

/* Of a closing; texts are copied into the pool. */
void report_frame_chamber(const struct frozen_row *frozen, struct pool *pool, struct document_frame *out);
/* Of a report: kind and body too. `out` has what all have in common. */
int report_frame_member(struct ctl *ctl, const struct report_row *report, struct pool *pool, struct document_order *out,
			struct err *why);

#endif
