/* hinomid: the server. Without --role it is the supervisor, which starts this program again once per role. */
#include "lib/log.h"
#include "lib/path.h"
#include "server/role.h"
#include "server/supervisor/supervisor.h"

#include <getopt.h>
#include <grp.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <unistd.h>

enum { EXIT_USAGE = 2 };

struct options {
	const char *config_path;
	const char *role;
	bool check_config;
};

static void usage(FILE *to)
{
	fputs("usage: hinomid [--config=FILE] [--role=NAME] [--check-config]\n"
	      "\n"
	      "  --config=FILE    configuration (default /etc/hinomi/hinomi.yaml if it exists)\n"
	      "  --role=NAME      run one role alone, in the foreground, instead of the supervisor with all of them\n"
	      "  --check-config   say whether the configuration is valid, and exit\n"
	      "  --version        print the version, and exit\n"
	      "\n"
	      "roles:\n",
	      to);
	for (size_t i = 0; roles[i]; i++)
		fprintf(to, "  %-12s %s\n", roles[i]->name, roles[i]->purpose);
}

static int parse_options(int argc, char **argv, struct options *o)
{
	static const struct option known[] = {
		{ "config", required_argument, NULL, 'c' }, { "role", required_argument, NULL, 'r' },
		{ "check-config", no_argument, NULL, 'k' }, { "version", no_argument, NULL, 'v' },
		{ "help", no_argument, NULL, 'h' },         { NULL, 0, NULL, 0 },
	};
	int c;

	while ((c = getopt_long(argc, argv, "", known, NULL)) != -1) {
		switch (c) {
		case 'c':
			o->config_path = optarg;
			break;
		case 'r':
			o->role = optarg;
			break;
		case 'k':
			o->check_config = true;
			break;
		case 'v':
			puts("hinomid " HINOMI_VERSION);
			exit(EXIT_SUCCESS);
		case 'h':
			usage(stdout);
			exit(EXIT_SUCCESS);
		default:
			return -1;
		}
	}
	return optind == argc ? 0 : -1;
}

static const struct role *find_role(const char *name)
{
	for (size_t i = 0; roles[i]; i++)
		if (strcmp(roles[i]->name, name) == 0)
			return roles[i];
	return NULL;
}

/* Signals are read from a descriptor by the loop; none interrupts the code. */
static int signals_to_descriptor(void)
{
	sigset_t set;

	signal(SIGPIPE, SIG_IGN);
	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGHUP);
	sigaddset(&set, SIGCHLD);
	if (sigprocmask(SIG_BLOCK, &set, NULL) != 0)
		return -1;
	return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

/* As many descriptors as the kernel lets us have: each sensor and each browser needs one. */
static void raise_descriptor_limit(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < limit.rlim_max) {
		limit.rlim_cur = limit.rlim_max;
		if (setrlimit(RLIMIT_NOFILE, &limit) != 0)
			log_warning("cannot raise the number of descriptors beyond %llu",
				    (unsigned long long)limit.rlim_cur);
	}
}

static int drop_privileges(const struct settings *settings, struct err *why)
{
	const struct passwd *user;

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
		return err_set_errno(why, ERR_IO, "cannot give up new privileges");
	if (getuid() != 0 || !*settings->run_as)
		return 0;
	user = getpwnam(settings->run_as);
	if (!user)
		return err_set(why, ERR_CONFIG, "run_as: there is no user %s", settings->run_as);
	if (initgroups(user->pw_name, user->pw_gid) != 0 || setgid(user->pw_gid) != 0 || setuid(user->pw_uid) != 0)
		return err_set_errno(why, ERR_IO, "cannot become %s", settings->run_as);
	return 0;
}

static int run_role(const struct role *role, struct role_context *context, struct err *why)
{
	const char *status = getenv("HINOMI_STATUS_FD");
	int64_t fd;
	pid_t parent = getppid();

	if (drop_privileges(&context->settings, why) != 0)
		return -1;
	if (status && slice_to_int64(slice_of_string(status), &fd)) {
		context->status_fd = (int)fd;
		/* Dies with its supervisor; set after the change of user, which would clear it. */
		prctl(PR_SET_PDEATHSIG, SIGTERM);
		if (getppid() != parent)
			return err_set(why, ERR_UNAVAILABLE, "the supervisor is gone");
	}
	return role->run(context, why);
}

static const char *default_config(void)
{
	static const char path[] = "/etc/hinomi/hinomi.yaml";

	return path_is_there(path) ? path : NULL;
}

int main(int argc, char **argv)
{
	struct options options = { .config_path = default_config() };
	struct role_context context = { .status_fd = -1 };
	const struct role *role = NULL;
	struct err why = { 0 };
	char program[4096];
	ssize_t n;
	int failed;

	if (parse_options(argc, argv, &options) != 0) {
		usage(stderr);
		return EXIT_USAGE;
	}
	if (options.role && !(role = find_role(options.role))) {
		fprintf(stderr, "hinomid: there is no role %s; see --help\n", options.role);
		return EXIT_USAGE;
	}
	log_open(role ? role->name : "supervisor", LOG_LEVEL_INFO);
	context.config_path = options.config_path;
	if (settings_load(options.config_path, &context.settings, &why) != 0) {
		fprintf(stderr, "hinomid: %s\n", why.text);
		return EXIT_FAILURE;
	}
	if (options.check_config) {
		puts("the configuration is valid");
		settings_release(&context.settings);
		return EXIT_SUCCESS;
	}
	log_set_level((enum log_level)log_level_parse(context.settings.log_level));
	context.signal_fd = signals_to_descriptor();
	n = readlink("/proc/self/exe", program, sizeof(program) - 1);
	if (context.signal_fd < 0 || n < 0) {
		perror("hinomid");
		return EXIT_FAILURE;
	}
	program[n] = '\0';
	raise_descriptor_limit();
	failed = role ? run_role(role, &context, &why) : supervisor_run(&context, program, &why);
	if (failed)
		log_error("%s", why.text);
	settings_release(&context.settings);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
