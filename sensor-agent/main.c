/* hinomi-agent: the command line. Exit status: 0 success, 1 failure, 2 wrong usage. */
#include "sensor-agent/agent_settings.h"
#include "sensor-agent/enrolment.h"
#include "sensor-agent/run.h"
#include "sensor-agent/send.h"
#include "sensor-agent/server_address.h"
#include "sensor-agent/status.h"

#include "lib/log.h"

#include <event2/event.h>
#include <getopt.h>
#include <malloc.h>
#include <signal.h>
#include <sys/stat.h>

enum { EXIT_USAGE = 2, EST_PORT = 8444, PATIENCE_SECONDS = 300 };

static const char help[] =
    "hinomi-agent " HINOMI_VERSION ": streams alerts of this appliance to a Hinomi server\n"
    "\n"
    "  hinomi-agent enroll --server HOST[:PORT] --token TOKEN --state DIR (--ca FILE | --ca-sha256 HEX)\n"
    "                      [--lumberjack-port N]\n"
    "      Makes a key and gets its certificate with a one-time token (hinomictl sensor add). PORT is that of\n"
    "      enrolment, 8444 unless given. The server is checked against the CA's certificate in FILE, or against its\n"
    "      SHA-256 fingerprint. Alerts go to port 5044 of the same host, or N.\n"
    "\n"
    "  hinomi-agent run --config FILE\n"
    "      Follows what the configuration names (config/agent.yaml shows every key) and sends it, until SIGTERM.\n"
    "      What the server has not acked yet waits in DIR/spool, also through restarts.\n"
    "\n"
    "  hinomi-agent status --state DIR [--json]\n"
    "      Spool, last ack, drops, certificate; works while the agent runs and while it does not.\n"
    "\n"
    "  hinomi-agent send --state DIR [--config FILE] [--patience SECONDS] FILE...\n"
    "      Streams files once: lines that begin with '{' as eve.json, all others as syslog. Ends with status 0 when\n"
    "      the server has stored everything. Run again after an interruption it goes on where it was; a file that was\n"
    "      sent before is skipped, or only what has been appended to it is sent. Gives up when nothing was acked for\n"
    "      SECONDS (300). Not while `run` uses the same DIR. Files that are compressed are refused: unpack them "
    "first.\n"
    "\n"
    "  hinomi-agent --version | --help\n"
    "\n"
    "Exit status: 0 success, 1 failure, 2 wrong usage.\n";

struct arguments {
	const char *config, *state, *server, *token, *ca, *ca_sha256;
	int64_t lumberjack_port, patience;
	bool json;
	char **files;
	size_t file_count;
};

static int complain(const char *text)
{
	fprintf(stderr, "hinomi-agent: %s; see hinomi-agent --help\n", text);
	return EXIT_USAGE;
}

static int complain_about(const char *what, const char *text)
{
	fprintf(stderr, "hinomi-agent: %s %s; see hinomi-agent --help\n", what, text);
	return EXIT_USAGE;
}

static int failure(const struct err *why)
{
	fprintf(stderr, "hinomi-agent: %s\n", why->text);
	return why->code == ERR_USAGE ? EXIT_USAGE : EXIT_FAILURE;
}

/* ------------------------------------------------------------------------------------------------ commands */

static int enroll(const struct arguments *a)
{
	struct server_address server;
	struct err why = { 0 };

	if (!a->server || !a->token || !a->state)
		return complain("enroll needs --server, --token and --state");
	if (!a->ca == !a->ca_sha256)
		return complain("enroll needs --ca or --ca-sha256, to know the server by");
	if (!server_address_parse(&server, slice_of_string(a->server), EST_PORT))
		return complain("--server must be HOST or HOST:PORT");
	if (enrolment_first(&(struct enrolment_plan){ .state_dir = a->state,
						      .server = server.host,
						      .est_port = server.port,
						      .lumberjack_port = (int)a->lumberjack_port,
						      .token = a->token,
						      .ca_file = a->ca,
						      .ca_sha256 = a->ca_sha256 },
			    &why) != 0)
		return failure(&why);
	printf("enrolled; the key, its certificate and the CA's are in %s\n", a->state);
	return EXIT_SUCCESS;
}

static int renew(const struct arguments *a)
{
	struct err why = { 0 };

	if (!a->state)
		return complain("renew needs --state");
	return enrolment_renew(a->state, &why) == 0 ? EXIT_SUCCESS : failure(&why);
}

static int run(const struct arguments *a)
{
	struct agent_settings settings;
	struct err why = { 0 };
	int level, result;

	if (!a->config)
		return complain("run needs --config");
	if (agent_settings_load(&settings, a->config, &why) != 0)
		return failure(&why);
	level = log_level_parse(settings.log_level);
	if (level < 0) {
		agent_settings_release(&settings);
		return complain("log_level must be debug, info, warning or error");
	}
	log_open("agent", (enum log_level)level);
	result = run_agent(&settings, &why);
	agent_settings_release(&settings);
	return result == 0 ? EXIT_SUCCESS : failure(&why);
}

static int status(const struct arguments *a)
{
	struct err why = { 0 };

	if (!a->state)
		return complain("status needs --state");
	return status_print(a->state, a->json, &why) == 0 ? EXIT_SUCCESS : failure(&why);
}

/* --state stands above what the configuration says. */
static int load_for_send(struct agent_settings *out, const struct arguments *a, struct err *why)
{
	char *state;

	if (agent_settings_load(out, a->config, why) != 0)
		return -1;
	if (!a->state)
		return 0;
	state = strdup(a->state);
	if (!state) {
		agent_settings_release(out);
		return err_set(why, ERR_NOMEM, "no memory to start");
	}
	free(out->state_dir);
	out->state_dir = state;
	return 0;
}

static int send_once(const struct arguments *a)
{
	struct agent_settings settings;
	struct err why = { 0 };
	int result;

	if (!a->state && !a->config)
		return complain("send needs --state");
	if (a->file_count == 0)
		return complain("send needs at least one file");
	if (load_for_send(&settings, a, &why) != 0)
		return failure(&why);
	log_open("agent", LOG_LEVEL_WARNING);
	result = send_files(&settings, a->files, a->file_count, a->patience * 1000, &why);
	agent_settings_release(&settings);
	return result == 0 ? EXIT_SUCCESS : failure(&why);
}

/* ------------------------------------------------------------------------------------------------ the command line */

enum choice { CONFIG = 1, STATE, SERVER, TOKEN, CA, CA_SHA256, LUMBERJACK_PORT, PATIENCE, JSON, HELP };

static const struct option options[] = {
	{ "config", required_argument, NULL, CONFIG },
	{ "state", required_argument, NULL, STATE },
	{ "server", required_argument, NULL, SERVER },
	{ "token", required_argument, NULL, TOKEN },
	{ "ca", required_argument, NULL, CA },
	{ "ca-sha256", required_argument, NULL, CA_SHA256 },
	{ "lumberjack-port", required_argument, NULL, LUMBERJACK_PORT },
	{ "patience", required_argument, NULL, PATIENCE },
	{ "json", no_argument, NULL, JSON },
	{ "help", no_argument, NULL, HELP },
	{ NULL, 0, NULL, 0 },
};

static bool take_number(const char *text, int64_t least, int64_t most, int64_t *out)
{
	return slice_to_int64(slice_of_string(text), out) && *out >= least && *out <= most;
}

static bool take_option(struct arguments *a, int option, const char *value)
{
	const char **texts[] = {
		[CONFIG] = &a->config, [STATE] = &a->state, [SERVER] = &a->server,
		[TOKEN] = &a->token,   [CA] = &a->ca,       [CA_SHA256] = &a->ca_sha256,
	};

	if (option == JSON)
		a->json = true;
	else if (option == LUMBERJACK_PORT)
		return take_number(value, 1, 65535, &a->lumberjack_port);
	else if (option == PATIENCE)
		return take_number(value, 1, 86400, &a->patience);
	else
		*texts[option] = value;
	return true;
}

/* -1: go on; else the exit status */
static int parse(struct arguments *a, int argc, char **argv)
{
	int option;

	*a = (struct arguments){ .lumberjack_port = SERVER_LUMBERJACK_PORT, .patience = PATIENCE_SECONDS };
	opterr = 0;
	while ((option = getopt_long(argc, argv, ":", options, NULL)) != -1) {
		if (option == HELP) {
			fputs(help, stdout);
			return EXIT_SUCCESS;
		}
		if (option == '?')
			return complain_about(argv[optind - 1], "is not an option");
		if (option == ':')
			return complain_about(argv[optind - 1], "needs a value");
		if (!take_option(a, option, optarg))
			return complain_about(optarg, option == PATIENCE ? "is no --patience: give 1 to 86400 seconds"
									 : "is no port: give 1 to 65535");
	}
	a->files = argv + optind;
	a->file_count = (size_t)(argc - optind);
	return -1;
}

static const struct command {
	const char *name;
	int (*run)(const struct arguments *a);
	bool takes_files;
} commands[] = {
	{ "enroll", enroll, false }, { "run", run, false },     { "status", status, false },
	{ "send", send_once, true }, { "renew", renew, false }, /* for `run`, which starts it */
};

static int run_command(const struct command *command, int argc, char **argv)
{
	struct arguments a;
	int result = parse(&a, argc, argv);

	if (result >= 0)
		return result;
	if (a.file_count && !command->takes_files)
		return complain_about(a.files[0], "is one argument too many");
	return command->run(&a);
}

static void log_libevent(int severity, const char *text)
{
	(void)severity;
	log_debug("%s", text);
}

int main(int argc, char **argv)
{
	event_set_log_callback(log_libevent);
	/* Large buffers go back to the system when they are freed; an appliance has better use for its memory. */
	mallopt(M_MMAP_THRESHOLD, 128 * 1024);
	mallopt(M_TRIM_THRESHOLD, 128 * 1024);
	signal(SIGPIPE, SIG_IGN);
	signal(SIGXFSZ, SIG_IGN);
	umask(077);
	log_open("agent", LOG_LEVEL_INFO);
	if (argc < 2)
		return complain("no command given");
	if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0 || strcmp(argv[1], "help") == 0) {
		fputs(help, stdout);
		return EXIT_SUCCESS;
	}
	if (strcmp(argv[1], "--version") == 0) {
		puts(HINOMI_VERSION);
		return EXIT_SUCCESS;
	}
	for (size_t i = 0; i < ARRAY_LEN(commands); i++)
		if (strcmp(argv[1], commands[i].name) == 0)
			return run_command(&commands[i], argc - 1, argv + 1);
	return complain_about(argv[1], "is not a command");
}
