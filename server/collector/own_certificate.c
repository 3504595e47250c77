#include "server/collector/own_certificate.h"

#include "lib/log.h"
#include "lib/path.h"
#include "server/collector/keyholder_client.h"

#include <arpa/inet.h>
#include <errno.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PATH_ROOM = 4096 };

/* The keyholder dates certificates an hour back, since clocks differ; that hour is no part of their life. */
#define DATED_BACK ((time_us)3600 * US_PER_SECOND)

/* ------------------------------------------------------------------------------------------------ the plan */

int own_certificate_plan_make(struct own_certificate_plan *out, const struct settings *settings, struct err *why)
{
	const struct config_list *names = &settings->collector.names;
	char path[PATH_ROOM], folder[PATH_ROOM];

	*out = (struct own_certificate_plan){ 0 };
	if (names->len == 0)
		return err_set(why, ERR_CONFIG, "collector.names is empty: name what sensors connect to");
	if (keyholder_socket_path(settings, path, sizeof(path), why) != 0)
		return -1;
	if (snprintf(folder, sizeof(folder), "%s/collector", settings->state_dir) >= (int)sizeof(folder) - 16)
		return err_set(why, ERR_CONFIG, "the path state_dir is too long");
	out->folder = strdup(folder);
	out->socket = strdup(path);
	out->names = calloc(names->len, sizeof(*out->names));
	if (!out->folder || !out->socket || !out->names)
		goto short_of_memory;
	for (; out->name_count < names->len; out->name_count++) {
		out->names[out->name_count] = strdup(names->items[out->name_count]);
		if (!out->names[out->name_count])
			goto short_of_memory;
	}
	return 0;
short_of_memory:
	own_certificate_plan_release(out);
	return err_set(why, ERR_NOMEM, "no memory for the collector's names");
}

void own_certificate_plan_release(struct own_certificate_plan *plan)
{
	for (size_t i = 0; i < plan->name_count; i++)
		free(plan->names[i]);
	free(plan->names);
	free(plan->socket);
	free(plan->folder);
	*plan = (struct own_certificate_plan){ 0 };
}

static const char *path_in(const struct own_certificate_plan *plan, const char *name, char room[PATH_ROOM])
{
	snprintf(room, PATH_ROOM, "%s/%s", plan->folder, name);
	return room;
}

/* ------------------------------------------------------------------------------------------------ judging one */

static bool has_name(X509 *certificate, const char *name)
{
	uint8_t room[16];

	if (inet_pton(AF_INET, name, room) == 1 || inet_pton(AF_INET6, name, room) == 1)
		return X509_check_ip_asc(certificate, name, 0) == 1;
	return X509_check_host(certificate, name, 0, X509_CHECK_FLAG_NO_WILDCARDS | X509_CHECK_FLAG_NEVER_CHECK_SUBJECT,
			       NULL) == 1;
}

/* Exactly the configured names: one that was taken out of the settings must leave the certificate, too. */
static bool is_for(X509 *certificate, const struct own_certificate_plan *plan)
{
	GENERAL_NAMES *names = X509_get_ext_d2i(certificate, NID_subject_alt_name, NULL, NULL);
	bool same = names && (size_t)sk_GENERAL_NAME_num(names) == plan->name_count;

	GENERAL_NAMES_free(names);
	for (size_t i = 0; i < plan->name_count && same; i++)
		same = has_name(certificate, plan->names[i]);
	return same;
}

time_us own_certificate_renew_at(const struct own_certificate *own)
{
	time_us from = tls_not_before(own->certificate), to = tls_not_after(own->certificate);

	/* One whose times cannot be read is due at once. */
	if (from == TIME_NONE || to == TIME_NONE || to - from <= DATED_BACK)
		return 0;
	return to - (to - from - DATED_BACK) / 3;
}

/* Key, names and authority of a certificate go together. */
static bool is_sound(const struct own_certificate *own, const struct own_certificate_plan *plan)
{
	return X509_check_private_key(own->certificate, own->key) == 1 && is_for(own->certificate, plan) &&
	       X509_verify(own->certificate, X509_get0_pubkey(own->ca)) == 1;
}

/* ------------------------------------------------------------------------------------------------ files */

/* False: none is kept, or it cannot be used. */
static bool load(struct own_certificate *out, const struct own_certificate_plan *plan)
{
	char path[PATH_ROOM];
	struct err why = { 0 };

	*out = (struct own_certificate){ 0 };
	/* The certificate is written last, so where it is, the others are. */
	if (!path_is_there(path_in(plan, "server.pem", path)))
		return false;
	out->certificate = tls_certificate_load(path, &why);
	if (out->certificate)
		out->ca = tls_certificate_load(path_in(plan, "ca.pem", path), &why);
	if (out->ca)
		out->key = tls_key_load(path_in(plan, "server.key", path), &why);
	if (out->key && is_sound(out, plan))
		return true;
	log_info("the kept certificate is not used: %s",
		 out->key ? "its key, its names or its authority changed" : why.text);
	own_certificate_close(out);
	return false;
}

static int save_certificate(X509 *certificate, const char *path, struct err *why)
{
	struct buffer pem = { 0 };
	int failed;

	tls_certificate_to_pem(certificate, &pem);
	failed = pem.failed ? err_set(why, ERR_NOMEM, "no memory for a certificate")
			    : tls_file_save(path, 0600, buffer_slice(&pem), why);
	buffer_release(&pem);
	return failed;
}

/* A crash in between leaves files that do not fit together, which load() notices. */
static int save(const struct own_certificate *own, const struct own_certificate_plan *plan, struct err *why)
{
	char path[PATH_ROOM];

	if (mkdir(plan->folder, 0700) != 0 && errno != EEXIST)
		return err_set_errno(why, ERR_IO, "cannot make the folder %s", plan->folder);
	if (tls_key_save(own->key, path_in(plan, "server.key", path), why) != 0 ||
	    save_certificate(own->ca, path_in(plan, "ca.pem", path), why) != 0)
		return -1;
	return save_certificate(own->certificate, path_in(plan, "server.pem", path), why);
}

/* ------------------------------------------------------------------------------------------------ getting one */

/* With a key of its own each time. */
static int get(struct own_certificate *out, const struct own_certificate_plan *plan, struct err *why)
{
	struct own_certificate fresh = { .key = tls_key_new(why) };
	struct buffer request = { 0 };
	int failed = -1;

	*out = (struct own_certificate){ 0 };
	if (fresh.key && tls_request_new(fresh.key, "collector", &request, why) == 0)
		failed = keyholder_sign_server(plan->socket, (const char *const *)plan->names, plan->name_count,
					       buffer_slice(&request), &fresh.certificate, &fresh.ca, why);
	buffer_release(&request);
	if (!failed && !is_sound(&fresh, plan))
		failed = err_set(why, ERR_PROTOCOL, "the keyholder signed for other names than collector.names");
	if (!failed)
		failed = save(&fresh, plan, why);
	if (failed)
		own_certificate_close(&fresh);
	else
		*out = fresh;
	return failed;
}

/* 1: as it is; 0: a new one is wanted; -1: the keyholder is away. */
static int is_current(const struct own_certificate *kept, const struct own_certificate_plan *plan, struct err *why)
{
	X509 *ca;
	int same;

	if (keyholder_ca(plan->socket, &ca, why) != 0)
		return -1;
	same = X509_cmp(ca, kept->ca) == 0;
	X509_free(ca);
	return same && clock_now() < own_certificate_renew_at(kept);
}

int own_certificate_obtain(struct own_certificate *out, const struct own_certificate_plan *plan, struct err *why)
{
	bool kept = load(out, plan);
	int current = kept ? is_current(out, plan, why) : 0;

	if (current == 1)
		return 0;
	if (current < 0 && clock_now() < tls_not_after(out->certificate)) {
		log_warning("the kept certificate is used as it is: %s", why->text);
		return 0;
	}
	own_certificate_close(out);
	if (get(out, plan, why) != 0)
		return err_prefix(why, "cannot get the collector's certificate");
	log_info("got a certificate for %s and %zu more names", plan->names[0], plan->name_count - 1);
	return 0;
}

int own_certificate_open(struct own_certificate *out, const struct settings *settings, struct err *why)
{
	struct own_certificate_plan plan;
	int failed;

	*out = (struct own_certificate){ 0 };
	if (own_certificate_plan_make(&plan, settings, why) != 0)
		return -1;
	failed = own_certificate_obtain(out, &plan, why);
	own_certificate_plan_release(&plan);
	return failed;
}

void own_certificate_close(struct own_certificate *own)
{
	X509_free(own->certificate);
	X509_free(own->ca);
	EVP_PKEY_free(own->key);
	*own = (struct own_certificate){ 0 };
}
