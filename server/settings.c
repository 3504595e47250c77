#include "server/settings.h"

#include "lib/log.h"

#define KEY(path) offsetof(struct settings, path)
enum { SECOND = 1000, MINUTE = 60 * SECOND, HOUR = 60 * MINUTE };
#define DAY ((int64_t)24 * HOUR)
#define KIB ((int64_t)1024)
#define MIB (1024 * KIB)

static const struct config_key keys[] = {
	{ "state_dir", CONFIG_STRING, KEY(state_dir), "/var/lib/hinomi", 0, 0,
	  "what the server keeps outside the database" },
	{ "timezone", CONFIG_STRING, KEY(timezone), "Asia/Tokyo", 0, 0, "IANA zone of all days and months" },
	{ "log_level", CONFIG_STRING, KEY(log_level), "info", 0, 0, "debug, info, warning or error" },
	{ "run_as", CONFIG_STRING, KEY(run_as), "", 0, 0, "user to become when started as root" },
	{ "roles", CONFIG_LIST, KEY(roles), "", 0, 0, "roles to start on this machine; empty: all" },

	{ "database.conninfo", CONFIG_STRING, KEY(database.conninfo), "dbname=hinomi", 0, 0,
	  "libpq connection string, without user" },
	{ "database.user_prefix", CONFIG_STRING, KEY(database.user_prefix), "hinomi_", 0, 0,
	  "database user = prefix + role" },

	{ "collector.listen", CONFIG_STRING, KEY(collector.listen), "0.0.0.0:5044", 0, 0,
	  "Lumberjack v2 over mutual TLS" },
	{ "collector.est_listen", CONFIG_STRING, KEY(collector.est_listen), "0.0.0.0:8444", 0, 0,
	  "enrolment (EST, RFC 7030)" },
	{ "collector.names", CONFIG_LIST, KEY(collector.names), "localhost 127.0.0.1", 0, 0,
	  "DNS names and IPs that sensors connect to" },
	{ "collector.max_connections", CONFIG_INTEGER, KEY(collector.max_connections), "20000", 1, 1000000,
	  "sensors at once" },
	{ "collector.handshake_timeout", CONFIG_DURATION, KEY(collector.handshake_timeout), "15s", SECOND, 5 * MINUTE,
	  "for TLS" },
	{ "collector.window_timeout", CONFIG_DURATION, KEY(collector.window_timeout), "30s", SECOND, HOUR,
	  "for an incomplete window" },
	{ "collector.idle_timeout", CONFIG_DURATION, KEY(collector.idle_timeout), "15m", 10 * SECOND, DAY,
	  "without a byte" },
	{ "collector.window_events", CONFIG_INTEGER, KEY(collector.window_events), "10000", 1, 100000,
	  "most events in a window" },
	{ "collector.record_size", CONFIG_SIZE, KEY(collector.record_size), "1MiB", 4 * KIB, 16 * MIB,
	  "most bytes of one event" },
	{ "collector.compressed_size", CONFIG_SIZE, KEY(collector.compressed_size), "8MiB", 64 * KIB, 64 * MIB,
	  "most bytes of a compressed frame" },
	{ "collector.inflated_size", CONFIG_SIZE, KEY(collector.inflated_size), "32MiB", MIB, 256 * MIB,
	  "most bytes it may inflate to" },
	{ "collector.memory", CONFIG_SIZE, KEY(collector.memory), "256MiB", 64 * MIB, 65536 * MIB,
	  "events in memory, all sensors together" },
	{ "collector.batch_rows", CONFIG_INTEGER, KEY(collector.batch_rows), "4000", 1, 100000,
	  "rows in one transaction" },
	{ "collector.batch_delay", CONFIG_DURATION, KEY(collector.batch_delay), "40ms", 1, 10 * SECOND,
	  "most a row waits for company" },
	{ "collector.writers", CONFIG_INTEGER, KEY(collector.writers), "2", 1, 64, "database connections that store" },
	{ "collector.oldest_event", CONFIG_STRING, KEY(collector.oldest_event), "2005-01-01", 0, 0,
	  "event times before this are a bad clock" },
	{ "collector.observe", CONFIG_BOOL, KEY(collector.observe), "true", 0, 0,
	  "keep whom inside hosts reach out to: for beacons and for indicators to come" },
	{ "collector.newest_event", CONFIG_DURATION, KEY(collector.newest_event), "10m", 0, 2 * DAY,
	  "event times further ahead are a bad clock" },

	{ "keyholder.socket", CONFIG_STRING, KEY(keyholder.socket), "", 0, 0,
	  "default: <state_dir>/run/keyholder.sock" },
	{ "keyholder.sensor_certificate_life", CONFIG_DURATION, KEY(keyholder.sensor_certificate_life), "90d", MINUTE,
	  825 * DAY, "of a sensor's certificate" },
	{ "keyholder.server_certificate_life", CONFIG_DURATION, KEY(keyholder.server_certificate_life), "365d", MINUTE,
	  825 * DAY, "of the collector's certificate" },
	{ "keyholder.signatures_per_minute", CONFIG_INTEGER, KEY(keyholder.signatures_per_minute), "600", 1, 100000,
	  "more are refused" },

	{ "correlator.window", CONFIG_DURATION, KEY(correlator.window), "1h", SECOND, 7 * DAY,
	  "most between neighbours of an incident" },
	{ "correlator.poll", CONFIG_DURATION, KEY(correlator.poll), "1s", 10, MINUTE,
	  "between looks when no doorbell rings" },
	{ "correlator.settle", CONFIG_DURATION, KEY(correlator.settle), "10m", 100, DAY,
	  "how late hits may come for conditions that one more could undo" },
	{ "correlator.hits_keep", CONFIG_DURATION, KEY(correlator.hits_keep), "7d", SECOND, 90 * DAY,
	  "how late hits may come for all others" },
	{ "correlator.group_hits", CONFIG_INTEGER, KEY(correlator.group_hits), "2000", 100, 1000000,
	  "most hits kept of one group of a correlation" },
	{ "correlator.company_hits", CONFIG_INTEGER, KEY(correlator.company_hits), "200000", 1000, 100000000,
	  "most hits kept of one company" },
	{ "correlator.beacon_score", CONFIG_INTEGER, KEY(correlator.beacon_score), "75", 1, 101,
	  "regular contacts of this score or more are incidents; 101: none" },
	{ "correlator.contacts_max", CONFIG_INTEGER, KEY(correlator.contacts_max), "20000", 100, 1000000,
	  "contacts kept for a company" },
	{ "correlator.observables_daily", CONFIG_INTEGER, KEY(correlator.observables_daily), "100000", 100, 100000000,
	  "new observables of a company in a day; more are not kept" },
	{ "correlator.campaign_members", CONFIG_INTEGER, KEY(correlator.campaign_members), "3", 2, 1000,
	  "so many companies that meet the same thing make a campaign" },
	{ "correlator.campaign_days", CONFIG_INTEGER, KEY(correlator.campaign_days), "3", 1, 31,
	  "within so many days" },
	{ "correlator.campaign_interval", CONFIG_DURATION, KEY(correlator.campaign_interval), "10s", 100, HOUR,
	  "between looks for campaigns" },

	{ "housekeeper.interval", CONFIG_DURATION, KEY(housekeeper.interval), "30s", 100, HOUR, "between rounds" },
	{ "housekeeper.late_after", CONFIG_DURATION, KEY(housekeeper.late_after), "2m", SECOND, DAY,
	  "a silent sensor is late" },
	{ "housekeeper.down_after", CONFIG_DURATION, KEY(housekeeper.down_after), "15m", SECOND, 7 * DAY,
	  "and then down" },
	{ "housekeeper.months_ahead", CONFIG_INTEGER, KEY(housekeeper.months_ahead), "3", 1, 24,
	  "partitions made ahead" },
	{ "housekeeper.retention_months", CONFIG_INTEGER, KEY(housekeeper.retention_months), "0", 0, 1200,
	  "0: keep alerts for ever" },
	{ "housekeeper.observable_days", CONFIG_INTEGER, KEY(housekeeper.observable_days), "90", 1, 3650,
	  "observables, contacts and sightings of campaigns go so long after they were last seen" },
	{ "housekeeper.notice_days", CONFIG_INTEGER, KEY(housekeeper.notice_days), "730", 90, 36500,
	  "pages with their notices go so long after they were closed; drills and other notices after they were made" },
	{ "housekeeper.ticket_days", CONFIG_INTEGER, KEY(housekeeper.ticket_days), "1825", 0, 36500,
	  "tickets go so long after they were closed; 0: keep them for ever" },

	{ "escalator.smtp_url", CONFIG_STRING, KEY(escalator.smtp_url), "", 0, 0,
	  "smtp://host:port or smtps://host:port; empty: no mail is sent" },
	{ "escalator.smtp_tls", CONFIG_STRING, KEY(escalator.smtp_tls), "required", 0, 0,
	  "required, or none for a server on this host" },
	{ "escalator.smtp_user", CONFIG_STRING, KEY(escalator.smtp_user), "", 0, 0, "empty: no sign-in" },
	{ "escalator.smtp_password_file", CONFIG_STRING, KEY(escalator.smtp_password_file), "", 0, 0,
	  "file with the password alone" },
	{ "escalator.tls_ca", CONFIG_STRING, KEY(escalator.tls_ca), "", 0, 0,
	  "PEM for mail server and webhooks; empty: the system's" },
	{ "escalator.mail_from", CONFIG_STRING, KEY(escalator.mail_from), "hinomi@localhost", 0, 0,
	  "sender's address" },
	{ "escalator.mail_name", CONFIG_STRING, KEY(escalator.mail_name), "Hinomi", 0, 0, "and name" },
	{ "escalator.bounce_address", CONFIG_STRING, KEY(escalator.bounce_address), "", 0, 0,
	  "local@domain: mail that comes back goes to local+ID@domain" },
	{ "escalator.desk_mail", CONFIG_STRING, KEY(escalator.desk_mail), "", 0, 0, "the help desk, for the texts" },
	{ "escalator.desk_phone", CONFIG_STRING, KEY(escalator.desk_phone), "", 0, 0, "likewise" },
	{ "escalator.fallback", CONFIG_LIST, KEY(escalator.fallback), "", 0, 0,
	  "mail addresses when nobody is on call; empty: all leads and admins" },
	{ "escalator.poll", CONFIG_DURATION, KEY(escalator.poll), "1s", 10, MINUTE,
	  "between looks when no doorbell rings" },
	{ "escalator.lease", CONFIG_DURATION, KEY(escalator.lease), "30s", 100, 10 * MINUTE,
	  "a send that takes longer is taken for dead" },
	{ "escalator.senders", CONFIG_INTEGER, KEY(escalator.senders), "64", 1, 1000, "sends at once" },
	{ "escalator.per_host", CONFIG_INTEGER, KEY(escalator.per_host), "8", 1, 1000, "of these to one host" },
	{ "escalator.send_timeout", CONFIG_DURATION, KEY(escalator.send_timeout), "15s", 100, 5 * MINUTE,
	  "for one send" },
	{ "escalator.notice_life", CONFIG_DURATION, KEY(escalator.notice_life), "30m", SECOND, DAY,
	  "pages that could not be sent for so long are bundled into one notice" },
	{ "escalator.networks", CONFIG_LIST, KEY(escalator.networks), "", 0, 0,
	  "private networks that webhooks may reach, as CIDR; empty: none" },
	{ "escalator.pagerduty_url", CONFIG_STRING, KEY(escalator.pagerduty_url),
	  "https://events.pagerduty.com/v2/enqueue", 0, 0, "Events API v2" },
	{ "escalator.pulse_url", CONFIG_STRING, KEY(escalator.pulse_url), "", 0, 0,
	  "called while all is well, so that an outside watcher sees when it stops; empty: off" },
	{ "escalator.pulse_interval", CONFIG_DURATION, KEY(escalator.pulse_interval), "60s", SECOND, HOUR, "so often" },
	{ "escalator.command", CONFIG_STRING, KEY(escalator.command), "", 0, 0,
	  "program that channels of kind command run; empty: there are none" },
	{ "escalator.monthly_drill", CONFIG_BOOL, KEY(escalator.monthly_drill), "true", 0, 0,
	  "a silent page to everybody on call on the first business day of a month" },

	{ "reporter.workers", CONFIG_INTEGER, KEY(reporter.workers), "2", 1, 64, "reports drawn at once" },
	{ "reporter.poll", CONFIG_DURATION, KEY(reporter.poll), "10s", 10, HOUR,
	  "between looks when no doorbell rings" },
	{ "reporter.lease", CONFIG_DURATION, KEY(reporter.lease), "10s", SECOND, HOUR,
	  "after which another one takes up the work of a reporter that died" },
	{ "reporter.close_business_day", CONFIG_INTEGER, KEY(reporter.close_business_day), "3", 0, 20,
	  "a month is closed by itself on this business day of the next; 0: only people close it" },
	{ "reporter.due_business_day", CONFIG_INTEGER, KEY(reporter.due_business_day), "5", 0, 20,
	  "and its reports should be sent by this one: else the leads are told; 0: never" },
	{ "reporter.first_report_severity", CONFIG_INTEGER, KEY(reporter.first_report_severity), "2", 0, 3,
	  "incidents of this severity and graver get a first report at once; 0: none" },
	{ "reporter.first_report_publish", CONFIG_INTEGER, KEY(reporter.first_report_publish), "1", 0, 3,
	  "and of this severity and graver it goes to the member without waiting for a person; 0: never" },
	{ "reporter.target_companies", CONFIG_INTEGER, KEY(reporter.target_companies), "0", 0, 1000000,
	  "companies that the service wants to have; 0: no target is shown" },
	{ "reporter.target_from", CONFIG_STRING, KEY(reporter.target_from), "", 0, 0,
	  "day YYYY-MM-DD from which that is counted" },
	{ "reporter.target_years", CONFIG_INTEGER, KEY(reporter.target_years), "3", 1, 20, "within so many years" },
	{ "reporter.desk_hours", CONFIG_STRING, KEY(reporter.desk_hours), "", 0, 0,
	  "when the help desk answers, as reports say it" },

	{ "api.listen", CONFIG_STRING, KEY(api.listen), "0.0.0.0:8443", 0, 0, "people: API and dashboard" },
	{ "api.certificate", CONFIG_STRING, KEY(api.certificate), "", 0, 0, "PEM; default: made at first start" },
	{ "api.key", CONFIG_STRING, KEY(api.key), "", 0, 0, "PEM" },
	{ "api.names", CONFIG_LIST, KEY(api.names), "localhost 127.0.0.1", 0, 0,
	  "names in the certificate made at first start" },
	{ "api.public_url", CONFIG_STRING, KEY(api.public_url), "", 0, 0, "how people reach the dashboard" },
	{ "api.web_dir", CONFIG_STRING, KEY(api.web_dir), "/usr/local/share/hinomi/web", 0, 0, "the built dashboard" },
	{ "api.metrics_listen", CONFIG_STRING, KEY(api.metrics_listen), "127.0.0.1:9464", 0, 0,
	  "Prometheus; empty: off" },
	{ "api.threads", CONFIG_INTEGER, KEY(api.threads), "2", 1, 64, "event loops" },
	{ "api.workers", CONFIG_INTEGER, KEY(api.workers), "4", 1, 64, "database workers" },
	{ "api.max_connections", CONFIG_INTEGER, KEY(api.max_connections), "2000", 10, 100000,
	  "people's connections at once" },
	{ "api.insecure_http", CONFIG_BOOL, KEY(api.insecure_http), "false", 0, 0,
	  "plain HTTP behind a proxy on this host" },
	{ "api.session_idle", CONFIG_DURATION, KEY(api.session_idle), "12h", MINUTE, 7 * DAY, "a session dies unused" },
	{ "api.session_life", CONFIG_DURATION, KEY(api.session_life), "24h", MINUTE, 30 * DAY, "and in any case" },
};

const struct config_key *settings_keys(size_t *count)
{
	*count = ARRAY_LEN(keys);
	return keys;
}

int settings_load(const char *path, struct settings *out, struct err *why)
{
	*out = (struct settings){ 0 };
	if (config_load(path, keys, ARRAY_LEN(keys), out, why) != 0)
		return -1;
	if (log_level_parse(out->log_level) >= 0)
		return 0;
	err_set(why, ERR_CONFIG, "%s: log_level: \"%s\" is not debug, info, warning or error", path ? path : "defaults",
		out->log_level);
	settings_release(out);
	return -1;
}

void settings_release(struct settings *s)
{
	config_release(keys, ARRAY_LEN(keys), s);
}

void settings_public_url(const struct settings *s, char out[SETTINGS_URL_SIZE])
{
	const char *port = strrchr(s->api.listen, ':');
	size_t len;

	if (*s->api.public_url)
		snprintf(out, SETTINGS_URL_SIZE, "%s", s->api.public_url);
	else
		snprintf(out, SETTINGS_URL_SIZE, "%s://%s%s", s->api.insecure_http ? "http" : "https",
			 s->api.names.len ? s->api.names.items[0] : "localhost", port ? port : "");
	for (len = strlen(out); len > 0 && out[len - 1] == '/'; len--)
		out[len - 1] = '\0';
}
