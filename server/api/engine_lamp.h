/* Whether the engine that pages people is well: green, amber (somebody should look), red (a page may not reach
 * anybody). Each fault says what it is and what to do, in two languages. Pure. */
#ifndef SERVER_API_ENGINE_LAMP_H
#define SERVER_API_ENGINE_LAMP_H

#include "lib/json_write.h"
#include "server/store/oncall_board.h"

/* All that decides. */
struct lamp_facts {
	struct board_figures figures;
	int engines_alive;
	bool mail_wanted;   /* escalator.smtp_url is set */
	time_us mail_ok_at; /* the latest of the engines that are alive */
	const char *mail_error;
	bool pulse_wanted; /* escalator.pulse_url is set */
	time_us pulsed_at;
	const char *pulse_error;
	int64_t pulse_every_ms;
	const char *document_fault; /* a schedule, policy or route that cannot be read; NULL: none */
	const char *empty_schedule; /* name of one that policies go to and that has nobody now; NULL: none */
};
enum lamp { LAMP_GREEN, LAMP_AMBER, LAMP_RED };
enum { LAMP_TEXT_SIZE = 400, LAMP_FAULTS_MAX = 16 };

struct lamp_fault {
	const char *code; /* static */
	bool red;
	char text[LAMP_TEXT_SIZE];
};
struct lamp_verdict {
	enum lamp lamp;
	size_t count;
	struct lamp_fault faults[LAMP_FAULTS_MAX];
};
void engine_lamp_judge(const struct lamp_facts *facts, bool japanese, struct lamp_verdict *out);
const char *engine_lamp_name(enum lamp lamp);

#endif
