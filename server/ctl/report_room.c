#include "server/ctl/report_room.h"

#include "server/ctl/folder.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { WAITING_PER_WORKER = 2, FILE_BYTES_MAX = 64 << 20 };

struct room {
	struct room_order order;
	struct folder *folder;
	pthread_mutex_t lock;
	pthread_cond_t changed;
	struct room_item *first, **last; /* waiting */
	size_t waiting, waiting_max;
	bool closing; /* nothing more comes */
	bool broken;  /* the folder cannot be written, or there is no press: `why` */
	struct err why;
	struct pool pool; /* of results */
	struct room_result *results;
	size_t worker_count;
	pthread_t workers[ROOM_WORKERS_MAX];
};

struct room_item *room_item_new(void)
{
	return calloc(1, sizeof(struct room_item));
}

void room_item_free(struct room_item *item)
{
	if (!item)
		return;
	pool_release(&item->pool);
	free(item);
}

/* ---------------------------------------------------------------------------------------------- in a thread */

static struct room_item *take(struct room *room)
{
	struct room_item *item;

	pthread_mutex_lock(&room->lock);
	while (!room->first && !room->closing && !room->broken)
		pthread_cond_wait(&room->changed, &room->lock);
	item = room->broken ? NULL : room->first;
	if (item) {
		room->first = item->next;
		if (!room->first)
			room->last = &room->first;
		room->waiting--;
		pthread_cond_broadcast(&room->changed);
	}
	pthread_mutex_unlock(&room->lock);
	return item;
}

static void break_off(struct room *room, const struct err *why)
{
	pthread_mutex_lock(&room->lock);
	if (!room->broken)
		room->why = *why;
	room->broken = true;
	pthread_cond_broadcast(&room->changed);
	pthread_mutex_unlock(&room->lock);
}

/* Two members whose numbers look alike would be one file: the second is named by its company too. */
static bool is_taken(const struct room *room, const char *name)
{
	for (const struct room_result *r = room->results; r; r = r->next)
		for (size_t i = 0; i < r->file_count; i++)
			if (strcmp(r->files[i], name) == 0)
				return true;
	return false;
}

static void name_apart(const struct room_item *item, const char *name, char out[DOCUMENT_NAME_SIZE + 32])
{
	const char *end = strrchr(name, '.');

	snprintf(out, DOCUMENT_NAME_SIZE + 32, "%.*s-company-%" PRId64 "%s", (int)(end - name), name, item->company_id,
		 end);
}

/* NULL: no memory. */
static const char *claim_name(struct room *room, const struct room_item *item, struct room_result *result,
			      const char *name)
{
	char apart[DOCUMENT_NAME_SIZE + 32];
	const char *kept;

	pthread_mutex_lock(&room->lock);
	if (is_taken(room, name)) {
		name_apart(item, name, apart);
		name = apart;
	}
	kept = pool_string(&room->pool, slice_of_string(name));
	if (kept)
		result->files[result->file_count++] = kept;
	pthread_mutex_unlock(&room->lock);
	return kept;
}

static int draw(struct press *press, const struct room_item *item, const struct document_order *document,
		struct buffer *out, struct err *why)
{
	int pages;

	if (document->format == DOCUMENT_PDF && item->kept.ptr) {
		buffer_put_slice(out, item->kept);
		return out->failed ? err_set(why, ERR_NOMEM, "no memory for a file") : 0;
	}
	if (document_draw(press, document, out, &pages, why) != 0)
		return -1;
	return out->failed
		   ? err_set(why, ERR_LIMIT, "no memory for a file, or it is larger than %d MiB", FILE_BYTES_MAX >> 20)
		   : 0;
}

/* *fatal: it is the folder that fails. */
static int make_file(struct room *room, struct press *press, const struct room_item *item, struct room_result *result,
		     enum document_format format, struct buffer *content, bool *fatal, struct err *why)
{
	struct document_order document = item->document;
	char name[DOCUMENT_NAME_SIZE];
	const char *kept;

	document.format = format;
	document.texts = room->order.texts;
	if (document_file_name(&document, name, why) != 0 || draw(press, item, &document, content, why) != 0)
		return -1;
	kept = claim_name(room, item, result, name);
	if (!kept)
		return err_set(why, ERR_NOMEM, "no memory for the name of a file");
	if (folder_replace(room->folder, kept, buffer_slice(content), why) == 0)
		return 0;
	*fatal = true;
	return -1;
}

static struct room_result *begin_result(struct room *room, const struct room_item *item)
{
	struct room_result *result;

	pthread_mutex_lock(&room->lock);
	result = pool_take(&room->pool, sizeof(*result));
	if (result) {
		result->company_id = item->company_id;
		result->company = pool_string(&room->pool, slice_of_string(item->company));
		result->next = room->results;
		room->results = result;
	}
	pthread_mutex_unlock(&room->lock);
	return result;
}

static void note_error(struct room *room, struct room_result *result, const struct err *why)
{
	pthread_mutex_lock(&room->lock);
	result->error = pool_string(&room->pool, slice_of_string(why->text));
	if (!result->error)
		result->error = "no memory";
	pthread_mutex_unlock(&room->lock);
}

static int make_files(struct room *room, struct press *press, const struct room_item *item, struct err *why)
{
	struct room_result *result = begin_result(room, item);
	struct buffer content;
	bool fatal = false;
	int failed = 0;

	if (!result)
		return err_set(why, ERR_NOMEM, "no memory to build reports");
	buffer_init(&content, FILE_BYTES_MAX);
	for (size_t i = 0; i < room->order.format_count && !failed; i++) {
		buffer_clear(&content);
		failed = make_file(room, press, item, result, room->order.formats[i], &content, &fatal, why);
	}
	buffer_release(&content);
	if (failed)
		note_error(room, result, why);
	return fatal ? -1 : 0;
}

static void *run(void *context)
{
	struct room *room = context;
	struct press *press = NULL;
	struct room_item *item;
	struct err why;

	if (press_open(&press, &why) != 0) {
		break_off(room, &why);
		return NULL;
	}
	while ((item = take(room))) {
		if (make_files(room, press, item, &why) != 0)
			break_off(room, &why);
		room_item_free(item);
	}
	press_close(press);
	return NULL;
}

/* ---------------------------------------------------------------------------------------------- in the main one */

static int start(struct room *room, struct err *why)
{
	if (folder_open(&room->folder, room->order.out, why) != 0)
		return -1;
	while (room->worker_count < room->order.workers &&
	       pthread_create(&room->workers[room->worker_count], NULL, run, room) == 0)
		room->worker_count++;
	return room->worker_count ? 0 : err_set(why, ERR_NOMEM, "no thread can be started to draw reports");
}

int room_open(struct room **out, const struct room_order *order, struct err *why)
{
	struct room *room = calloc(1, sizeof(*room));

	if (!room)
		return err_set(why, ERR_NOMEM, "no memory to build reports");
	room->order = *order;
	room->last = &room->first;
	room->waiting_max = order->workers * WAITING_PER_WORKER;
	pthread_mutex_init(&room->lock, NULL);
	pthread_cond_init(&room->changed, NULL);
	if (start(room, why) == 0) {
		*out = room;
		return 0;
	}
	room_close(room);
	return -1;
}

int room_put(struct room *room, struct room_item *item, struct err *why)
{
	bool broken;

	item->next = NULL;
	pthread_mutex_lock(&room->lock);
	while (room->waiting >= room->waiting_max && !room->broken)
		pthread_cond_wait(&room->changed, &room->lock);
	broken = room->broken;
	if (broken) {
		*why = room->why;
	} else {
		*room->last = item;
		room->last = &item->next;
		room->waiting++;
		pthread_cond_broadcast(&room->changed);
	}
	pthread_mutex_unlock(&room->lock);
	if (broken)
		room_item_free(item);
	return broken ? -1 : 0;
}

static void join(struct room *room)
{
	pthread_mutex_lock(&room->lock);
	room->closing = true;
	pthread_cond_broadcast(&room->changed);
	pthread_mutex_unlock(&room->lock);
	while (room->worker_count)
		pthread_join(room->workers[--room->worker_count], NULL);
}

/* By company; at most some thousands, and almost in order: whoever is last goes in front. */
static int compare(const void *left, const void *right)
{
	const struct room_result *const *a = left, *const *b = right;

	return (*a)->company_id < (*b)->company_id ? -1 : (*a)->company_id > (*b)->company_id;
}

static int sort(struct room *room, struct err *why)
{
	struct room_result **list;
	size_t count = 0, i = 0;

	for (struct room_result *r = room->results; r; r = r->next)
		count++;
	list = calloc(count + 1, sizeof(*list));
	if (!list)
		return err_set(why, ERR_NOMEM, "no memory to tell what was built");
	for (struct room_result *r = room->results; r; r = r->next)
		list[i++] = r;
	qsort(list, count, sizeof(list[0]), compare);
	for (i = 0; i < count; i++)
		list[i]->next = list[i + 1]; /* the last one is NULL */
	room->results = list[0];
	free(list);
	return 0;
}

int room_finish(struct room *room, const struct room_result **results, struct err *why)
{
	join(room);
	if (room->broken) {
		*why = room->why;
		return -1;
	}
	if (folder_sync(room->folder, why) != 0 || sort(room, why) != 0)
		return -1;
	*results = room->results;
	return 0;
}

void room_close(struct room *room)
{
	if (!room)
		return;
	pthread_mutex_lock(&room->lock);
	room->broken = true;
	pthread_mutex_unlock(&room->lock);
	join(room);
	while (room->first) {
		struct room_item *item = room->first;

		room->first = item->next;
		room_item_free(item);
	}
	folder_close(room->folder);
	pool_release(&room->pool);
	pthread_cond_destroy(&room->changed);
	pthread_mutex_destroy(&room->lock);
	free(room);
}
