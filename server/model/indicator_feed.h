/* Feeds of indicators: what every format says of one, where it goes, and which format a text is in. Formats: stix.h,
 * misp.h, indicator_list.h. All of them are pure: a text in, calls of the sink out.
 *
 * Nothing is dropped silently: what names no indicator that can be matched goes to `reject` with the reason. */
#ifndef SERVER_MODEL_INDICATOR_FEED_H
#define SERVER_MODEL_INDICATOR_FEED_H

#include "server/model/indicator.h"

/* Traffic Light Protocol 2.0 (FIRST), in order: a higher value is stricter. */
enum tlp { TLP_NONE, TLP_CLEAR, TLP_GREEN, TLP_AMBER, TLP_AMBER_STRICT, TLP_RED };
const char *tlp_name(enum tlp tlp); /* as the database has it: "clear" .. "red"; of none "" */
/* With or without "tlp:", any case; version 1's "white" is clear. */
bool tlp_parse(struct slice name, enum tlp *out);

enum {
	FEED_LABELS_MAX = 16,
	FEED_LABEL_SIZE_MAX = 100,        /* bytes; longer ones are left out */
	FEED_DESCRIPTION_MAX = 1000,      /* bytes */
	FEED_EXTERNAL_ID_MAX = 200,       /* bytes */
	FEED_ENTRY_MAX = 300,             /* bytes of a reject's entry */
	FEED_JSON_MAX = 64 * 1024 * 1024, /* bytes of a STIX bundle or a MISP event */
	FEED_LIST_MAX = 512 * 1024 * 1024
};

/* One indicator as a feed has it. Texts are UTF-8 without NUL and borrowed during the call. */
struct feed_indicator {
	struct indicator_key key;
	struct slice external_id;                  /* STIX id, MISP uuid; ptr NULL: none */
	time_us valid_from, valid_until, modified; /* TIME_NONE: it does not say */
	int confidence;                            /* 0..100; -1: it does not say */
	enum tlp tlp;                              /* TLP_NONE: it does not say */
	bool revoked;                              /* its author took it back */
	struct slice labels[FEED_LABELS_MAX];
	size_t label_count;
	struct slice description;
};

struct feed_sink {
	void *arg;
	/* -1 ends the reading. */
	int (*take)(void *arg, const struct feed_indicator *i, struct err *why);
	int (*reject)(void *arg, struct slice entry, const char *reason, struct err *why);
};

enum feed_format { FEED_AUTO, FEED_STIX, FEED_MISP, FEED_LIST, FEED_HOSTS };
const char *feed_format_name(enum feed_format format);
bool feed_format_parse(struct slice name, enum feed_format *out);
/* Never FEED_AUTO. JSON is told by its members; a list of lines that are an address and a name is a hosts file. */
enum feed_format feed_format_guess(struct slice text);

/* ERR_CONFIG: not in that format (JSON that is none, no bundle); ERR_LIMIT: too large; or what the sink said. */
int feed_read(enum feed_format format, struct slice text, const struct feed_sink *sink, struct err *why);

/* For the formats. Fields empty, times and numbers "does not say"; the key is left alone. */
void feed_indicator_init(struct feed_indicator *i);
/* Unless it is there already, unfit, or there are FEED_LABELS_MAX. */
void feed_label(struct feed_indicator *i, struct slice label);
/* At most `most` bytes, cut between characters. */
struct slice feed_cut(struct slice text, size_t most);

#endif
