/* Where `report build` draws: threads, each with a press of its own, that turn orders into files of one folder. What
 * waits is bounded, so that memory is, however many members there are. A file that is there is replaced as a whole; one
 * document that cannot be drawn holds up nothing; a folder that cannot be written ends it all. */
#ifndef SERVER_CTL_REPORT_ROOM_H
#define SERVER_CTL_REPORT_ROOM_H

#include "lib/pool.h"
#include "server/report/document.h"

enum { ROOM_FORMATS_MAX = 4, ROOM_WORKERS_MAX = 64, ROOM_FILES_MAX = ROOM_FORMATS_MAX };

struct room_order {
	const char *out; /* the folder, which is there */
	const enum document_format *formats;
	size_t format_count;
	size_t workers;
	const struct report_texts *texts; /* borrowed */
};
/* One document to draw in all formats. Made with room_item_new(); texts and the body live in its pool. */
struct room_item {
	struct room_item *next;
	struct pool pool;
	int64_t company_id; /* 0: the chamber */
	const char *company;
	struct document_order document; /* format and texts are the room's */
	struct slice kept;              /* the PDF as it was published: written as it is; ptr NULL: none */
};
struct room_item *room_item_new(void); /* NULL: no memory */
void room_item_free(struct room_item *item);

struct room_result {
	struct room_result *next;
	int64_t company_id;
	const char *company;
	const char *files[ROOM_FILES_MAX]; /* names in the folder */
	size_t file_count;
	const char *error; /* NULL: none */
};

struct room;
int room_open(struct room **out, const struct room_order *order, struct err *why);
/* Waits until there is room. The item is the room's from now on, also on error: the folder cannot be written. */
int room_put(struct room *room, struct room_item *item, struct err *why);
/* Waits until all is done. *results: in order of companies, the chamber first; they live until room_close(). */
int room_finish(struct room *room, const struct room_result **results, struct err *why);
void room_close(struct room *room); /* NULL is allowed */

#endif
