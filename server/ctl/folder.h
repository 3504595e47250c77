/* A folder that files are put into, each as a whole: whoever looks sees the file as it was or as it is. May be used
 * from several threads, for different names. */
#ifndef SERVER_CTL_FOLDER_H
#define SERVER_CTL_FOLDER_H

#include "lib/err.h"
#include "lib/slice.h"

struct folder;

/* Makes it when it is not there (the folder above must be), and tries whether it can be written. */
int folder_open(struct folder **out, const char *path, struct err *why);
void folder_close(struct folder *folder); /* NULL is allowed */
/* ERR_FULL: the disk is full. What was there stays then. */
int folder_replace(struct folder *folder, const char *name, struct slice content, struct err *why);
/* All that was put into it is on the disk. */
int folder_sync(struct folder *folder, struct err *why);

#endif
