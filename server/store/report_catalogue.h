/* Texts of reports and the catalogue of plain words, as the chamber has changed them. Global: of the operator. Each
 * change of a text is a version of its own; the highest is in force, and one without text stands for the shipped one.
 * Inside the caller's transaction (scope.h: SCOPE_ALL); audit is the caller's, and so is the check of what is saved
 * (report_text_check(), plain_word_check()). */
#ifndef SERVER_STORE_REPORT_CATALOGUE_H
#define SERVER_STORE_REPORT_CATALOGUE_H

#include "server/model/plain_words.h"
#include "server/model/report_text.h"
#include "server/store/db.h"

/* All that is in force now; lives in the pool. A saved text that is no good any more (its key or a name of it is gone
 * since) is left out: the shipped one stands in. */
int report_catalogue_read(struct db *db, struct pool *pool, struct report_texts *texts, struct plain_words *words,
			  struct err *why);

/* Texts are borrowed from the result. */
struct report_text_row {
	const char *key, *language;
	int64_t version;
	const char *text; /* NULL: as shipped */
	int64_t saved_by;
	const char *by_name;
	time_us saved_at;
};
/* The newest version of each text that was ever changed. */
int report_text_list(struct db *db, struct db_result **out, struct err *why);
/* At most one row. lock: nobody else saves this one until the transaction ends. */
int report_text_saved(struct db *db, const char *key, const char *language, bool lock, struct db_result **out,
		      struct err *why);
void report_text_read(const struct db_result *result, int row, struct report_text_row *out);
/* text NULL: back to the shipped one. expected: the version it was based on, 0: none; ERR_CONFLICT when it is another.
 */
int report_text_save(struct db *db, const char *key, const char *language, const char *text, int64_t expected,
		     int64_t user_id, struct err *why);

struct plain_word_row {
	struct plain_word word;
	int64_t position, version;
	int64_t changed_by; /* 0: as shipped */
	const char *by_name;
	time_us changed_at;
};
/* In order of position. */
int plain_word_list(struct db *db, struct db_result **out, struct err *why);
/* At most one row. lock: nobody else changes the catalogue until the transaction ends. */
int plain_word_get(struct db *db, int64_t word_id, bool lock, struct db_result **out, struct err *why);
void plain_word_read(const struct db_result *result, int row, struct plain_word_row *out);
/* word_id 0: a new one. position: those from there on move down; 0: a new one comes first, another stays where it is.
 * *word_id: which. ERR_NOT_FOUND. */
int plain_word_save(struct db *db, const struct plain_word_row *row, int64_t user_id, int64_t *word_id,
		    struct err *why);
int plain_word_remove(struct db *db, int64_t word_id, int64_t user_id, struct err *why);

#endif
