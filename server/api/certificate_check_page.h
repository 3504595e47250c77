/* The public page on which anybody checks a certificate (/verify), as HTML without script: number and code, and whether
 * they are good. No name, no date, no reason: the certificate is in the asker's hands, and whoever has none learns
 * nothing. Pure; every text that comes from elsewhere is escaped. */
#ifndef SERVER_API_CERTIFICATE_CHECK_PAGE_H
#define SERVER_API_CERTIFICATE_CHECK_PAGE_H

#include "lib/buffer.h"

enum certificate_check_result {
	CERTIFICATE_NOT_ASKED,
	CERTIFICATE_VALID,
	CERTIFICATE_NOT_VALID,
	CERTIFICATE_TOO_MANY, /* this address asked too often */
};
struct certificate_check_facts {
	bool japanese;
	enum certificate_check_result result;
	const char *operator_name;
	const char *number; /* as it was typed; it stays in the form. NULL: none */
	const char *desk_phone;
};
void certificate_check_page_write(const struct certificate_check_facts *facts, struct buffer *out);

/* What was typed: "KM-12" or "12"; sixteen letters of base32 with whatever stands between. What cannot be a number or
 * a code is one that no certificate has (0, ""): it is looked up like any other. */
enum { CERTIFICATE_CHECK_CODE_SIZE = 17 };
int64_t certificate_check_number(const char *text);
void certificate_check_code(const char *text, char out[CERTIFICATE_CHECK_CODE_SIZE]);

#endif
