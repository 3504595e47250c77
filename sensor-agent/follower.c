#include "sensor-agent/follower.h"

#include "lib/log.h"
#include "lib/path.h"
#include "sensor-agent/followed_path.h"
#include "sensor-agent/path_patterns.h"
#include "sensor-agent/rotated_files.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <unistd.h>

enum {
	READ_SIZE = 64 * 1024,
	IDLE_MS = 60000,              /* quiet for so long: may be closed */
	COMPLAINT_MS = 60000,         /* the same complaint at most once in so long */
	COUNT_MOST = 8 * 1024 * 1024, /* bytes that are looked at to count the lines of a file that is given up */
};

struct follower {
	struct path_patterns patterns;
	bool from_start;
	bool scanned; /* once, since the start */
	struct intake *intake;
	struct followed_path **paths;
	size_t count, room;
	size_t rotor; /* whose turn it is first */
	struct log_limit complaints;
	uint8_t bytes[READ_SIZE];
};

static void complain(struct follower *f, const char *path, const char *what)
{
	unsigned skipped;

	if (log_allowed(&f->complaints, COMPLAINT_MS, &skipped))
		log_warning("%s: %s", path, what);
}

/* ------------------------------------------------------------------------------------------------ paths */

static struct followed_path *find_path(const struct follower *f, const char *name)
{
	for (size_t i = 0; i < f->count; i++)
		if (strcmp(f->paths[i]->name, name) == 0)
			return f->paths[i];
	return NULL;
}

/* NULL, and a complaint, when it cannot be followed. */
static struct followed_path *add_path(struct follower *f, const char *name)
{
	struct followed_path *p;
	void *more;

	if (strlen(name) > FOLLOWED_PATH_NAME_MOST) {
		complain(f, name, "this path is too long to be followed");
		return NULL;
	}
	if (f->count == FOLLOWER_PATHS_MOST) {
		complain(f, name, "too many files match eve.paths, this one is not followed; remove old ones");
		return NULL;
	}
	if (f->count == f->room) {
		more = realloc(f->paths, (f->room + 16) * sizeof(struct followed_path *));
		if (!more)
			return NULL;
		f->paths = more;
		f->room += 16;
	}
	p = followed_path_new(name);
	if (p)
		f->paths[f->count++] = p;
	return p;
}

static size_t count_open(const struct follower *f)
{
	size_t n = 0;

	for (size_t i = 0; i < f->count; i++)
		n += f->paths[i]->old_count + (f->paths[i]->current && f->paths[i]->current->fd >= 0);
	return n;
}

/* For rotated_find(): whether one of ours has this file open. */
static bool is_open(void *arg, const struct stat *st)
{
	const struct follower *f = arg;

	for (size_t i = 0; i < f->count; i++) {
		const struct followed_path *p = f->paths[i];

		if (p->current && p->current->fd >= 0 && file_mark_is(&p->current->mark, st))
			return true;
		for (size_t k = 0; k < p->old_count; k++)
			if (p->old[k]->fd >= 0 && file_mark_is(&p->old[k]->mark, st))
				return true;
	}
	return false;
}

/* ------------------------------------------------------------------------------------------------ checkpoints */

static void save_path(struct follower *f, struct followed_path *p)
{
	struct err why = { 0 };

	if (followed_path_save(p, f->intake, &why) != 0)
		complain(f, p->name, why.text);
}

static void save_dirty(struct follower *f)
{
	for (size_t i = 0; i < f->count; i++)
		if (f->paths[i]->dirty)
			save_path(f, f->paths[i]);
}

/* The first remembered path that no pattern names any more; forgotten, and true. */
static bool forget_one(struct follower *f)
{
	char name[INTAKE_POSITION_NAME_MOST + 1];
	const char *saved;

	for (size_t i = 0; (saved = intake_position_name(f->intake, i)) != NULL; i++) {
		if (strncmp(saved, FOLLOWED_PATH_PREFIX, strlen(FOLLOWED_PATH_PREFIX)) != 0 ||
		    path_patterns_match(&f->patterns, saved + strlen(FOLLOWED_PATH_PREFIX)))
			continue;
		snprintf(name, sizeof(name), "%s", saved);
		log_info("%s is not followed any more", name + strlen(FOLLOWED_PATH_PREFIX));
		return intake_position(f->intake, name, slice_of(NULL, 0), NULL) == 0;
	}
	return false;
}

static void load(struct follower *f)
{
	const size_t prefix = strlen(FOLLOWED_PATH_PREFIX);
	struct err why = { 0 };
	const char *saved;
	struct slice state;

	while (forget_one(f))
		;
	for (size_t i = 0; (saved = intake_position_name(f->intake, i)) != NULL; i++) {
		struct followed_path *p = NULL;

		if (strncmp(saved, FOLLOWED_PATH_PREFIX, prefix) == 0)
			p = add_path(f, saved + prefix);
		if (p && intake_saved_position(f->intake, saved, &state) && followed_path_load(p, state, &why) != 0)
			log_error("%s: %s; what is not remembered is read again", p->name, why.text);
		if (p)
			/* What came between an old file and the present one was known when the latter was taken up. */
			p->more_behind = p->old_count > 0 && !p->current;
	}
}

int follower_new(struct follower **out, const struct config_list *patterns, bool from_start, struct intake *intake,
		 struct err *why)
{
	struct follower *f = calloc(1, sizeof(*f));

	if (!f)
		return err_set(why, ERR_NOMEM, "no memory to follow files");
	f->from_start = from_start;
	f->intake = intake;
	if (path_patterns_load(&f->patterns, patterns, FOLLOWED_PATH_NAME_MOST, intake, why) != 0) {
		free(f);
		return -1;
	}
	load(f);
	*out = f;
	return 0;
}

void follower_free(struct follower *f)
{
	if (!f)
		return;
	for (size_t i = 0; i < f->count; i++)
		followed_path_free(f->paths[i]);
	free(f->paths);
	free(f);
}

/* ------------------------------------------------------------------------------------------------ rotation */

/* Lines behind the mark; of a large rest its beginning is counted and the others are reckoned by that, so that the loop
 * does not stand still. */
static uint64_t count_rest(struct follower *f, struct followed_file *file)
{
	struct followed_plan plan = { .intake = NULL, .room = f->bytes, .room_size = sizeof(f->bytes) };
	uint64_t before = file->lines, from = file->mark.offset, counted, rest;
	size_t budget = COUNT_MOST;
	struct stat st;

	followed_file_seek(file, file->mark);
	followed_file_read(file, &plan, &budget, NULL);
	counted = file->lines - before;
	file->lines = before;
	if (budget > 0 || fstat(file->fd, &st) != 0 || (uint64_t)st.st_size <= file->reader.done)
		return counted + line_reader_is_open(&file->reader);
	rest = (uint64_t)st.st_size - file->reader.done;
	return counted +
	       (counted ? (uint64_t)((double)counted * (double)rest / (double)(file->reader.done - from)) : 1);
}

static void give_up_oldest(struct follower *f, struct followed_path *p)
{
	uint64_t lost = p->old[0]->fd >= 0 ? count_rest(f, p->old[0]) : 0;

	log_warning("%s: more than %d rotated files wait to be read; %" PRIu64 " lines of the oldest are given up",
		    p->name, FOLLOWED_PATH_OLD_MOST, lost);
	if (lost)
		intake_dropped(f->intake, lost);
	followed_path_drop_old(p, 0);
}

/* The current file is not the one of its name any more. */
static void retire(struct follower *f, struct followed_path *p, int64_t now_ms)
{
	if (!p->current)
		return;
	/* Its writer may not have noticed yet. */
	p->current->quiet_since_ms = now_ms;
	if (p->old_count == FOLLOWED_PATH_OLD_MOST)
		give_up_oldest(f, p);
	followed_path_add_old(p, p->current);
	p->current = NULL;
	p->more_behind = true;
}

/* Opens a remembered file that has lost its name: its descriptor, or as of rotated_find(). */
static int resolve(struct follower *f, const struct followed_path *p, struct followed_file *file)
{
	char found[ROTATED_PATH_SIZE];
	struct file_mark mark = file->mark;
	struct stat st;
	int fd = rotated_find(&mark, p->name, is_open, f, found, &st);

	if (fd < 0)
		return fd;
	file->fd = fd;
	mark.device = (uint64_t)st.st_dev;
	mark.inode = (uint64_t)st.st_ino;
	followed_file_seek(file, mark);
	return fd;
}

static void resolve_old(struct follower *f, struct followed_path *p, int64_t now_ms)
{
	for (size_t i = 0; i < p->old_count; i++) {
		struct followed_file *file = p->old[i];
		int got;

		if (file->fd >= 0)
			continue;
		got = resolve(f, p, file);
		if (got >= 0) {
			file->quiet_since_ms = now_ms;
			p->dirty = true;
		}
		if (got == ROTATED_OUT_OF_REACH)
			complain(f, p->name, "a file that was followed cannot be found or read now; its place is kept");
		if (got != ROTATED_GONE)
			continue;
		log_warning("%s: the file that was read up to byte %" PRIu64 " is gone; if lines were behind, they are "
			    "lost (delay the compression of rotated files by one rotation)",
			    p->name, file->mark.offset);
		p->errors++;
		followed_path_drop_old(p, i--);
	}
}

/* Files that had the path's name for a while between the youngest known old file and the present one: it was rotated
 * more than once while nobody looked. present_fd: the file of this name, -1: not known. */
static void add_younger(struct follower *f, struct followed_path *p, int present_fd, int64_t now_ms)
{
	int fds[FOLLOWED_PATH_OLD_MOST];
	struct followed_file *known = p->old_count ? p->old[p->old_count - 1] : NULL;
	size_t most =
	    FOLLOWED_PATH_OLD_MOST - (p->old_count < FOLLOWED_PATH_OLD_MOST ? p->old_count : FOLLOWED_PATH_OLD_MOST);
	struct followed_file *file;
	struct stat st;
	size_t n = 0;

	p->more_behind = most == 0;
	if (!known || known->fd < 0 || most == 0)
		return;
	n = rotated_younger(p->name, known->fd, present_fd, is_open, f, fds, most);
	p->more_behind = n == most;
	for (size_t i = 0; i < n; i++) {
		file = fstat(fds[i], &st) == 0 ? followed_file_new(fds[i], file_mark_of(&st), now_ms) : NULL;
		if (file)
			followed_path_add_old(p, file);
	}
	if (n)
		log_info("%s was rotated more than once; %zu files between are read too", p->name, n);
}

static int open_regular(const char *name, struct stat *st)
{
	int fd = open(name, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);

	if (fd < 0)
		return -1;
	if (fstat(fd, st) == 0 && S_ISREG(st->st_mode))
		return fd;
	close(fd);
	errno = EINVAL;
	return -1;
}

/* First half of a scan: is the current file still the one of its name? */
static void check_current(struct follower *f, struct followed_path *p, int64_t now_ms)
{
	struct stat st;
	bool there = p->current && stat(p->name, &st) == 0;

	if (p->current && !there && errno != ENOENT && errno != ENOTDIR) {
		complain(f, p->name, strerror(errno)); /* that tells nothing of rotation */
		return;
	}
	if (!there || !S_ISREG(st.st_mode) || !file_mark_is(&p->current->mark, &st)) {
		retire(f, p, now_ms);
		return;
	}
	if (p->current->fd >= 0 || (f->scanned && (uint64_t)st.st_size == p->current->mark.offset))
		return;
	p->current->fd = open_regular(p->name, &st);
	p->current->compared_at = (struct timespec){ 0 };
	if (p->current->fd < 0)
		complain(f, p->name, strerror(errno));
	else if (!file_mark_is(&p->current->mark, &st))
		retire(f, p, now_ms); /* renamed this moment; it has another file's descriptor */
}

/* Where to begin in a file whose past does not matter: behind its last whole line. */
static uint64_t last_line_end(struct follower *f, int fd, uint64_t size)
{
	while (size > 0) {
		size_t n = size < sizeof(f->bytes) ? (size_t)size : sizeof(f->bytes);
		ssize_t got = pread(fd, f->bytes, n, (off_t)(size - n));
		const uint8_t *end = got == (ssize_t)n ? memrchr(f->bytes, '\n', n) : NULL;

		if (end)
			return size - n + (uint64_t)(end - f->bytes) + 1;
		size -= n;
	}
	return 0;
}

/* A file that begins exactly as one that is followed is its copy, made a moment before truncation. */
static bool is_copy(const struct follower *f, int fd)
{
	for (size_t i = 0; i < f->count; i++) {
		const struct followed_file *file = f->paths[i]->current;

		if (file && file->mark.print_length >= FILE_MARK_PRINT_TELLING &&
		    file_mark_begins_alike(&file->mark, fd))
			return true;
	}
	return false;
}

/* The rotated file may match a glob under its new name: then it goes on there. */
static bool adopt_old(struct follower *f, struct followed_path *p, const struct stat *st)
{
	for (size_t i = 0; i < f->count; i++)
		for (size_t k = 0; k < f->paths[i]->old_count; k++)
			if (file_mark_is(&f->paths[i]->old[k]->mark, st)) {
				p->current = followed_path_take_old(f->paths[i], k);
				p->dirty = true;
				return true;
			}
	return false;
}

/* Second half of a scan: a file of this name that nobody follows yet. */
static void look_for_new(struct follower *f, struct followed_path *p, int64_t now_ms)
{
	struct file_mark mark;
	struct stat st;
	int fd;

	if (p->current)
		return;
	fd = open_regular(p->name, &st);
	if (fd < 0) {
		if (errno != ENOENT && errno != ENOTDIR)
			complain(f, p->name, errno == EINVAL ? "this is not a regular file" : strerror(errno));
		return;
	}
	if (is_open(f, &st) || is_copy(f, fd)) {
		if (adopt_old(f, p, &st)) {
			close(fd);
			return;
		}
		log_debug("%s is followed under another name", p->name);
		close(fd);
		return;
	}
	mark = file_mark_of(&st);
	if (!f->scanned && p->new_pattern && !f->from_start)
		file_mark_advance(&mark, fd, last_line_end(f, fd, (uint64_t)st.st_size));
	p->current = followed_file_new(fd, mark, now_ms);
	p->dirty = true;
	log_info("following %s from byte %" PRIu64, p->name, mark.offset);
}

static void add_match(void *arg, const char *name, bool is_new)
{
	struct follower *f = arg;
	struct followed_path *p = find_path(f, name) ? NULL : add_path(f, name);

	if (p)
		p->new_pattern = is_new;
}

/* A name that is written wrong, or a folder without rights, would be found out only by the lack of alerts. */
static void tell_missing(const struct follower *f)
{
	for (size_t i = 0; i < f->patterns.list->len; i++) {
		const char *trouble = path_patterns_trouble(&f->patterns, i);

		if (trouble)
			log_warning("eve.paths: %s: %s; it is followed as soon as it is there",
				    f->patterns.list->items[i], trouble);
	}
}

/* A path of a glob whose files are all gone. */
static void remove_gone(struct follower *f)
{
	for (size_t i = 0; i < f->count; i++) {
		struct followed_path *p = f->paths[i];

		if (p->current || p->old_count || path_patterns_name(&f->patterns, p->name) || path_is_there(p->name))
			continue;
		save_path(f, p);
		followed_path_free(p);
		f->count--;
		memmove(f->paths + i, f->paths + i + 1, (f->count - i) * sizeof(struct followed_path *));
		i--;
	}
}

/* So that a file from which nothing was read yet is known again after its truncation, too. */
static void peek(struct followed_path *p)
{
	if (p->current && p->current->fd >= 0 && file_mark_peek(&p->current->mark, p->current->fd))
		p->dirty = true;
}

void follower_scan(struct follower *f, int64_t now_ms)
{
	struct err why = { 0 };

	if (!f->scanned)
		tell_missing(f);
	path_patterns_each(&f->patterns, add_match, f);
	for (size_t i = 0; i < f->count; i++)
		check_current(f, f->paths[i], now_ms);
	for (size_t i = 0; i < f->count; i++) {
		resolve_old(f, f->paths[i], now_ms);
		if (f->paths[i]->more_behind)
			add_younger(f, f->paths[i], -1, now_ms);
	}
	for (size_t i = 0; i < f->count; i++)
		look_for_new(f, f->paths[i], now_ms);
	for (size_t i = 0; i < f->count; i++)
		peek(f->paths[i]);
	remove_gone(f);
	save_dirty(f);
	if (!f->scanned && path_patterns_save(&f->patterns, f->intake, &why) != 0)
		complain(f, "eve.paths", why.text);
	f->scanned = true;
}

/* ------------------------------------------------------------------------------------------------ reading */

/* The file was truncated: its rest is in a copy, or nowhere; what it has now is new. */
static enum followed begin_again(struct follower *f, struct followed_path *p, struct followed_file *file,
				 const struct followed_plan *plan, struct err *why)
{
	char found[ROTATED_PATH_SIZE];
	struct followed_file *copy = NULL;
	struct file_mark mark = file->mark;
	struct stat st;
	int fd = -1;

	if (mark.print_length >= FILE_MARK_PRINT_TELLING)
		fd = rotated_find(&mark, p->name, is_open, f, found, &st);
	if (fd >= 0) {
		mark.device = (uint64_t)st.st_dev;
		mark.inode = (uint64_t)st.st_ino;
		copy = followed_file_new(fd, mark, plan->now_ms);
	}
	if (copy) {
		log_info("%s was copied to %s and truncated", p->name, found);
		if (p->old_count == FOLLOWED_PATH_OLD_MOST)
			give_up_oldest(f, p);
		followed_path_add_old(p, copy);
		add_younger(f, p, file->fd, plan->now_ms);
	} else if (followed_file_finish(file, plan, why) == FOLLOWED_FULL) {
		return FOLLOWED_FULL;
	} else {
		log_info("%s was truncated", p->name);
	}
	mark = (struct file_mark){ .device = file->mark.device, .inode = file->mark.inode };
	file_mark_peek(&mark, file->fd);
	followed_file_seek(file, mark);
	p->dirty = true;
	return FOLLOWED_MORE;
}

static enum followed read_file(struct follower *f, struct followed_path *p, struct followed_file *file,
			       const struct followed_plan *plan, size_t *budget)
{
	struct err why = { 0 };
	uint64_t before = file->mark.offset;
	enum followed result;

	if (file->fd < 0)
		return FOLLOWED_END;
	result = followed_file_read(file, plan, budget, &why);
	p->dirty = p->dirty || file->mark.offset != before;
	if (result == FOLLOWED_TRUNCATED)
		result = begin_again(f, p, file, plan, &why);
	if (result == FOLLOWED_FAILED) {
		file->errors++;
		complain(f, p->name, why.text);
		return FOLLOWED_END;
	}
	if (result == FOLLOWED_FULL && why.code != ERR_FULL)
		complain(f, p->name, why.text);
	return result;
}

static bool is_quiet(const struct followed_file *file, int64_t now_ms, int64_t so_long_ms)
{
	return now_ms - file->quiet_since_ms >= so_long_ms;
}

/* Rotated-away files, oldest first; in this order they are let go of, too: the youngest that is held tells what is
 * known of those before it. */
static enum followed read_old(struct follower *f, struct followed_path *p, const struct followed_plan *plan,
			      size_t *budget)
{
	size_t i = 0;

	while (i < p->old_count) {
		struct followed_file *file = p->old[i];
		enum followed result = read_file(f, p, file, plan, budget);

		if (result != FOLLOWED_END)
			return result;
		if (i > 0 || !is_quiet(file, plan->now_ms, FOLLOWER_QUIET_MS) || file->fd < 0) {
			i++;
			continue;
		}
		if (followed_file_finish(file, plan, NULL) == FOLLOWED_FULL)
			return FOLLOWED_FULL;
		if (p->more_behind && i + 1 == p->old_count)
			add_younger(f, p, -1, plan->now_ms);
		followed_path_drop_old(p, i);
	}
	return FOLLOWED_END;
}

static enum followed read_path(struct follower *f, struct followed_path *p, const struct followed_plan *plan,
			       size_t budget)
{
	enum followed result = read_old(f, p, plan, &budget);

	if (result != FOLLOWED_END || !p->current)
		return result;
	result = read_file(f, p, p->current, plan, &budget);
	if (result == FOLLOWED_END && p->current->fd >= 0 && !line_reader_is_open(&p->current->reader) &&
	    is_quiet(p->current, plan->now_ms, IDLE_MS) && count_open(f) > FOLLOWER_OPEN_MOST) {
		close(p->current->fd);
		p->current->fd = -1;
	}
	return result;
}

enum follower_turn follower_read(struct follower *f, int64_t now_ms)
{
	struct followed_plan plan = { f->intake, f->bytes, sizeof(f->bytes), now_ms };
	size_t share = f->count ? FOLLOWER_TURN_SIZE / f->count : 0;
	enum follower_turn turn = FOLLOWER_IDLE;

	if (share < READ_SIZE)
		share = READ_SIZE;
	for (size_t i = 0; i < f->count && turn != FOLLOWER_FULL; i++) {
		enum followed result = read_path(f, f->paths[(f->rotor + i) % f->count], &plan, share);

		if (result == FOLLOWED_FULL)
			turn = FOLLOWER_FULL;
		else if (result == FOLLOWED_MORE)
			turn = FOLLOWER_MORE;
	}
	if (f->count)
		f->rotor = (f->rotor + 1) % f->count;
	save_dirty(f);
	return turn;
}

/* ------------------------------------------------------------------------------------------------ health */

void follower_health(const struct follower *f, struct source_health *list, size_t *count)
{
	for (size_t i = 0; i < f->count && *count < SOURCE_HEALTH_MOST; i++) {
		const struct followed_path *p = f->paths[i];
		struct source_health *h = &list[(*count)++];
		struct stat st;

		*h = (struct source_health){ .lines = p->lines, .errors = p->errors };
		snprintf(h->name, sizeof(h->name), "%s", p->name);
		for (size_t k = 0; k < p->old_count; k++) {
			h->lines += p->old[k]->lines;
			h->errors += p->old[k]->errors;
		}
		if (!p->current)
			continue;
		h->lines += p->current->lines;
		h->errors += p->current->errors;
		h->position = h->size = p->current->mark.offset;
		if (p->current->fd >= 0 && fstat(p->current->fd, &st) == 0)
			h->size = (uint64_t)st.st_size;
	}
}

const char *follower_path(const struct follower *f, size_t index)
{
	return index < f->count ? f->paths[index]->name : NULL;
}
