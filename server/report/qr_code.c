#include "server/report/qr_code.h"

#include <errno.h>
#include <qrencode.h>

int qr_code_make(const char *text, struct qr_code *out, struct err *why)
{
	QRcode *code = QRcode_encodeString8bit(text, 0, QR_ECLEVEL_M);

	if (!code)
		return err_set(why, errno == ENOMEM ? ERR_NOMEM : ERR_LIMIT,
			       "the address of the check page is too long for a QR code");
	if (code->width > QR_CODE_SIDE_MAX) {
		QRcode_free(code);
		return err_set(why, ERR_LIMIT, "the QR code is too large");
	}
	out->side = code->width;
	for (int i = 0; i < code->width * code->width; i++)
		out->modules[i] = code->data[i] & 1;
	QRcode_free(code);
	return 0;
}
