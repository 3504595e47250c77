/* A regular expression over a text in one pass, however hostile both are. Internal to this folder.
 *
 * PCRE2's usual matcher tries each place of the text in turn and goes back on its way: its limit of steps holds for one
 * place, and what it runs over without a choice (\w+) is no step. This one follows all ways at once, as the dialect of
 * regex.h refers back to nothing and looks nowhere: pcre2_dfa_match(), with all places as one. Its time is that of the
 * text's length times the ways that are open, of which there may be PASS_WAYS. */
#ifndef SERVER_MODEL_SIGMA_REGEX_PASS_H
#define SERVER_MODEL_SIGMA_REGEX_PASS_H

#include "lib/err.h"
#include "lib/slice.h"

enum { PASS_WAYS = 128 };

struct regex_pass;
/* text: was checked and compiled by regex.c; options: PCRE2's, of how to compile it. *out is NULL when it becomes too
 * large for this: then nobody can tell. */
int regex_pass_new(struct regex_pass **out, struct slice text, uint32_t options, struct err *why);
void regex_pass_free(struct regex_pass *p); /* NULL is allowed */

struct regex_pass_memory;
struct regex_pass_memory *regex_pass_memory_new(void); /* NULL: no memory */
void regex_pass_memory_free(struct regex_pass_memory *m);

enum regex_pass_verdict { PASS_NO, PASS_YES, PASS_GAVE_UP };
enum regex_pass_verdict regex_pass_match(const struct regex_pass *p, struct regex_pass_memory *m, struct slice text);

#endif
