/* QR codes (ISO/IEC 18004) of addresses, with about 15 % of redundancy. The only file that knows libqrencode. Pure: the
 * same text gives the same modules. */
#ifndef SERVER_REPORT_QR_CODE_H
#define SERVER_REPORT_QR_CODE_H

#include "lib/err.h"

enum { QR_CODE_SIDE_MAX = 177, QR_CODE_QUIET = 4 /* modules that must stay white around it */ };

struct qr_code {
	int side;                                                   /* modules */
	unsigned char modules[QR_CODE_SIDE_MAX * QR_CODE_SIDE_MAX]; /* row by row; 1 is black */
};
/* ERR_LIMIT: the text is too long. */
int qr_code_make(const char *text, struct qr_code *out, struct err *why);

#endif
