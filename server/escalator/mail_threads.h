/* Threads that mails are sent in. libcurl's multi interface waits within the call for the answer to a mail's last dot
 * (smtp_done(), as of 7.88): a server that takes its time over one mail would hold up the engine and all other sends.
 * So each transfer runs in a thread of its own, which keeps its connection for the next one. */
#ifndef SERVER_ESCALATOR_MAIL_THREADS_H
#define SERVER_ESCALATOR_MAIL_THREADS_H

#include "lib/err.h"

#include <curl/curl.h>
#include <stdbool.h>

struct mail_threads;

int mail_threads_open(struct mail_threads **out, size_t count, struct err *why);
/* Transfers that run are given up; waits until their threads have noticed, about a second. NULL is allowed. */
void mail_threads_close(struct mail_threads *threads);

/* Readable when a transfer has ended. */
int mail_threads_fd(const struct mail_threads *threads);
/* The handle, and whatever its callbacks touch, belongs to a thread until it comes back. Its progress function is set
 * here. Handles wait in the order in which they came when all threads are busy. False: no memory. */
bool mail_threads_start(struct mail_threads *threads, CURL *transfer);
/* One that has ended; false: none has. */
bool mail_threads_next(struct mail_threads *threads, CURL **transfer, CURLcode *code);

#endif
