/* Texts of reports and the catalogue of plain words, as the chamber has changed them. Global: of the operator. */
#ifndef SERVER_STORE_REPORT_CATALOGUE_H
#define SERVER_STORE_REPORT_CATALOGUE_H

#include "server/model/plain_words.h"
#include "server/model/report_text.h"
#include "server/store/db.h"

/* All that is in force now; lives in the pool. */
int report_catalogue_read(struct db *db, struct pool *pool, struct report_texts *texts, struct plain_words *words,
			  struct err *why);

/* The newest saved version of a text: at most one row (version, text or NULL, name, saved_at). */
int report_text_saved(struct db *db, const char *key, const char *language, struct db_result **out, struct err *why);
/* text NULL: back to the shipped one. expected: the version it was based on, 0: none; ERR_CONFLICT when it is another.
 */
int report_text_save(struct db *db, const char *key, const char *language, const char *text, int64_t expected,
		     int64_t user_id, struct err *why);

struct plain_word_row {
	struct plain_word word;
	int64_t position, version;
};
int plain_word_list(struct db *db, struct db_result **out, struct err *why);
int plain_word_get(struct db *db, int64_t word_id, bool lock, struct db_result **out, struct err *why);
void plain_word_read(const struct db_result *result, int row, struct plain_word_row *out);
/* word_id 0: a new one; position 0: at the end. *word_id: which. */
int plain_word_save(struct db *db, const struct plain_word_row *row, int64_t user_id, int64_t *word_id,
		    struct err *why);
int plain_word_remove(struct db *db, int64_t word_id, int64_t user_id, struct err *why);

#endif
