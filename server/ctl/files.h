/* Files as hinomictl reads and writes them: whole, synced, and with their SHA-256. */
#ifndef SERVER_CTL_FILES_H
#define SERVER_CTL_FILES_H

#include "lib/buffer.h"
#include "lib/err.h"

/* The whole file, or "-" for standard input; ERR_LIMIT when it is larger than `most`. */
int file_read(const char *path, size_t most, struct buffer *out, struct err *why);

/* All of it, to where the descriptor stands. -1: errno says why. */
int file_write(int fd, struct slice content);

struct file_sum {
	uint8_t sha256[32];
	int64_t size;
	unsigned mode; /* permission bits */
};
/* A regular file; a symbolic link is not followed. */
int file_hash(const char *path, struct file_sum *out, struct err *why);
/* Copies a regular file to one that is not there yet, and syncs it. */
int file_copy(const char *from, const char *to, unsigned mode, struct file_sum *out, struct err *why);
/* Makes the folders that lead to the path, mode 0700, below `base`, which is there. */
int folders_make(const char *base, const char *path, struct err *why);
/* A folder that is empty or was not there: mode 0700. */
int folder_make_empty(const char *path, struct err *why);

#endif
