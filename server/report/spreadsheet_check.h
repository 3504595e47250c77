/* Whether an XLSX file is whole. libxlsxwriter passes over failed writes to its temporary files: on a full disk it
 * would hand out a file with rows missing and call it done. So each part of the ZIP is unpacked once more: its XML must
 * end with the end of its outermost element, and a sheet must hold as many rows and cells as were written. Pure. */
#ifndef SERVER_REPORT_SPREADSHEET_CHECK_H
#define SERVER_REPORT_SPREADSHEET_CHECK_H

#include "lib/err.h"
#include "lib/slice.h"

#include <stdint.h>

enum { SPREADSHEET_PART_MAX = 64 << 20 }; /* bytes of a part, unpacked */

struct spreadsheet_extent {
	size_t rows, cells;
};
/* The extents of sheet 1, 2, ... ERR_FULL: something is missing, as when the disk is full. */
int spreadsheet_check(struct slice file, const struct spreadsheet_extent *sheets, size_t count, struct err *why);

#endif
