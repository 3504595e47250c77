/* One send that is on its way: inside of delivery.c and of the files that know one way each. */
#ifndef SERVER_ESCALATOR_SENDING_H
#define SERVER_ESCALATOR_SENDING_H

#include "lib/buffer.h"
#include "server/escalator/address_guard.h"
#include "server/escalator/command.h"
#include "server/escalator/delivery.h"
#include "server/escalator/mail_threads.h"

#include <curl/curl.h>

enum sending_kind { SENDING_MAIL, SENDING_HTTP, SENDING_COMMAND, SENDING_PROBE, SENDING_PULSE };
enum { SENDING_HOST_SIZE = 300, SENDING_REASON_SIZE = 400 };

struct sending {
	struct sending *next;
	struct delivery *delivery;
	enum sending_kind kind;
	uint8_t id[OUTBOX_ID_SIZE];
	int attempts;                 /* before this one */
	bool urgent;                  /* retried by the schedule of pages */
	char host[SENDING_HOST_SIZE]; /* whose limit it counts for */
	int64_t started_ms;

	CURL *curl; /* NULL: a command, or refused before it began */
	struct curl_slist *headers, *recipients;
	struct buffer body; /* what is sent */
	size_t sent;
	struct buffer answer; /* HTTP: the beginning of the body; mail: the last line that the server said */
	bool encrypted;
	char blocked[SENDING_REASON_SIZE]; /* by the guard, last: why; "": not */
	char error[CURL_ERROR_SIZE];
	char refused[SENDING_REASON_SIZE]; /* it could not begin: why */
	struct command_run command;
};

struct delivery {
	const struct settings *settings;
	delivery_done *done;
	void *context;
	CURLM *multi;               /* for webhooks */
	struct mail_threads *mails; /* for mail */
	struct address_guard guard;
	char *password; /* of the mail server; NULL: none */
	char home[SETTINGS_URL_SIZE];
	struct sending *open;
	size_t open_count;
	struct sending *probe, *pulse; /* of `open`; NULL: none is on its way */
	struct sending_state {
		time_us ok_at;
		char error[SENDING_REASON_SIZE]; /* "": the last was good, or none was yet */
	} mail, pulse_state;
};

/* What both protocols have in common: time-outs, certificates, no proxy, no files. false: no memory. */
bool sending_prepare(struct sending *sending);
/* Each fills in the handle, or `refused`. */
void mail_prepare(struct sending *sending, const struct parcel *parcel);
void mail_prepare_probe(struct sending *sending);
void http_prepare(struct sending *sending, const struct parcel *parcel);
void http_prepare_pulse(struct sending *sending);
/* Whose limit a row counts for: the mail server's, a URL's host, or the command's. False: the URL is none. */
bool sending_host_of(const struct delivery *delivery, const struct outbox_row *row, char host[SENDING_HOST_SIZE]);

/* What became of a send, for the outbox. `text` is the caller's, for result->text. */
enum { SENDING_TEXT_SIZE = 600 };
void sending_judge(const struct sending *sending, CURLcode code, struct outbox_result *result,
		   char text[SENDING_TEXT_SIZE]);
void sending_judge_command(const struct sending *sending, struct outbox_result *result, char text[SENDING_TEXT_SIZE]);
/* UTF-8 of one line, whatever the other side said: this goes into the database and onto screens. */
void sending_clean(const void *bytes, size_t len, char *out, size_t room);

#endif
