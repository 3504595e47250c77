/* The server's configuration: one file, one struct, one table (settings.c) that gives each key its type, default,
 * bounds and meaning. config/hinomi.yaml shows every key; `hinomid --check-config` prints what is wrong. */
#ifndef SERVER_SETTINGS_H
#define SERVER_SETTINGS_H

#include "lib/config.h"

struct settings {
	char *state_dir; /* everything the server keeps outside the database */
	char *timezone;  /* IANA name; days and months of all figures */
	char *log_level;
	char *run_as;             /* user to become when started as root; "" stays */
	struct config_list roles; /* which roles the supervisor starts; empty: all */

	struct {
		char *conninfo;    /* libpq connection string without user */
		char *user_prefix; /* database user = prefix + role */
	} database;

	struct {
		char *listen;             /* Lumberjack v2 over mutual TLS */
		char *est_listen;         /* enrolment */
		struct config_list names; /* DNS names and IPs in the collector's certificate */
		int64_t max_connections;
		int64_t handshake_timeout; /* ms */
		int64_t window_timeout;    /* ms an incomplete window may wait for its next event */
		int64_t idle_timeout;      /* ms without any byte before a connection is closed */
		int64_t window_events;     /* most events in one window */
		int64_t record_size;       /* most bytes of one J frame */
		int64_t compressed_size;   /* most bytes of one C frame */
		int64_t inflated_size;     /* most bytes one C frame may inflate to */
		int64_t memory;            /* bytes of undelivered events over all connections */
		int64_t batch_rows;        /* a batch is sent to the database when it has this many rows */
		int64_t batch_delay;       /* ms, or when its first row is this old */
		int64_t writers;           /* database connections that store batches */
		char *oldest_event;        /* an event time before this day is a bad clock */
		bool observe;              /* keep observables and contacts */
		int64_t newest_event;      /* ms that an event time may lie in the future */
	} collector;

	struct {
		char *socket;                    /* "" : <state_dir>/run/keyholder.sock */
		int64_t sensor_certificate_life; /* ms */
		int64_t server_certificate_life; /* ms */
		int64_t signatures_per_minute;
	} keyholder;

	struct {
		int64_t window;    /* ms between neighbours of one incident, on event time */
		int64_t poll;      /* ms between looks when no doorbell rings */
		int64_t settle;    /* ms until conditions that a late hit could undo are judged */
		int64_t hits_keep; /* ms that hits of correlations are kept after they came, and the timespan more */
		int64_t group_hits, company_hits; /* most hits kept of a group, and of a company */
		int64_t beacon_score;             /* from which on a contact is an incident */
		int64_t contacts_max;             /* kept for a company */
		int64_t observables_daily;        /* new ones of a company in a day */
		int64_t campaign_members;         /* so many companies ... */
		int64_t campaign_days;            /* ... within so many days make a campaign */
		int64_t campaign_interval;        /* ms between rounds */
	} correlator;

	struct {
		int64_t interval;         /* ms between rounds */
		int64_t late_after;       /* ms without a sign before a sensor is late */
		int64_t down_after;       /* ms before it is down */
		int64_t months_ahead;     /* partitions made ahead */
		int64_t retention_months; /* 0: keep alerts for ever */
		int64_t observable_days;  /* since they were last seen; contacts and sightings too */
		int64_t notice_days;      /* pages since they were closed, with their notices; drills, mails taken in */
		int64_t ticket_days;      /* since they were closed; 0: keep for ever */
	} housekeeper;

	struct {
		char *smtp_url; /* smtp://host:port or smtps://; "": no mail is sent */
		char *smtp_tls; /* required (STARTTLS, or smtps), or none */
		char *smtp_user, *smtp_password_file;
		char *tls_ca;                /* PEM for mail server and webhooks; "": the system's */
		char *mail_from, *mail_name; /* sender */
		char *bounce_address; /* mail that comes back: local@domain, sent as local+ID@domain; "": mail_from */
		char *desk_mail, *desk_phone; /* of the help desk, for the texts */
		struct config_list fallback;  /* mail addresses, when nobody is on call; empty: all leads and admins */
		int64_t poll;                 /* ms between looks when no doorbell rings */
		int64_t lease;                /* ms that a send may take */
		int64_t senders;              /* sends at once, */
		int64_t per_host;             /* and to one host */
		int64_t send_timeout;         /* ms */
		int64_t notice_life;          /* ms after which a page that could not be sent is bundled */
		struct config_list networks;  /* private networks that webhooks may reach */
		char *pagerduty_url;
		char *pulse_url;        /* told every pulse_interval while all is well; "": off */
		int64_t pulse_interval; /* ms */
		char *command;          /* program for channels of kind command; "": there are none */
		bool monthly_drill;
	} escalator;

	struct {
		int64_t workers;
		int64_t poll;                                        /* ms between looks when no doorbell rings */
		int64_t lease;                                       /* ms: what one that died was at waits so long */
		int64_t close_business_day, due_business_day;        /* of the next month; 0: never */
		int64_t first_report_severity, first_report_publish; /* up to these; 0: none */
		int64_t target_companies;                            /* 0: none */
		char *target_from;                                   /* YYYY-MM-DD; "": none */
		int64_t target_years;
		char *desk_hours; /* "": not said */
	} reporter;

	struct {
		char *listen;      /* people: API and dashboard, HTTPS */
		char *certificate; /* PEM; "" : made at first start in <state_dir>/api */
		char *key;
		struct config_list names; /* names in the certificate made at first start */
		char *public_url;         /* how people reach us; "" : https://<first name>:<port> */
		char *web_dir;            /* built dashboard */
		char *metrics_listen;     /* Prometheus; "" : off */
		int64_t threads;          /* event loops */
		int64_t workers;          /* database workers */
		int64_t max_connections;
		bool insecure_http;   /* plain HTTP, for a proxy on the same host that ends TLS */
		int64_t session_idle; /* ms */
		int64_t session_life; /* ms */
	} api;
};

int settings_load(const char *path, struct settings *out, struct err *why);
void settings_release(struct settings *s);
/* How people reach the dashboard, without a slash at the end: api.public_url, or what follows from the other keys. */
enum { SETTINGS_URL_SIZE = 512 };
void settings_public_url(const struct settings *s, char out[SETTINGS_URL_SIZE]);
/* The key table, for --help, for the documentation check and for the fuzzer. */
const struct config_key *settings_keys(size_t *count);

#endif
