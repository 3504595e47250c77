/* What the commands that change companies share. */
#ifndef SERVER_CTL_COMPANY_H
#define SERVER_CTL_COMPANY_H

#include "server/ctl/command.h"
#include "server/store/company_admin.h"

/* A change to a company that live screens must hear of. */
void company_note(struct change_note *note, const char *action, int64_t company_id);
/* Members of an open object; what is not known is null. */
void company_facts_write(const struct company_facts *facts, struct json_writer *w);

#endif
