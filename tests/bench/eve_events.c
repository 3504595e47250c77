/* Writes Suricata alerts of about 1 KB to stdout, as many as wanted: what the benches feed to us and to the peer.
 * The same arguments give the same bytes. Event times run through 15 October 2026; 40 attackers, 20 inside hosts and
 * eight signatures, mixed as a busy sensor has them.
 *
 * usage: eve_events COUNT SEED */
#include "lib/slice.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

static const struct {
	int id;
	const char *signature, *category, *metadata;
	bool inbound;
} kinds[] = {
	{ 2402000, "ET DROP Dshield Block Listed Source group 1", "Misc Attack",
	  "\"attack_target\":[\"Any\"],\"tag\":[\"Dshield\"],\"signature_severity\":[\"Major\"]", true },
	{ 2001219, "ET SCAN Potential SSH Scan", "Attempted Information Leak",
	  "\"confidence\":[\"Medium\"],\"signature_severity\":[\"Informational\"]", true },
	{ 2034647, "ET EXPLOIT Apache log4j RCE Attempt (http ldap) (CVE-2021-44228)",
	  "Attempted Administrator Privilege Gain",
	  "\"attack_target\":[\"Server\"],\"mitre_technique_id\":[\"T1190\"],\"signature_severity\":[\"Major\"]",
	  true },
	{ 2006445, "ET WEB_SERVER Possible SQL Injection Attempt SELECT FROM", "Web Application Attack",
	  "\"attack_target\":[\"Web_Server\"],\"tag\":[\"SQL_Injection\"],\"signature_severity\":[\"Major\"]", true },
	{ 2010935, "ET SCAN Suspicious inbound to MSSQL port 1433", "Potentially Bad Traffic",
	  "\"confidence\":[\"Medium\"],\"signature_severity\":[\"Informational\"]", true },
	{ 2900102, "ET MALWARE Win32/Kagero Stealer Data Exfiltration (POST)",
	  "Malware Command and Control Activity Detected",
	  "\"attack_target\":[\"Client_Endpoint\"],\"mitre_technique_id\":[\"T1041\"],"
	  "\"signature_severity\":[\"Critical\"]",
	  false },
	{ 2900201, "ET COINMINER Stratum Mining Protocol Login (Outbound)", "Crypto Currency Mining Activity Detected",
	  "\"mitre_technique_id\":[\"T1496\"],\"signature_severity\":[\"Major\"]", false },
	{ 2013504, "ET INFO GNU/Linux APT User-Agent Outbound likely related to package management",
	  "Not Suspicious Traffic", "\"confidence\":[\"High\"],\"signature_severity\":[\"Informational\"]", false },
};

/* Park and Miller's generator. */
static uint64_t state;
static unsigned chance(unsigned n)
{
	state = state * 16807 % 2147483647;
	return (unsigned)(state % n);
}

static void write_event(int64_t i, int64_t count)
{
	size_t k = chance(ARRAY_LEN(kinds));
	int64_t second = i * 86400 / count;
	char time[40], outside[24], inside[24];
	unsigned port = 32768 + chance(28000), packets = 2 + chance(20);

	snprintf(time, sizeof(time), "2026-10-15T%02d:%02d:%02d.%06u+0900", (int)(second / 3600),
		 (int)(second / 60 % 60), (int)(second % 60), chance(1000000));
	snprintf(outside, sizeof(outside), "203.0.113.%u", 1 + chance(40));
	snprintf(inside, sizeof(inside), "192.168.1.%u", 10 + chance(20));
	printf("{\"timestamp\":\"%s\",\"flow_id\":%" PRId64
	       ",\"in_iface\":\"eth0\",\"event_type\":\"alert\",\"src_ip\":\"%s\","
	       "\"src_port\":%u,\"dest_ip\":\"%s\",\"dest_port\":%d,\"proto\":\"TCP\",\"pkt_src\":\"wire/"
	       "pcap\",\"tx_id\":0,",
	       time, (int64_t)(state << 18 | (uint64_t)(i & 0x3ffff)), kinds[k].inbound ? outside : inside, port,
	       kinds[k].inbound ? inside : outside, 80);
	printf("\"alert\":{\"action\":\"%s\",\"gid\":1,\"signature_id\":%d,\"rev\":3,\"signature\":\"%s\",\"category\":"
	       "\"%s\","
	       "\"severity\":%d,\"metadata\":{%s,\"created_at\":[\"2021_12_10\"],\"updated_at\":[\"2026_06_05\"]}},",
	       chance(3) ? "allowed" : "blocked", kinds[k].id, kinds[k].signature, kinds[k].category, (int)(1 + k % 3),
	       kinds[k].metadata);
	printf(
	    "\"http\":{\"hostname\":\"www%u.example.jp\",\"url\":\"/catalog/item?id=%u&ref=%08x\",\"http_user_agent\":"
	    "\"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like "
	    "Gecko)\",\"http_method\":\"GET\","
	    "\"protocol\":\"HTTP/"
	    "1.1\",\"status\":%d,\"length\":%u},\"app_proto\":\"http\",\"direction\":\"to_server\",",
	    chance(9), chance(100000), chance(2000000000), chance(4) ? 200 : 404, chance(60000));
	printf(
	    "\"flow\":{\"pkts_toserver\":%u,\"pkts_toclient\":%u,\"bytes_toserver\":%u,\"bytes_toclient\":%u,\"start\":"
	    "\"%s\",\"src_ip\":\"%s\",\"dest_ip\":\"%s\",\"src_port\":%u,\"dest_port\":80}}\n",
	    packets, packets - 1, packets * 120, packets * 380, time, kinds[k].inbound ? outside : inside,
	    kinds[k].inbound ? inside : outside, port);
}

int main(int argc, char **argv)
{
	int64_t count = 0, seed = 0;

	if (argc != 3 || !slice_to_int64(slice_of_string(argv[1]), &count) ||
	    !slice_to_int64(slice_of_string(argv[2]), &seed) || count < 1 || seed < 1) {
		fputs("usage: eve_events COUNT SEED\n", stderr);
		return 2;
	}
	state = (uint64_t)seed % 2147483646 + 1;
	for (int64_t i = 0; i < count; i++)
		write_event(i, count);
	return fflush(stdout) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
