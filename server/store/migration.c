#include "server/store/migration.h"

#include "lib/buffer.h"

#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <openssl/sha.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LOCK_MIGRATION "1835625331"
enum { FILE_MOST = 4 * 1024 * 1024, PATH_SIZE = 4096, DIGITS = 4 };

struct migration {
	int64_t version;
	char name[MIGRATION_NAME_SIZE]; /* of the file */
	struct buffer text;
	uint8_t hash[SHA256_DIGEST_LENGTH];
};

struct migrations {
	struct migration *list; /* list[i] has version i + 1 */
	size_t count;
};

static void migrations_release(struct migrations *m)
{
	for (size_t i = 0; i < m->count; i++)
		buffer_release(&m->list[i].text);
	free(m->list);
	*m = (struct migrations){ 0 };
}

/* NNNN_name.sql: its number, else 0. */
static int64_t file_version(const char *name)
{
	size_t len = strlen(name);
	int64_t version;

	if (len < DIGITS + 6 || len >= MIGRATION_NAME_SIZE || name[DIGITS] != '_' ||
	    strcmp(name + len - 4, ".sql") != 0 || !slice_to_int64(slice_of(name, DIGITS), &version))
		return 0;
	return version;
}

static int read_file(const char *directory, struct migration *m, struct err *why)
{
	char path[PATH_SIZE];
	FILE *f;
	size_t n = 1;

	buffer_init(&m->text, FILE_MOST);
	if (snprintf(path, sizeof(path), "%s/%s", directory, m->name) >= (int)sizeof(path))
		return err_set(why, ERR_LIMIT, "the path of %s is too long", m->name);
	f = fopen(path, "re");
	if (!f)
		return err_set_errno(why, ERR_IO, "cannot read %s", path);
	while (n > 0 && !m->text.failed) {
		uint8_t *room = buffer_reserve(&m->text, 65536);

		n = room ? fread(room, 1, 65536, f) : 0;
		m->text.len += n;
	}
	n = (size_t)ferror(f);
	fclose(f);
	if (n || m->text.failed)
		return err_set(why, ERR_IO, "cannot read %s, or it is larger than 4 MiB", path);
	SHA256(m->text.data ? m->text.data : (const uint8_t *)"", m->text.len, m->hash);
	return 0;
}

/* Every number once, from 1 on: list[version - 1]. */
static int take_name(struct migrations *m, const char *name, struct err *why)
{
	int64_t version = file_version(name);

	if (version < 1)
		return 0;
	if (version > MIGRATIONS_MAX)
		return err_set(why, ERR_LIMIT, "%s: numbers end at %d", name, MIGRATIONS_MAX);
	if (m->list[version - 1].version)
		return err_set(why, ERR_CONFIG, "%s and %s have the same number", m->list[version - 1].name, name);
	m->list[version - 1].version = version;
	snprintf(m->list[version - 1].name, MIGRATION_NAME_SIZE, "%.*s", MIGRATION_NAME_SIZE - 1, name);
	if ((size_t)version > m->count)
		m->count = (size_t)version;
	return 0;
}

static int list_names(struct migrations *m, const char *directory, struct err *why)
{
	const struct dirent *entry;
	int failed = 0;
	DIR *d = opendir(directory);

	if (!d)
		return err_set_errno(why, ERR_IO, "cannot read the schema's folder %s", directory);
	while (!failed && (entry = readdir(d)) != NULL)
		failed = take_name(m, entry->d_name, why);
	closedir(d);
	if (!failed && m->count == 0)
		failed = err_set(why, ERR_CONFIG, "there are no migrations (NNNN_name.sql) in %s", directory);
	return failed;
}

static int load(struct migrations *m, const char *directory, struct err *why)
{
	*m = (struct migrations){ .list = calloc(MIGRATIONS_MAX, sizeof(*m->list)) };
	if (!m->list)
		return err_set(why, ERR_NOMEM, "no memory for the migrations");
	if (list_names(m, directory, why) != 0)
		return -1;
	for (size_t i = 0; i < m->count; i++) {
		if (!m->list[i].version)
			return err_set(why, ERR_CONFIG, "migration %04zu is missing in %s", i + 1, directory);
		if (read_file(directory, &m->list[i], why) != 0)
			return -1;
	}
	return 0;
}

/* Holds what was applied against the files; *applied is how many. */
static int compare(const struct migrations *m, const struct db_result *rows, size_t *applied, struct err *why)
{
	*applied = (size_t)db_rows(rows);
	for (int row = 0; row < db_rows(rows); row++) {
		int64_t version = db_integer(rows, row, 0);

		if (version != row + 1)
			return err_set(why, ERR_CORRUPT,
				       "the database says that migration %04d was never applied, but "
				       "later ones were",
				       row + 1);
		if ((size_t)version > m->count)
			return err_set(why, ERR_CONFIG,
				       "the database is newer than this program: it has migration %04" PRId64
				       " (%s), which is not here; install the newer version",
				       version, db_text(rows, row, 1));
		if (!slice_equal(db_slice(rows, row, 2), slice_of(m->list[row].hash, SHA256_DIGEST_LENGTH)))
			return err_set(why, ERR_CONFIG,
				       "%s is not the file that was applied to this database; restore it, and put "
				       "changes into a migration of their own",
				       m->list[row].name);
	}
	return 0;
}

static int apply(struct db *db, struct migration *m, struct err *why)
{
	struct db_args args = { 0 };

	db_arg_integer(&args, m->version);
	db_arg_text(&args, m->name);
	db_arg_bytes(&args, slice_of(m->hash, sizeof(m->hash)));
	if (db_begin(db, why) != 0)
		return -1;
	if (db_script(db, buffer_string(&m->text), why) != 0 ||
	    db_run(db, "INSERT INTO schema_migration (version, name, sha256) VALUES ($1::bigint, $2::text, $3::bytea)",
		   &args, NULL, why) != 0 ||
	    db_commit(db, why) != 0) {
		db_rollback(db);
		return err_prefix(why, "%s", m->name);
	}
	return 0;
}

static int apply_missing(struct db *db, const struct migrations *m, migration_report report, void *arg, struct err *why)
{
	struct db_result *rows;
	size_t applied;
	int failed;

	if (db_script(
		db,
		"CREATE TABLE IF NOT EXISTS schema_migration (version bigint PRIMARY KEY, name text NOT NULL, "
		"sha256 bytea NOT NULL CHECK (length(sha256) = 32), applied_at timestamptz NOT NULL DEFAULT now())",
		why) != 0)
		return -1;
	if (db_run(db, "SELECT version, name, sha256 FROM schema_migration ORDER BY version", NULL, &rows, why) != 0)
		return -1;
	failed = compare(m, rows, &applied, why);
	db_result_free(rows);
	for (size_t i = applied; !failed && i < m->count; i++) {
		failed = apply(db, &m->list[i], why);
		if (!failed && report)
			report(arg, m->list[i].name);
	}
	return failed;
}

int migration_run(struct db *db, const char *directory, migration_report report, void *arg, int64_t *version,
		  struct err *why)
{
	struct migrations m;
	int failed = load(&m, directory, why);

	if (!failed)
		failed = db_run(db, "SELECT pg_advisory_lock(" LOCK_MIGRATION ")", NULL, NULL, why);
	if (!failed) {
		failed = apply_missing(db, &m, report, arg, why);
		/* When this fails the connection is lost, and the lock with it. */
		db_run(db, "SELECT pg_advisory_unlock(" LOCK_MIGRATION ")", NULL, NULL, NULL);
	}
	*version = (int64_t)m.count;
	migrations_release(&m);
	return failed;
}

int migration_version(struct db *db, int64_t *version, struct err *why)
{
	struct db_result *result;
	bool there;

	*version = 0;
	if (db_run(db, "SELECT to_regclass('public.schema_migration') IS NOT NULL", NULL, &result, why) != 0)
		return -1;
	there = db_bool(result, 0, 0);
	db_result_free(result);
	if (!there)
		return 0;
	if (db_run(db, "SELECT coalesce(max(version), 0) FROM schema_migration", NULL, &result, why) != 0)
		return -1;
	*version = db_integer(result, 0, 0);
	db_result_free(result);
	return 0;
}

int operator_ensure(struct db *db, const char *name, const char *timezone, struct err *why)
{
	struct db_args args = { 0 };

	db_arg_text(&args, name);
	db_arg_text(&args, timezone);
	if (db_begin(db, why) != 0)
		return -1;
	if (db_run(db, "SELECT pg_advisory_xact_lock(" LOCK_MIGRATION ")", NULL, NULL, why) != 0 ||
	    db_run(db,
		   "INSERT INTO operator (name, timezone) SELECT $1::text, $2::text "
		   "WHERE NOT EXISTS (SELECT FROM operator)",
		   &args, NULL, why) != 0 ||
	    db_commit(db, why) != 0) {
		db_rollback(db);
		return -1;
	}
	return 0;
}

int operator_rename(struct db *db, const char *name, struct err *why)
{
	struct db_args args = { 0 };

	db_arg_text(&args, name);
	return db_run(db, "UPDATE operator SET name = $1::text", &args, NULL, why);
}
