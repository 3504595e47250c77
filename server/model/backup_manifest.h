/* What a backup consists of (docs/operations.md): JSON in manifest.json, written last, so that a backup without one is
 * not a backup.
 *
 *   {"format":1,"program":"1.0","created_at":"...Z","schema_version":5,
 *    "roles":[{"name":"hinomi_api","bypass_rls":false,"settings":["statement_timeout=30s"]}],
 *    "files":[{"path":"state/keyholder/ca.key","mode":384,"size":241,"sha256":"..."}]}
 *
 * Paths are relative, of letters, digits, '.', '_' and '-', without "." and ".." : they never lead out of the folder.
 * Database users are here because they belong to a cluster, not to the database that is dumped. */
#ifndef SERVER_MODEL_BACKUP_MANIFEST_H
#define SERVER_MODEL_BACKUP_MANIFEST_H

#include "lib/buffer.h"
#include "lib/clock.h"
#include "lib/err.h"

enum {
	MANIFEST_FILES_MAX = 4096,
	MANIFEST_ROLES_MAX = 32,
	MANIFEST_SETTINGS_MAX = 8,
	MANIFEST_PATH_SIZE = 256,
	MANIFEST_TEXT_SIZE = 128,
	MANIFEST_DEPTH_MAX = 8,
	MANIFEST_MOST = 4 * 1024 * 1024, /* bytes of JSON */
};

struct manifest_file {
	char path[MANIFEST_PATH_SIZE];
	int64_t size;
	int64_t mode; /* permission bits of the original */
	uint8_t sha256[32];
};

struct manifest_role {
	char name[64]; /* begins with hinomi_ */
	bool bypass_rls;
	size_t setting_count;
	char settings[MANIFEST_SETTINGS_MAX][MANIFEST_TEXT_SIZE]; /* "name=value" */
};

struct backup_manifest {
	char program[64]; /* version of hinomictl */
	char created_at[TIME_TEXT_SIZE];
	int64_t schema_version;
	struct manifest_role roles[MANIFEST_ROLES_MAX];
	size_t role_count;
	struct manifest_file *files; /* MANIFEST_FILES_MAX of them */
	size_t file_count;
};

int manifest_open(struct backup_manifest *m, struct err *why); /* empty */
void manifest_release(struct backup_manifest *m);
/* Whether the path is one that a manifest may name. */
bool manifest_path_is_good(struct slice path);
/* The next file, to be filled in; ERR_LIMIT when there are too many or the path is not good. */
int manifest_add(struct backup_manifest *m, const char *path, struct manifest_file **out, struct err *why);

void manifest_write(const struct backup_manifest *m, struct buffer *out);
/* Into an opened, empty manifest. ERR_CORRUPT when it is not one, ERR_CONFIG when it is of a later format. */
int manifest_parse(struct slice text, struct backup_manifest *out, struct err *why);

#endif
