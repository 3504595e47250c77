/* How a backup is laid out, for who makes and who restores it:
 *   manifest.json    server/model/backup_manifest.h
 *   database.dump    pg_dump --format=custom
 *   hinomi.yaml      the configuration, when there was one
 *   state/...        what is listed in backup_state, of state_dir */
#ifndef SERVER_CTL_BACKUP_H
#define SERVER_CTL_BACKUP_H

#include "server/ctl/command.h"
#include "server/model/backup_manifest.h"

#define BACKUP_DUMP     "database.dump"
#define BACKUP_MANIFEST "manifest.json"
#define BACKUP_STATE    "state/"

/* Files and folders of state_dir that are kept; ends with NULL. The rest (run/) belongs to a running server. */
extern const char *const backup_state[];

#endif
