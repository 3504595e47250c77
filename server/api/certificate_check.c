#include "server/api/certificate_check.h"

#include "server/api/certificate_check_page.h"
#include "server/api/login_limits.h"
#include "server/api/plain_page.h"
#include "server/store/certificate_check.h"

#include <inttypes.h>
#include <stdio.h>

/* A partner with a pile of certificates is fine; a machine is not. */
static const struct login_allowance checks = { "verify", 30, 4000 };

enum { OPERATOR_NAME_SIZE = 200 };

static bool choose_language(const struct call *call)
{
	const char *wish = parameters_get(&call->query, "lang");

	if (wish && strcmp(wish, "ja") == 0)
		return true;
	return wish && strcmp(wish, "en") == 0 ? false : call->japanese;
}

static void write_page(struct call *call, struct certificate_check_facts *facts, int64_t wait)
{
	char seconds[24];

	http_reply_clear(call->reply);
	call->reply->status = wait ? 429 : 200;
	plain_page_headers(call->reply, facts->japanese);
	/* The page is for anybody, in whatever language they prefer. */
	http_reply_header(call->reply, "Vary", "Accept-Language");
	if (wait) {
		snprintf(seconds, sizeof(seconds), "%" PRId64, wait);
		http_reply_header(call->reply, "Retry-After", seconds);
	}
	certificate_check_page_write(facts, &call->reply->body);
}

static int check(struct call *call, const char *number, const char *code, bool *valid, struct err *why)
{
	char letters[CERTIFICATE_CHECK_CODE_SIZE];

	certificate_check_code(code, letters);
	return certificate_check(call->db, certificate_check_number(number), letters, valid, why);
}

static int answer(struct call *call, const struct parameters *from, struct err *why)
{
	const char *number = parameters_get(from, "number"), *code = parameters_get(from, "code");
	struct certificate_check_facts facts = { .japanese = choose_language(call),
						 .number = number,
						 .desk_phone = call->api->settings->escalator.desk_phone };
	char operator_name[OPERATOR_NAME_SIZE];
	bool asked = number && code, valid = false;
	int64_t wait = asked ? login_limits_take(call->api->limits, &checks, call->address, clock_monotonic_ms()) : 0;

	facts.operator_name = operator_name;
	if (account_operator_name(call->db, operator_name, sizeof(operator_name), why) != 0 ||
	    (asked && !wait && check(call, number, code, &valid, why) != 0))
		return -1;
	if (asked)
		facts.result = wait ? CERTIFICATE_TOO_MANY : valid ? CERTIFICATE_VALID : CERTIFICATE_NOT_VALID;
	write_page(call, &facts, wait);
	return 0;
}

int certificate_check_show(struct call *call, struct err *why)
{
	return answer(call, &call->query, why);
}

int certificate_check_take(struct call *call, struct err *why)
{
	return answer(call, &call->form, why);
}
