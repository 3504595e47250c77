#include "sensor-agent/followed_path.h"

/* A checkpoint: version, whether the last mark is the current file's, marks, the oldest file's first. */
enum { STATE_VERSION = 1, STATE_HEADER = 2 };

struct followed_path *followed_path_new(const char *name)
{
	struct followed_path *p = calloc(1, sizeof(*p));

	if (!p)
		return NULL;
	p->name = strdup(name);
	if (p->name)
		return p;
	free(p);
	return NULL;
}

void followed_path_free(struct followed_path *p)
{
	if (!p)
		return;
	followed_file_free(p->current);
	for (size_t i = 0; i < p->old_count; i++)
		followed_file_free(p->old[i]);
	free(p->name);
	free(p);
}

void followed_path_add_old(struct followed_path *p, struct followed_file *file)
{
	p->old[p->old_count++] = file;
	p->dirty = true;
}

struct followed_file *followed_path_take_old(struct followed_path *p, size_t index)
{
	struct followed_file *file = p->old[index];

	p->old_count--;
	memmove(p->old + index, p->old + index + 1, (p->old_count - index) * sizeof(p->old[0]));
	p->dirty = true;
	return file;
}

void followed_path_drop_old(struct followed_path *p, size_t index)
{
	struct followed_file *file = followed_path_take_old(p, index);

	p->lines += file->lines;
	p->errors += file->errors;
	followed_file_free(file);
}

int followed_path_save(struct followed_path *p, struct intake *intake, struct err *why)
{
	char name[INTAKE_POSITION_NAME_MOST + 1];
	struct buffer state = { 0 };
	int failed;

	snprintf(name, sizeof(name), FOLLOWED_PATH_PREFIX "%s", p->name);
	if (p->current || p->old_count) {
		buffer_put_byte(&state, STATE_VERSION);
		buffer_put_byte(&state, p->current != NULL);
	}
	for (size_t i = 0; i < p->old_count; i++)
		file_mark_write(&p->old[i]->mark, &state);
	if (p->current)
		file_mark_write(&p->current->mark, &state);
	failed = state.failed ? err_set(why, ERR_NOMEM, "no memory for a checkpoint")
			      : intake_position(intake, name, buffer_slice(&state), why);
	buffer_release(&state);
	p->dirty = failed;
	return failed;
}

int followed_path_load(struct followed_path *p, struct slice state, struct err *why)
{
	bool has_current = state.len > STATE_HEADER && state.ptr[1] == 1;
	struct followed_file *file;
	struct file_mark mark;

	if (state.len < STATE_HEADER || state.ptr[0] != STATE_VERSION || (state.len - STATE_HEADER) % FILE_MARK_SIZE)
		return err_set(why, ERR_CORRUPT, "its saved position cannot be read");
	state = slice_skip(state, STATE_HEADER);
	while (state.len) {
		if (p->old_count == FOLLOWED_PATH_OLD_MOST + 1 || !file_mark_read(&mark, &state))
			return err_set(why, ERR_CORRUPT, "its saved position cannot be read");
		file = followed_file_new(-1, mark, 0);
		if (!file)
			return err_set(why, ERR_NOMEM, "no memory for a file");
		if (has_current && state.len == 0)
			p->current = file;
		else
			followed_path_add_old(p, file);
	}
	p->dirty = false;
	return 0;
}
