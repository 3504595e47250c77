/* What `bench correlate` feeds to us and to SEC: rules in both languages that say the same, and events for them.
 *
 *   correlate_load sigma RULES            a file of Sigma rules
 *   correlate_load sec RULES              the same as configuration of SEC
 *   correlate_load events RULES COUNT FILE   EVE lines of about 700 bytes, and into FILE how often each rule must fire
 *                                         for them, "NAME COUNT" a line
 *
 * Five kinds of rules take turns: a word in a signature; five alerts of one signature from one source (twice); two
 * events of one source in order; the end of a name looked up. One event in ten matches a rule, whatever the number of
 * rules. A source that counts for a correlation is used for one burst or one pair only, so that it makes no difference
 * that SEC's windows run on the clock of the wall and ours on the time of the events. */
#include "lib/slice.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

enum { BURSTS = 60, PAIRS = 12, ENOUGH = 5, RULES_MAX = 10000 };
enum kind { KIND_WORD, KIND_BURST, KIND_PAIR, KIND_BURST_TOO, KIND_NAME, KINDS };

static int64_t rules;
static uint64_t wanted[RULES_MAX];
static uint64_t state = 20261015;

/* Park and Miller's generator. */
static unsigned chance(unsigned n)
{
	state = state * 16807 % 2147483647;
	return (unsigned)(state % n);
}

static enum kind kind_of(unsigned rule)
{
	return (enum kind)(rule % KINDS);
}

static const char *name_of(unsigned rule)
{
	static const char *const names[KINDS] = { "word", "burst", "pair", "burst", "name" };

	return names[kind_of(rule)];
}

/* ------------------------------------------------------------------------------------------------------------- rules
 */

static void print_detection(unsigned rule, const char *part, const char *service, const char *selection)
{
	printf("---\ntitle: Bench %s %04u%s\nname: %s-%04u%s\nlogsource:\n  product: %s\n  %s\ndetection:\n"
	       "  selection:\n    %s\n  condition: selection\nlevel: medium\n",
	       name_of(rule), rule, part, name_of(rule), rule, part, *service ? "suricata" : "hinomi",
	       *service ? service : "category: alert", selection);
}

static void print_correlation(unsigned rule, const char *type, bool two, const char *condition)
{
	printf("---\ntitle: Bench %s %04u\nname: %s-%04u\ncorrelation:\n  type: %s\n  rules:\n    - %s-%04u-a\n",
	       name_of(rule), rule, name_of(rule), rule, type, name_of(rule), rule);
	if (two)
		printf("    - %s-%04u-b\n", name_of(rule), rule);
	printf("  group-by:\n    - source.ip\n  timespan: 1h\n%slevel: high\n", condition);
}

static void print_sigma(unsigned rule)
{
	char selection[160];

	switch (kind_of(rule)) {
	case KIND_WORD:
		snprintf(selection, sizeof(selection), "signature|contains: 'Gozo%04u '", rule);
		print_detection(rule, "", "", selection);
		return;
	case KIND_BURST:
	case KIND_BURST_TOO:
		snprintf(selection, sizeof(selection), "signature_id: %u", 2500000 + rule);
		print_detection(rule, "-a", "", selection);
		print_correlation(rule, "event_count", false, "  condition:\n    gte: 5\n");
		return;
	case KIND_PAIR:
		snprintf(selection, sizeof(selection), "eve.http.url|startswith: '/gate-%04u/'", rule);
		print_detection(rule, "-a", "", selection);
		snprintf(selection, sizeof(selection), "eve.tls.sni|endswith: '.panel-%04u.example'", rule);
		print_detection(rule, "-b", "service: tls", selection);
		print_correlation(rule, "temporal_ordered", true, "");
		return;
	case KIND_NAME:
	case KINDS:
		snprintf(selection, sizeof(selection), "eve.dns.rrname|endswith: '.drop-%04u.example'", rule);
		print_detection(rule, "", "service: dns", selection);
	}
}

/* SEC looks for the longest fixed part of an expression first, so each has one that tells nearly all lines apart. */
static void print_sec(unsigned rule)
{
	const char *name = name_of(rule);

	switch (kind_of(rule)) {
	case KIND_WORD:
		printf("type=Single\nptype=RegExp\npattern=\"signature\":\"[^\"]*Gozo%04u \ndesc=%s-%04u\n", rule, name,
		       rule);
		break;
	case KIND_BURST:
	case KIND_BURST_TOO:
		printf(
		    "type=SingleWithThreshold\nptype=RegExp\npattern=\"src_ip\":\"([\\d.]+)\".*\"signature_id\":%u,\n"
		    "desc=%s-%04u $1\nwindow=3600\nthresh=%d\n",
		    2500000 + rule, name, rule, ENOUGH);
		break;
	case KIND_PAIR:
		printf("type=PairWithWindow\nptype=RegExp\npattern=\"src_ip\":\"([\\d.]+)\".*\"url\":\"/gate-%04u/\n"
		       "desc=%s-%04u $1\naction=none\nptype2=RegExp\n"
		       "pattern2=\"src_ip\":\"$1\".*\"sni\":\"[^\"]*\\.panel-%04u\\.example\"\ndesc2=%s-%04u $1\n"
		       "action2=write - %s-%04u\nwindow=3600\n\n",
		       rule, name, rule, rule, name, rule, name, rule);
		return;
	case KIND_NAME:
	case KINDS:
		printf("type=Single\nptype=RegExp\npattern=\"rrname\":\"[^\"]*\\.drop-%04u\\.example\"\ndesc=%s-%04u\n",
		       rule, name, rule);
	}
	printf("action=write - %s-%04u\n\n", name, rule);
}

/* ------------------------------------------------------------------------------------------------------------ events
 */

struct source {
	unsigned rule, address, seen, until;
	bool open; /* of a pair: the first event was */
};
static struct source bursts[BURSTS], pairs[PAIRS];
static unsigned addresses;

static unsigned rule_of_kind(enum kind a, enum kind b)
{
	unsigned rule;

	do
		rule = chance((unsigned)rules);
	while (kind_of(rule) != a && kind_of(rule) != b);
	return rule;
}

static void begin_burst(struct source *s)
{
	*s = (struct source){ .rule = rule_of_kind(KIND_BURST, KIND_BURST_TOO),
			      .address = ++addresses,
			      .until = chance(2) ? ENOUGH + chance(6) : ENOUGH - 1 - chance(2) };
}

static void begin_pair(struct source *s)
{
	*s = (struct source){ .rule = rule_of_kind(KIND_PAIR, KIND_PAIR), .address = ++addresses };
}

/* What an event says apart from what all say. */
struct event {
	const char *type;
	unsigned address; /* of the source; 0: one of those that never count */
	unsigned signature_id;
	char signature[64], url[64], name[64];
};

static void print_event(const struct event *e, int64_t i, int64_t count)
{
	int64_t ms = 1800 * INT64_C(1000) * i / count;
	unsigned source = e->address ? e->address : chance(200);
	char time[48];

	snprintf(time, sizeof(time), "2026-10-15T10:%02d:%02d.%03d000+0900", (int)(ms / 60000), (int)(ms / 1000 % 60),
		 (int)(ms % 1000));
	printf(
	    "{\"timestamp\":\"%s\",\"flow_id\":%u%06d,\"in_iface\":\"eth0\",\"event_type\":\"%s\",\"src_ip\":\"%s%u.%u."
	    "%u\",\"src_port\":%u,\"dest_ip\":\"198.51.100.%u\",\"dest_port\":443,\"proto\":\"TCP\",\"pkt_src\":\"wire/"
	    "pcap\",",
	    time, 1 + chance(2000), (int)(i % 1000000), e->type, e->address ? "10." : "172.", source >> 16 & 255,
	    source >> 8 & 255, source & 255, 32768 + chance(28000), 1 + chance(250));
	if (strcmp(e->type, "dns") == 0) {
		printf("\"dns\":{\"type\":\"query\",\"id\":%u,\"rrname\":\"%s\",\"rrtype\":\"A\",\"tx_id\":0,"
		       "\"opcode\":0},",
		       chance(65536), e->name);
	} else if (strcmp(e->type, "tls") == 0) {
		printf("\"tls\":{\"sni\":\"%s\",\"version\":\"TLS 1.3\",\"ja3\":{\"hash\":\"%08x%08x%08x%08x\"},"
		       "\"subject\":\"CN=%s\",\"issuerdn\":\"C=US, O=Let's Encrypt, CN=R11\"},",
		       e->name, chance(2000000000), chance(2000000000), chance(2000000000), chance(2000000000),
		       e->name);
	} else {
		printf(
		    "\"alert\":{\"action\":\"allowed\",\"gid\":1,\"signature_id\":%u,\"rev\":3,\"signature\":\"ET %s "
		    "CnC activity\",\"category\":\"A Network Trojan was detected\",\"severity\":1,\"metadata\":"
		    "{\"attack_target\":[\"Client_Endpoint\"],\"signature_severity\":[\"Major\"]}},",
		    e->signature_id, e->signature);
		printf(
		    "\"http\":{\"hostname\":\"www%u.example.jp\",\"url\":\"%s\",\"http_user_agent\":\"Mozilla/5.0 "
		    "(Windows NT 10.0; Win64; x64)\",\"http_method\":\"GET\",\"protocol\":\"HTTP/1.1\",\"status\":200,"
		    "\"length\":%u},",
		    chance(9), e->url, chance(60000));
	}
	printf("\"app_proto\":\"http\",\"flow\":{\"pkts_toserver\":%u,\"pkts_toclient\":%u,\"bytes_toserver\":%u,"
	       "\"bytes_toclient\":%u,\"start\":\"%s\"}}\n",
	       chance(20), chance(20), chance(9000), chance(90000), time);
}

static void burst_event(struct event *e)
{
	struct source *s = &bursts[chance(BURSTS)];

	e->address = s->address;
	e->signature_id = 2500000 + s->rule;
	wanted[s->rule] += ++s->seen == ENOUGH;
	if (s->seen == s->until)
		begin_burst(s);
}

/* One source in four has only the second event. */
static void pair_event(struct event *e)
{
	struct source *s = &pairs[chance(PAIRS)];

	e->address = s->address;
	if (!s->open && chance(4)) {
		s->open = true;
		snprintf(e->url, sizeof(e->url), "/gate-%04u/index.php", s->rule);
		return;
	}
	e->type = "tls";
	snprintf(e->name, sizeof(e->name), "cdn.panel-%04u.example", s->rule);
	wanted[s->rule] += s->open;
	begin_pair(s);
}

static void single_event(struct event *e)
{
	unsigned rule = rule_of_kind(KIND_WORD, KIND_NAME);

	wanted[rule]++;
	if (kind_of(rule) == KIND_WORD) {
		snprintf(e->signature, sizeof(e->signature), "MALWARE Win32/Gozo%04u Stealer", rule);
		return;
	}
	e->type = "dns";
	snprintf(e->name, sizeof(e->name), "a%u.drop-%04u.example", chance(1000), rule);
}

static void make_event(int64_t i, int64_t count)
{
	static const char *const types[] = { "alert", "alert", "alert", "dns", "tls" };
	struct event e = { .type = types[chance(ARRAY_LEN(types))], .signature_id = 2010000 + chance(20000) };
	unsigned what = chance(100);

	snprintf(e.signature, sizeof(e.signature), "MALWARE Win32/Quiet%04u Loader", chance(10000));
	snprintf(e.url, sizeof(e.url), "/catalog/item?id=%u&ref=%08x", chance(100000), chance(2000000000));
	snprintf(e.name, sizeof(e.name), "www%u.shop-%04u.example", chance(100), chance(10000));
	if (what < 10)
		e.type = "alert";
	if (what < 4)
		single_event(&e);
	else if (what < 8)
		burst_event(&e);
	else if (what < 10)
		pair_event(&e);
	print_event(&e, i, count);
}

static void make_events(int64_t count)
{
	for (size_t i = 0; i < BURSTS; i++)
		begin_burst(&bursts[i]);
	for (size_t i = 0; i < PAIRS; i++)
		begin_pair(&pairs[i]);
	for (int64_t i = 0; i < count; i++)
		make_event(i, count);
}

static bool write_wanted(const char *path)
{
	FILE *f = fopen(path, "w");

	for (unsigned rule = 0; f && rule < rules; rule++)
		if (wanted[rule])
			fprintf(f, "%s-%04u %" PRIu64 "\n", name_of(rule), rule, wanted[rule]);
	return f && fclose(f) == 0;
}

int main(int argc, char **argv)
{
	bool events = argc == 5 && strcmp(argv[1], "events") == 0;
	int64_t count = 0;

	if ((argc != 3 && !events) || !slice_to_int64(slice_of_string(argv[2]), &rules) || rules < KINDS ||
	    rules > RULES_MAX || (events && (!slice_to_int64(slice_of_string(argv[3]), &count) || count < 1))) {
		fputs("usage: correlate_load sigma|sec RULES | events RULES COUNT FILE\n", stderr);
		return 2;
	}
	for (unsigned rule = 0; !events && rule < rules; rule++)
		(strcmp(argv[1], "sec") == 0 ? print_sec : print_sigma)(rule);
	if (events) {
		make_events(count);
		if (!write_wanted(argv[4]))
			return EXIT_FAILURE;
	}
	return fflush(stdout) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
