#include "server/model/classification.h"

static const struct classification table[] = {
	{ SLICE_LITERAL("Not Suspicious Traffic"), "not-suspicious", 3, CLASS_NOISE, 5 },
	{ SLICE_LITERAL("Unknown Traffic"), "unknown", 3, CLASS_NOISE, 10 },
	{ SLICE_LITERAL("Potentially Bad Traffic"), "bad-unknown", 2, CLASS_SUSPICIOUS, 30 },
	{ SLICE_LITERAL("Attempted Information Leak"), "attempted-recon", 2, CLASS_RECONNAISSANCE, 20 },
	{ SLICE_LITERAL("Information Leak"), "successful-recon-limited", 2, CLASS_RECONNAISSANCE, 45 },
	{ SLICE_LITERAL("Large Scale Information Leak"), "successful-recon-largescale", 2, CLASS_RECONNAISSANCE, 45 },
	{ SLICE_LITERAL("Attempted Denial of Service"), "attempted-dos", 2, CLASS_DENIAL_OF_SERVICE, 40 },
	{ SLICE_LITERAL("Denial of Service"), "successful-dos", 2, CLASS_DENIAL_OF_SERVICE, 80 },
	{ SLICE_LITERAL("Attempted User Privilege Gain"), "attempted-user", 1, CLASS_EXPLOIT, 60 },
	{ SLICE_LITERAL("Unsuccessful User Privilege Gain"), "unsuccessful-user", 1, CLASS_EXPLOIT, 60 },
	{ SLICE_LITERAL("Successful User Privilege Gain"), "successful-user", 1, CLASS_COMPROMISE, 90 },
	{ SLICE_LITERAL("Attempted Administrator Privilege Gain"), "attempted-admin", 1, CLASS_EXPLOIT, 60 },
	{ SLICE_LITERAL("Successful Administrator Privilege Gain"), "successful-admin", 1, CLASS_COMPROMISE, 90 },
	{ SLICE_LITERAL("Decode of an RPC Query"), "rpc-portmap-decode", 2, CLASS_NOISE, 15 },
	{ SLICE_LITERAL("Executable code was detected"), "shellcode-detect", 1, CLASS_EXPLOIT, 60 },
	{ SLICE_LITERAL("A suspicious string was detected"), "string-detect", 3, CLASS_SUSPICIOUS, 30 },
	{ SLICE_LITERAL("A suspicious filename was detected"), "suspicious-filename-detect", 2, CLASS_SUSPICIOUS, 30 },
	{ SLICE_LITERAL("An attempted login using a suspicious username was detected"), "suspicious-login", 2,
	  CLASS_SUSPICIOUS_LOGIN, 40 },
	{ SLICE_LITERAL("A system call was detected"), "system-call-detect", 2, CLASS_NOISE, 15 },
	{ SLICE_LITERAL("A TCP connection was detected"), "tcp-connection", 4, CLASS_NOISE, 5 },
	{ SLICE_LITERAL("A Network Trojan was detected"), "trojan-activity", 1, CLASS_MALWARE, 75 },
	{ SLICE_LITERAL("A client was using an unusual port"), "unusual-client-port-connection", 2, CLASS_NOISE, 15 },
	{ SLICE_LITERAL("Detection of a Network Scan"), "network-scan", 3, CLASS_RECONNAISSANCE, 20 },
	{ SLICE_LITERAL("Detection of a Denial of Service Attack"), "denial-of-service", 2, CLASS_DENIAL_OF_SERVICE,
	  40 },
	{ SLICE_LITERAL("Detection of a non-standard protocol or event"), "non-standard-protocol", 2, CLASS_NOISE, 15 },
	{ SLICE_LITERAL("Generic Protocol Command Decode"), "protocol-command-decode", 3, CLASS_NOISE, 5 },
	{ SLICE_LITERAL("access to a potentially vulnerable web application"), "web-application-activity", 2,
	  CLASS_RECONNAISSANCE, 20 },
	{ SLICE_LITERAL("Web Application Attack"), "web-application-attack", 1, CLASS_EXPLOIT, 60 },
	{ SLICE_LITERAL("Misc activity"), "misc-activity", 3, CLASS_NOISE, 10 },
	{ SLICE_LITERAL("Misc Attack"), "misc-attack", 2, CLASS_REPUTATION, 15 },
	{ SLICE_LITERAL("Generic ICMP event"), "icmp-event", 3, CLASS_NOISE, 5 },
	{ SLICE_LITERAL("Inappropriate Content was Detected"), "inappropriate-content", 1, CLASS_POLICY, 15 },
	{ SLICE_LITERAL("Potential Corporate Privacy Violation"), "policy-violation", 1, CLASS_POLICY, 15 },
	{ SLICE_LITERAL("Attempt to login by a default username and password"), "default-login-attempt", 2,
	  CLASS_LOGIN_GUESS, 40 },
	{ SLICE_LITERAL("Targeted Malicious Activity was Detected"), "targeted-activity", 1, CLASS_EXPLOIT, 80 },
	{ SLICE_LITERAL("Exploit Kit Activity Detected"), "exploit-kit", 1, CLASS_EXPLOIT_KIT, 60 },
	{ SLICE_LITERAL("Device Retrieving External IP Address Detected"), "external-ip-check", 2, CLASS_ADDRESS_CHECK,
	  20 },
	{ SLICE_LITERAL("Domain Observed Used for C2 Detected"), "domain-c2", 1, CLASS_COMMAND_AND_CONTROL, 85 },
	{ SLICE_LITERAL("Possibly Unwanted Program Detected"), "pup-activity", 2, CLASS_POLICY, 20 },
	{ SLICE_LITERAL("Successful Credential Theft Detected"), "credential-theft", 1, CLASS_CREDENTIAL_THEFT, 90 },
	{ SLICE_LITERAL("Possible Social Engineering Attempted"), "social-engineering", 2, CLASS_PHISHING, 45 },
	{ SLICE_LITERAL("Crypto Currency Mining Activity Detected"), "coin-mining", 2, CLASS_MINING, 50 },
	{ SLICE_LITERAL("Malware Command and Control Activity Detected"), "command-and-control", 1,
	  CLASS_COMMAND_AND_CONTROL, 85 },
};

const struct classification *classification_find(struct slice description)
{
	for (size_t i = 0; i < ARRAY_LEN(table); i++)
		if (slice_equal(description, table[i].description))
			return &table[i];
	return NULL;
}
