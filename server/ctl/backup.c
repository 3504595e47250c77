/* hinomictl backup: the database as of one moment, what the server keeps outside it, and the configuration. */
#include "server/ctl/backup.h"

#include "lib/path.h"
#include "lib/tls.h"
#include "server/ctl/files.h"
#include "server/ctl/program.h"
#include "server/store/cluster.h"
#include "server/store/migration.h"

#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <jansson.h>
#include <limits.h>
#include <sys/stat.h>
#include <unistd.h>

const char *const backup_state[] = { "ca.pem", "keyholder", "collector", "api", NULL };

struct backup {
	const char *folder;
	struct backup_manifest manifest;
};

/* Copies a file into the backup, as `path` there. */
static int take_file(struct backup *b, const char *from, const char *path, struct err *why)
{
	char to[PATH_MAX];
	struct manifest_file *entry;
	struct file_sum sum;

	if (manifest_add(&b->manifest, path, &entry, why) != 0 || folders_make(b->folder, path, why) != 0)
		return -1;
	snprintf(to, sizeof(to), "%s/%s", b->folder, path);
	if (file_copy(from, to, 0600, &sum, why) != 0)
		return -1;
	memcpy(entry->sha256, sum.sha256, sizeof(entry->sha256));
	entry->size = sum.size;
	entry->mode = sum.mode;
	return 0;
}

static int take_folder(struct backup *b, const char *from, const char *path, int depth, struct err *why);

/* A file or a folder of the state; sockets and the like are not state. */
static int take_entry(struct backup *b, const char *from, const char *path, int depth, struct err *why)
{
	struct stat st;

	if (lstat(from, &st) != 0)
		return err_set_errno(why, ERR_IO, "cannot look at %s", from);
	if (S_ISDIR(st.st_mode))
		return take_folder(b, from, path, depth + 1, why);
	return S_ISREG(st.st_mode) ? take_file(b, from, path, why) : 0;
}

static int take_folder(struct backup *b, const char *from, const char *path, int depth, struct err *why)
{
	const struct dirent *entry;
	int failed = 0;
	DIR *d;

	if (depth > MANIFEST_DEPTH_MAX)
		return err_set(why, ERR_LIMIT, "%s lies too deep", from);
	d = opendir(from);
	if (!d)
		return err_set_errno(why, ERR_IO, "cannot read the folder %s", from);
	while (!failed && (entry = readdir(d)) != NULL) {
		char inner[PATH_MAX], inner_path[PATH_MAX];

		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
			continue;
		if (snprintf(inner, sizeof(inner), "%s/%s", from, entry->d_name) >= (int)sizeof(inner) ||
		    snprintf(inner_path, sizeof(inner_path), "%s/%s", path, entry->d_name) >= (int)sizeof(inner_path))
			failed = err_set(why, ERR_LIMIT, "a path in %s is too long", from);
		else
			failed = take_entry(b, inner, inner_path, depth, why);
	}
	closedir(d);
	return failed;
}

static int take_state(struct ctl *ctl, struct backup *b, struct err *why)
{
	for (size_t i = 0; backup_state[i]; i++) {
		char from[PATH_MAX], path[MANIFEST_PATH_SIZE];
		bool there;

		if (snprintf(from, sizeof(from), "%s/%s", ctl->settings.state_dir, backup_state[i]) >=
		    (int)sizeof(from))
			return err_set(why, ERR_LIMIT, "state_dir is too long");
		snprintf(path, sizeof(path), "state/%s", backup_state[i]);
		if (path_exists(from, &there, why) != 0)
			return -1;
		if (!there)
			fprintf(stderr, "hinomictl: %s is not there, and so not in this backup\n", from);
		else if (take_entry(b, from, path, 0, why) != 0)
			return -1;
	}
	return ctl->config_path ? take_file(b, ctl->config_path, "hinomi.yaml", why) : 0;
}

/* pg_dump takes one snapshot for all of it. */
static int dump(struct ctl *ctl, struct backup *b, struct err *why)
{
	char file[PATH_MAX + 16], conninfo[PATH_MAX];
	const char *const arguments[] = { "pg_dump", "--format=custom", "--no-password", "--no-sync", file, conninfo,
					  NULL };
	struct manifest_file *entry;
	struct file_sum sum;
	mode_t mask;
	int failed;

	if (snprintf(conninfo, sizeof(conninfo), "--dbname=%s", ctl->settings.database.conninfo) >=
		(int)sizeof(conninfo) ||
	    snprintf(file, sizeof(file), "--file=%s/" BACKUP_DUMP, b->folder) >= (int)sizeof(file))
		return err_set(why, ERR_LIMIT, "database.conninfo or the folder's name is too long");
	if (manifest_add(&b->manifest, BACKUP_DUMP, &entry, why) != 0)
		return -1;
	mask = umask(077);
	failed = program_run("pg_dump", arguments, why);
	umask(mask);
	if (failed || file_hash(file + strlen("--file="), &sum, why) != 0)
		return -1;
	memcpy(entry->sha256, sum.sha256, sizeof(entry->sha256));
	entry->size = sum.size;
	entry->mode = sum.mode;
	return 0;
}

static int take_user(struct manifest_role *role, const struct db_result *result, int row, struct err *why)
{
	json_t *settings = json_loads(db_text(result, row, 2), 0, NULL);

	if (snprintf(role->name, sizeof(role->name), "%s", db_text(result, row, 0)) >= (int)sizeof(role->name) ||
	    json_array_size(settings) > MANIFEST_SETTINGS_MAX) {
		json_decref(settings);
		return err_set(why, ERR_LIMIT, "the database user %s is too much for a manifest",
			       db_text(result, row, 0));
	}
	role->bypass_rls = db_bool(result, row, 1);
	role->setting_count = json_array_size(settings);
	for (size_t i = 0; i < role->setting_count; i++)
		snprintf(role->settings[i], MANIFEST_TEXT_SIZE, "%s", json_string_value(json_array_get(settings, i)));
	json_decref(settings);
	return 0;
}

static int take_users(struct ctl *ctl, struct backup *b, struct err *why)
{
	struct db_result *result;
	int failed = 0;

	if (cluster_users(ctl->db, &result, why) != 0)
		return -1;
	if (db_rows(result) > MANIFEST_ROLES_MAX)
		failed = err_set(why, ERR_LIMIT, "there are more than %d database users hinomi_*", MANIFEST_ROLES_MAX);
	for (int row = 0; !failed && row < db_rows(result); row++)
		failed = take_user(&b->manifest.roles[b->manifest.role_count++], result, row, why);
	db_result_free(result);
	return failed;
}

static int seal(struct backup *b, struct err *why)
{
	char path[PATH_MAX];
	struct buffer json = { 0 };
	int failed;

	snprintf(b->manifest.program, sizeof(b->manifest.program), "%s", HINOMI_VERSION);
	time_to_text(clock_now(), b->manifest.created_at);
	manifest_write(&b->manifest, &json);
	snprintf(path, sizeof(path), "%s/" BACKUP_MANIFEST, b->folder);
	failed = json.failed ? err_set(why, ERR_NOMEM, "no memory for the manifest")
			     : tls_file_save(path, 0600, buffer_slice(&json), why);
	buffer_release(&json);
	return failed;
}

static int backup_change(struct ctl *ctl, void *arg, struct change_note *note, struct err *why)
{
	const struct backup *b = arg;
	struct json_writer w;

	(void)ctl;
	(void)why;
	note->action = "backup";
	snprintf(note->subject, sizeof(note->subject), "%.255s", b->folder);
	change_detail(note, &w);
	json_put_integer(&w, "files", (int64_t)b->manifest.file_count);
	json_put_integer(&w, "schema_version", b->manifest.schema_version);
	json_close_object(&w);
	return 0;
}

static int make(struct ctl *ctl, struct backup *b, struct err *why)
{
	if (migration_version(ctl->db, &b->manifest.schema_version, why) != 0)
		return -1;
	if (b->manifest.schema_version == 0)
		return err_set(why, ERR_CONFIG, "this database is not Hinomi's; see database.conninfo");
	if (folder_make_empty(b->folder, why) != 0)
		return -1;
	/* The database first: a certificate that it knows of is in the keyholder's log, which comes after it. */
	if (dump(ctl, b, why) != 0 || take_users(ctl, b, why) != 0 || take_state(ctl, b, why) != 0 || seal(b, why) != 0)
		return err_prefix(why, "the backup in %s is not complete and has no manifest", b->folder);
	return change_all(ctl, backup_change, b, why);
}

static int backup(struct ctl *ctl, struct err *why)
{
	struct backup b = { .folder = options_text(&ctl->options, "DIR") };
	int failed = manifest_open(&b.manifest, why);

	if (!failed && strlen(b.folder) > PATH_MAX / 2)
		failed = err_set(why, ERR_LIMIT, "the folder's name is too long");
	if (!failed)
		failed = make(ctl, &b, why);
	if (!failed)
		printf("%zu files in %s, schema version %" PRId64 "\n", b.manifest.file_count, b.folder,
		       b.manifest.schema_version);
	manifest_release(&b.manifest);
	return failed;
}

static const struct option_spec backup_options[] = {
	{ "DIR", OPTION_PATH, true, NULL, "a folder that is empty or not there yet" }, OPTIONS_END
};

const struct command backup_commands[] = {
	{ "backup", "", "database, CA, certificates and configuration into a folder", backup_options, false, backup,
	  "The server may run meanwhile: the database is dumped as of one moment. Needs pg_dump in PATH, and to read\n"
	  "state_dir (as its owner or root). The folder holds the CA's key: keep it encrypted and apart.\n" },
	{ NULL, NULL, NULL, NULL, false, NULL, NULL },
};
