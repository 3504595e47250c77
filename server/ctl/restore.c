/* hinomictl restore: a backup into an empty database and an empty state_dir. */
#include "server/ctl/backup.h"
#include "server/ctl/files.h"
#include "server/ctl/program.h"
#include "server/store/cluster.h"

#include "lib/path.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

struct restore {
	const char *folder;
	bool force;
	struct backup_manifest manifest;
	uid_t user; /* who shall own the state */
	gid_t group;
};

/* ---------------------------------------------------------------------------------------------- checks */

static int load_manifest(struct restore *r, struct err *why)
{
	char path[PATH_MAX];
	struct buffer text;
	int failed;

	snprintf(path, sizeof(path), "%s/" BACKUP_MANIFEST, r->folder);
	failed = file_read(path, MANIFEST_MOST, &text, why);
	if (!failed && manifest_parse(buffer_slice(&text), &r->manifest, why) != 0)
		failed = err_prefix(why, "%s", path);
	buffer_release(&text);
	return failed;
}

/* Every file is what it was; nothing has been changed yet when one is not. */
static int verify_files(const struct restore *r, struct err *why)
{
	bool dump = false;

	for (size_t i = 0; i < r->manifest.file_count; i++) {
		const struct manifest_file *file = &r->manifest.files[i];
		char path[PATH_MAX];
		struct file_sum sum;

		snprintf(path, sizeof(path), "%s/%s", r->folder, file->path);
		if (file_hash(path, &sum, why) != 0)
			return -1;
		if (sum.size != file->size || memcmp(sum.sha256, file->sha256, sizeof(sum.sha256)) != 0)
			return err_set(why, ERR_CORRUPT, "%s is not what was backed up; take another backup", path);
		dump = dump || strcmp(file->path, BACKUP_DUMP) == 0;
	}
	return dump ? 0 : err_set(why, ERR_CORRUPT, "the backup has no " BACKUP_DUMP);
}

static int check_database(struct ctl *ctl, const struct restore *r, struct err *why)
{
	bool empty;

	if (database_check_unused(ctl->db, why) != 0 || database_is_empty(ctl->db, &empty, why) != 0)
		return -1;
	if (empty || r->force)
		return 0;
	return err_set(why, ERR_CONFLICT,
		       "the database is not empty; make a new one (createdb), or give --force to drop what is in it");
}

static int state_path(const struct ctl *ctl, const char *name, char out[PATH_MAX], struct err *why)
{
	if (snprintf(out, PATH_MAX, "%s/%s", ctl->settings.state_dir, name) >= PATH_MAX)
		return err_set(why, ERR_LIMIT, "state_dir is too long");
	return 0;
}

/* The state belongs to whom the folder belongs to, or to run_as when we may give it away. */
static int choose_owner(struct ctl *ctl, struct restore *r, struct err *why)
{
	const char *folder = ctl->settings.state_dir, *name = ctl->settings.run_as;
	const struct passwd *user = *name ? getpwnam(name) : NULL;
	struct stat st;

	if (*name && !user)
		return err_set(why, ERR_CONFIG, "run_as: there is no user %s", name);
	if (mkdir(folder, 0700) != 0 && errno != EEXIST)
		return err_set_errno(why, ERR_IO, "cannot make state_dir %s", folder);
	if (stat(folder, &st) != 0)
		return err_set_errno(why, ERR_IO, "cannot look at state_dir %s", folder);
	r->user = user ? user->pw_uid : st.st_uid;
	r->group = user ? user->pw_gid : st.st_gid;
	return 0;
}

static int check_state(struct ctl *ctl, const struct restore *r, struct err *why)
{
	for (size_t i = 0; backup_state[i]; i++) {
		char path[PATH_MAX];
		bool there;

		if (state_path(ctl, backup_state[i], path, why) != 0 || path_exists(path, &there, why) != 0)
			return -1;
		if (there && !r->force)
			return err_set(why, ERR_CONFLICT,
				       "%s is there already; move it away, or give --force to have it put aside", path);
	}
	return 0;
}

/* ---------------------------------------------------------------------------------------------- doing it */

static int make_users(struct ctl *ctl, const struct restore *r, struct err *why)
{
	for (size_t i = 0; i < r->manifest.role_count; i++) {
		const struct manifest_role *role = &r->manifest.roles[i];

		if (cluster_user_make(ctl->db, role->name, role->bypass_rls, why) != 0)
			return err_prefix(why, "database user %s", role->name);
		for (size_t n = 0; n < role->setting_count; n++)
			if (cluster_user_set(ctl->db, role->name, role->settings[n], why) != 0)
				return err_prefix(why, "database user %s", role->name);
	}
	return 0;
}

static int restore_database(struct ctl *ctl, const struct restore *r, struct err *why)
{
	char file[PATH_MAX], conninfo[PATH_MAX];
	/* Comments on extensions are for the extension's owner, who is a superuser. */
	const char *const arguments[] = { "pg_restore",
					  "--single-transaction",
					  "--exit-on-error",
					  "--no-owner",
					  "--no-comments",
					  "--no-password",
					  conninfo,
					  file,
					  NULL };

	if (snprintf(conninfo, sizeof(conninfo), "--dbname=%s", ctl->settings.database.conninfo) >=
	    (int)sizeof(conninfo))
		return err_set(why, ERR_LIMIT, "database.conninfo is too long");
	snprintf(file, sizeof(file), "%s/" BACKUP_DUMP, r->folder);
	if (r->force && database_clear(ctl->db, why) != 0)
		return -1;
	return program_run("pg_restore", arguments, why);
}

static int put_aside(struct ctl *ctl, struct err *why)
{
	char now[TIME_TEXT_SIZE];

	time_to_text(clock_now(), now);
	for (size_t i = 0; backup_state[i]; i++) {
		char path[PATH_MAX], aside[PATH_MAX + TIME_TEXT_SIZE + 16];

		if (state_path(ctl, backup_state[i], path, why) != 0)
			return -1;
		snprintf(aside, sizeof(aside), "%s.before-%s", path, now);
		if (rename(path, aside) == 0)
			printf("%s was put aside as %s\n", path, aside);
		else if (errno != ENOENT)
			return err_set_errno(why, ERR_IO, "cannot put %s aside", path);
	}
	return 0;
}

/* Gives the file, and the folders that were made for it, to their owner. */
static int give(struct ctl *ctl, const struct restore *r, const char *path, struct err *why)
{
	char full[PATH_MAX];
	char *slash;

	if (state_path(ctl, path, full, why) != 0)
		return -1;
	slash = full + strlen(ctl->settings.state_dir);
	while ((slash = strchr(slash + 1, '/')) != NULL) {
		*slash = '\0';
		if (lchown(full, r->user, r->group) != 0)
			return err_set_errno(why, ERR_IO, "cannot give %s to its owner", full);
		*slash = '/';
	}
	if (lchown(full, r->user, r->group) != 0)
		return err_set_errno(why, ERR_IO, "cannot give %s to its owner", full);
	return 0;
}

static int restore_state(struct ctl *ctl, const struct restore *r, struct err *why)
{
	if (r->force && put_aside(ctl, why) != 0)
		return -1;
	for (size_t i = 0; i < r->manifest.file_count; i++) {
		const struct manifest_file *file = &r->manifest.files[i];
		const char *path = file->path + strlen(BACKUP_STATE);
		char from[PATH_MAX], to[PATH_MAX];
		struct file_sum sum;

		if (!slice_starts_with(slice_of_string(file->path), BACKUP_STATE))
			continue;
		snprintf(from, sizeof(from), "%s/%s", r->folder, file->path);
		if (state_path(ctl, path, to, why) != 0 || folders_make(ctl->settings.state_dir, path, why) != 0 ||
		    file_copy(from, to, (unsigned)file->mode & 0777, &sum, why) != 0)
			return -1;
		if (getuid() == 0 && give(ctl, r, path, why) != 0)
			return -1;
	}
	return 0;
}

static int restore_change(struct ctl *ctl, void *arg, struct change_note *note, struct err *why)
{
	const struct restore *r = arg;
	struct json_writer w;

	(void)ctl;
	(void)why;
	note->action = "restore";
	snprintf(note->subject, sizeof(note->subject), "%.255s", r->folder);
	change_detail(note, &w);
	json_put_string(&w, "backup_of", r->manifest.created_at);
	json_close_object(&w);
	return 0;
}

static int run_restore(struct ctl *ctl, struct restore *r, struct err *why)
{
	if (load_manifest(r, why) != 0 || verify_files(r, why) != 0 || check_database(ctl, r, why) != 0 ||
	    check_state(ctl, r, why) != 0 || choose_owner(ctl, r, why) != 0)
		return -1;
	if (make_users(ctl, r, why) != 0 || restore_database(ctl, r, why) != 0 || restore_state(ctl, r, why) != 0)
		return -1;
	return change_all(ctl, restore_change, r, why);
}

static int restore(struct ctl *ctl, struct err *why)
{
	struct restore r = {
		.folder = options_text(&ctl->options, "DIR"),
		.force = options_flag(&ctl->options, "--force"),
	};
	int failed = manifest_open(&r.manifest, why);

	if (!failed && strlen(r.folder) > PATH_MAX / 2)
		failed = err_set(why, ERR_LIMIT, "the folder's name is too long");
	if (!failed)
		failed = run_restore(ctl, &r, why);
	if (!failed)
		printf(
		    "restored the backup of %s; next: hinomictl migrate. The configuration then is in %s/hinomi.yaml\n",
		    r.manifest.created_at, r.folder);
	manifest_release(&r.manifest);
	return failed;
}

static const struct option_spec restore_options[] = {
	{ "DIR", OPTION_PATH, true, NULL, "what hinomictl backup made" },
	{ "--force", OPTION_FLAG, false, NULL, "drop what is in the database, put aside what is in state_dir" },
	OPTIONS_END,
};

const struct command restore_commands[] = {
	{ "restore", "", "put a backup into an empty database and state_dir", restore_options, false, restore,
	  "Every file is held against the manifest before anything is changed. hinomid must not run. As a superuser of "
	  "the\n"
	  "database when its users (hinomi_*) are missing. The configuration is not touched: copy it from the backup "
	  "if\n"
	  "you want it. Needs pg_restore in PATH.\n" },
	{ NULL, NULL, NULL, NULL, false, NULL, NULL },
};
