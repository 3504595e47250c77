/* Values and modifiers of Sigma's detections. What must meet what is from the specification's text (2.1.0) and its
 * appendix on modifiers; encodings are from base64(1) and iconv(1), times from date(1). */
#include "tests/unit/sigma_meets.h"

struct example {
	const char *search; /* the search identifier's value */
	const char *record;
	bool meets;
};

static void check_all(const struct example *list, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct buffer b = { 0 };

		buffer_printf(&b, "{s: %s, condition: s}", list[i].search);
		ck_assert_msg(meets(buffer_string(&b), list[i].record) == list[i].meets, "%s against %s",
			      list[i].search, list[i].record);
		buffer_release(&b);
	}
}

static const struct example plain[] = {
	{ "{f: abc}", "{\"f\":\"abc\"}", true },
	{ "{f: abc}", "{\"f\":\"ABC\"}", true },
	{ "{f: ABC}", "{\"f\":\"abc\"}", true },
	{ "{f: abc}", "{\"f\":\"abcd\"}", false },
	{ "{f: abc}", "{\"f\":\"xabc\"}", false },
	{ "{f: abc}", "{\"g\":\"abc\"}", false },
	{ "{f: abc}", "{}", false },
	{ "{F: abc}", "{\"f\":\"abc\"}", false },
	{ "{f: 'ÄÖÜ'}", "{\"f\":\"äöü\"}", true },
	{ "{f: 'Ｔｅｓｔ'}", "{\"f\":\"ＴＥＳＴ\"}", true },
	{ "{f: 'ПРИВЕТ'}", "{\"f\":\"привет\"}", true },
	{ "{f: 'ΣΟΦΟΣ'}", "{\"f\":\"σοφος\"}", true },
	{ "{f: 'straße'}", "{\"f\":\"STRASSE\"}", false },
	{ "{f: '日本'}", "{\"f\":\"\\u65e5\\u672c\"}", true },
	{ "{a.b: x}", "{\"a\":{\"b\":\"x\"}}", true },
	{ "{a.b: x}", "{\"a\":{\"c\":\"x\"},\"b\":\"x\"}", false },
	{ "{a.b: x}", "{\"a\":[{\"b\":\"y\"},{\"b\":\"x\"}]}", true },
	{ "{a.b: x}", "{\"a\":[{\"b\":[\"y\",[\"x\"]]}]}", true },
	{ "{f: x}", "{\"f\":[\"y\",\"x\"]}", true },
	{ "{f: x}", "{\"f\":[]}", false },
	/* Of two members with one name the first counts. */
	{ "{f: x}", "{\"f\":\"y\",\"f\":\"x\"}", false },
	{ "{f: x, g: y}", "{\"f\":\"x\",\"g\":\"y\"}", true },
	{ "{f: x, g: y}", "{\"f\":\"x\",\"g\":\"z\"}", false },
	{ "{f: [x, y]}", "{\"f\":\"y\"}", true },
	{ "{f: [x, y]}", "{\"f\":\"z\"}", false },
	{ "[{f: x}, {g: y, h: z}]", "{\"f\":\"x\"}", true },
	{ "[{f: x}, {g: y, h: z}]", "{\"g\":\"y\",\"h\":\"z\"}", true },
	{ "[{f: x}, {g: y, h: z}]", "{\"g\":\"y\"}", false },
};

START_TEST(whole_values_without_regard_to_case)
{
	check_all(plain, ARRAY_LEN(plain));
}
END_TEST

static const struct example wildcards[] = {
	{ "{f: 'prog?.exe'}", "{\"f\":\"progA.exe\"}", true },
	{ "{f: 'prog?.exe'}", "{\"f\":\"prog.exe\"}", false },
	{ "{f: 'prog?.exe'}", "{\"f\":\"progAB.exe\"}", false },
	{ "{f: 'prog?.exe'}", "{\"f\":\"prog\xE3\x81\x82.exe\"}", true },
	{ "{f: 'av_V*.exe'}", "{\"f\":\"av_v1.exe\"}", true },
	{ "{f: 'av_V*.exe'}", "{\"f\":\"av_V21.2.1.exe\"}", true },
	{ "{f: 'av_V*.exe'}", "{\"f\":\"av_V.exe\"}", true },
	{ "{f: 'av_V*.exe'}", "{\"f\":\"av_V.exe.txt\"}", false },
	{ "{f: '*'}", "{\"f\":\"\"}", true },
	{ "{f: '*'}", "{\"f\":null}", false },
	{ "{f: '?'}", "{\"f\":\"\"}", false },
	{ "{f: '?*'}", "{\"f\":\"x\"}", true },
	{ "{f: 'a*b*c'}", "{\"f\":\"a1b2b3c\"}", true },
	{ "{f: 'a*bb*c'}", "{\"f\":\"abc\"}", false },
	{ "{f: 'a*a'}", "{\"f\":\"a\"}", false },
	{ "{f: '*a?c*e'}", "{\"f\":\"xaxabcxe\"}", true },
	/* The table of escapes: plain backslash, single or double. */
	{ "{f: 'a\\b'}", "{\"f\":\"a\\\\b\"}", true },
	{ "{f: 'a\\\\b'}", "{\"f\":\"a\\\\b\"}", true },
	{ "{f: 'a\\\\b'}", "{\"f\":\"a\\\\\\\\b\"}", false },
	/* Escaped wildcards are characters. */
	{ "{f: 'a\\*b'}", "{\"f\":\"a*b\"}", true },
	{ "{f: 'a\\*b'}", "{\"f\":\"axb\"}", false },
	{ "{f: 'a\\?b'}", "{\"f\":\"a?b\"}", true },
	{ "{f: 'a\\?b'}", "{\"f\":\"axb\"}", false },
	/* Two backslashes and a star: backslash, then wildcard. */
	{ "{f: 'a\\\\*b'}", "{\"f\":\"a\\\\xyb\"}", true },
	{ "{f: 'a\\\\*b'}", "{\"f\":\"axyb\"}", false },
	/* Three: both are plain. */
	{ "{f: 'a\\\\\\*b'}", "{\"f\":\"a\\\\*b\"}", true },
	{ "{f: 'a\\\\\\*b'}", "{\"f\":\"a\\\\xb\"}", false },
	/* Three or four: a double backslash. */
	{ "{f: 'a\\\\\\b'}", "{\"f\":\"a\\\\\\\\b\"}", true },
	{ "{f: 'a\\\\\\\\b'}", "{\"f\":\"a\\\\\\\\b\"}", true },
	{ "{f: 'ends\\'}", "{\"f\":\"ends\\\\\"}", true },
};

START_TEST(wildcards_and_their_escapes)
{
	check_all(wildcards, ARRAY_LEN(wildcards));
}
END_TEST

static const struct example typed[] = {
	{ "{f: null}", "{}", true },
	{ "{f: null}", "{\"f\":null}", true },
	{ "{f: }", "{\"f\":null}", true },
	{ "{f: null}", "{\"f\":[]}", true },
	{ "{f: null}", "{\"f\":\"\"}", false },
	{ "{f: null}", "{\"f\":\"null\"}", false },
	{ "{f: 'null'}", "{\"f\":\"null\"}", true },
	{ "{f: 'null'}", "{\"f\":null}", false },
	{ "{f: ''}", "{\"f\":\"\"}", true },
	{ "{f: ''}", "{}", false },
	{ "{f: ''}", "{\"f\":null}", false },
	{ "{f: ''}", "{\"f\":\" \"}", false },
	{ "{f: 200}", "{\"f\":200}", true },
	{ "{f: 200}", "{\"f\":\"200\"}", true },
	{ "{f: '200'}", "{\"f\":200}", true },
	{ "{f: 200}", "{\"f\":200.0}", true },
	{ "{f: 200}", "{\"f\":2e2}", true },
	{ "{f: 200}", "{\"f\":2000}", false },
	{ "{f: 0x1F}", "{\"f\":31}", true },
	{ "{f: '0x1F'}", "{\"f\":\"0x1f\"}", true },
	{ "{f: -5}", "{\"f\":-5}", true },
	{ "{f: 1.5}", "{\"f\":1.50}", true },
	{ "{f: 1.10}", "{\"f\":\"1.10\"}", true },
	{ "{f: 1.10}", "{\"f\":1.1}", true },
	/* Looks like a number in other languages; here it is a serial number. */
	{ "{f: 8BB00EE}", "{\"f\":\"8bb00ee\"}", true },
	{ "{f: 12e4}", "{\"f\":\"12e4\"}", true },
	{ "{f: 007}", "{\"f\":\"007\"}", true },
	{ "{f: 9007199254740993}", "{\"f\":9007199254740993}", true },
	{ "{f: 9007199254740993}", "{\"f\":9007199254740992}", false },
	{ "{f: true}", "{\"f\":true}", true },
	{ "{f: true}", "{\"f\":\"True\"}", true },
	{ "{f: 'true'}", "{\"f\":true}", true },
	{ "{f: true}", "{\"f\":false}", false },
	{ "{f: true}", "{\"f\":1}", false },
	/* YAML 1.2: yes is a word. */
	{ "{f: yes}", "{\"f\":\"yes\"}", true },
	{ "{f: yes}", "{\"f\":true}", false },
	{ "{f: '{\"a\":1}'}", "{\"f\":{\"a\":1}}", true },
};

START_TEST(null_empty_numbers_booleans)
{
	check_all(typed, ARRAY_LEN(typed));
}
END_TEST

static const struct example generic[] = {
	{ "{f|contains: b*d}", "{\"f\":\"abcde\"}", true },
	{ "{f|contains: BCD}", "{\"f\":\"abcde\"}", true },
	{ "{f|contains: bd}", "{\"f\":\"abcde\"}", false },
	{ "{f|contains: 20}", "{\"f\":1204}", true },
	{ "{f|startswith: ab}", "{\"f\":\"ABC\"}", true },
	{ "{f|startswith: bc}", "{\"f\":\"abc\"}", false },
	{ "{f|endswith: bc}", "{\"f\":\"aBC\"}", true },
	{ "{f|endswith: ab}", "{\"f\":\"abc\"}", false },
	{ "{f|endswith: '\\cmd.exe'}", "{\"f\":\"C:\\\\Windows\\\\cmd.exe\"}", true },
	{ "{f|contains|all: [ab, cd]}", "{\"f\":\"xcdab\"}", true },
	{ "{f|contains|all: [ab, cd]}", "{\"f\":\"xab\"}", false },
	{ "{f|all: [a*, '*b']}", "{\"f\":\"axb\"}", true },
	{ "{f|exists: true}", "{\"f\":null}", true },
	{ "{f|exists: true}", "{\"f\":\"\"}", true },
	{ "{f|exists: true}", "{\"f\":[]}", true },
	{ "{f|exists: true}", "{}", false },
	{ "{f|exists: false}", "{}", true },
	{ "{f|exists: false}", "{\"f\":1}", false },
	{ "{f|cased: Abc}", "{\"f\":\"Abc\"}", true },
	{ "{f|cased: Abc}", "{\"f\":\"abc\"}", false },
	{ "{f|contains|cased: B}", "{\"f\":\"aBc\"}", true },
	{ "{f|contains|cased: B}", "{\"f\":\"abc\"}", false },
	{ "{f|cased|startswith: AB}", "{\"f\":\"ABc\"}", true },
	{ "{f|neq: a}", "{\"f\":\"b\"}", true },
	{ "{f|neq: a}", "{\"f\":\"A\"}", false },
	{ "{f|neq: a}", "{}", true },
	{ "{f|neq: [a, b]}", "{\"f\":\"b\"}", false },
	{ "{f|neq: [a, b]}", "{\"f\":\"c\"}", true },
	{ "{f|neq: 5}", "{\"f\":5}", false },
	{ "{f|neq: null}", "{\"f\":5}", true },
	{ "{f|neq: null}", "{}", false },
	{ "{f|contains|neq: a}", "{\"f\":\"xax\"}", false },
	{ "{f|contains|neq: a}", "{\"f\":\"xbx\"}", true },
};

START_TEST(generic_modifiers)
{
	check_all(generic, ARRAY_LEN(generic));
}
END_TEST

static const struct example strings[] = {
	{ "{f|re: '^a.c$'}", "{\"f\":\"abc\"}", true },
	{ "{f|re: 'b'}", "{\"f\":\"abc\"}", true },
	{ "{f|re: 'B'}", "{\"f\":\"abc\"}", false },
	{ "{f|re|i: 'B'}", "{\"f\":\"abc\"}", true },
	{ "{f|re: '^b'}", "{\"f\":\"a\\nb\"}", false },
	{ "{f|re|m: '^b'}", "{\"f\":\"a\\nb\"}", true },
	{ "{f|re: 'a.b'}", "{\"f\":\"a\\nb\"}", false },
	{ "{f|re|s: 'a.b'}", "{\"f\":\"a\\nb\"}", true },
	{ "{f|re|i|m|s: '^B.C'}", "{\"f\":\"a\\nb\\nc\"}", true },
	{ "{f|re: ['x', '[b-d]{2,3}']}", "{\"f\":\"abc\"}", true },
	{ "{f|re|all: ['a', 'd']}", "{\"f\":\"abc\"}", false },
	{ "{f|re: '^.$'}", "{\"f\":\"\xE3\x81\x82\"}", true },
	{ "{f|re: '(?i)B'}", "{\"f\":\"abc\"}", true },
	{ "{f|re|neq: 'b'}", "{\"f\":\"abc\"}", false },
	{ "{f|re: '^[0-9]+$'}", "{\"f\":443}", true },
	/* Every dash for every dash. */
	{ "{f|windash|contains: ' -a'}", "{\"f\":\"x -a\"}", true },
	{ "{f|windash|contains: ' -a'}", "{\"f\":\"x /a\"}", true },
	{ "{f|windash|contains: ' /a'}", "{\"f\":\"x -a\"}", true },
	{ "{f|windash|contains: ' -a'}", "{\"f\":\"x \\u2013a\"}", true },
	{ "{f|windash|contains: ' -a'}", "{\"f\":\"x \\u2014a\"}", true },
	{ "{f|windash|contains: ' -a'}", "{\"f\":\"x \\u2015a\"}", true },
	{ "{f|windash|contains: ' -a'}", "{\"f\":\"x _a\"}", false },
	{ "{f|contains|windash: ' -a -b'}", "{\"f\":\"x /a \\u2014b\"}", true },
	{ "{f|windash: '-a'}", "{\"f\":\"/A\"}", true },
	/* printf foobar | base64 and the like. */
	{ "{f|base64: foobar}", "{\"f\":\"Zm9vYmFy\"}", true },
	{ "{f|base64: 'http://'}", "{\"f\":\"aHR0cDovLw==\"}", true },
	{ "{f|base64|contains: foobar}", "{\"f\":\"x Zm9vYmFy y\"}", true },
	{ "{f|base64|contains|cased: foobar}", "{\"f\":\"x zm9vymfy y\"}", false },
	{ "{f|base64offset|contains: 'http://'}", "{\"f\":\"aHR0cDovL2V4YW1wbGU=\"}", true },
	{ "{f|base64offset|contains: 'http://'}", "{\"f\":\"eGh0dHA6Ly9leGFtcGxl\"}", true },
	{ "{f|base64offset|contains: 'http://'}", "{\"f\":\"eHlodHRwOi8vZXhhbXBsZQ==\"}", true },
	{ "{f|base64offset|contains: 'http://'}", "{\"f\":\"aHR0cDo=\"}", false },
	{ "{f|base64offset|contains|all: ['http://', 'example']}", "{\"f\":\"eGh0dHA6Ly9leGFtcGxl\"}", true },
	{ "{f|base64offset|contains|all: ['http://', 'exemplar']}", "{\"f\":\"eGh0dHA6Ly9leGFtcGxl\"}", false },
	/* printf ping | iconv -t UTF-16LE | base64 and the like. */
	{ "{f|wide|base64: ping}", "{\"f\":\"cABpAG4AZwA=\"}", true },
	{ "{f|utf16le|base64: ping}", "{\"f\":\"cABpAG4AZwA=\"}", true },
	{ "{f|utf16be|base64: ping}", "{\"f\":\"AHAAaQBuAGc=\"}", true },
	{ "{f|utf16|base64: ping}", "{\"f\":\"//5wAGkAbgBnAA==\"}", true },
	{ "{f|wide|base64: '漢😀'}", "{\"f\":\"Im892ADe\"}", true },
	{ "{f|wide|base64offset|contains: ping}", "{\"f\":\"eABwAGkAbgBnAA==\"}", true },
	{ "{f|wide|contains: cmd}", "{\"f\":\"xc\\u0000m\\u0000d\\u0000\"}", true },
	{ "{f|utf16be: cmd}", "{\"f\":\"\\u0000c\\u0000m\\u0000d\"}", true },
	/* printf -- '/x' | base64 */
	{ "{f|windash|base64: '-x'}", "{\"f\":\"L3g=\"}", true },
	{ "{f|windash|base64: '-x'}", "{\"f\":\"LXg=\"}", true },
	{ "{f|base64: 'a\\*b'}", "{\"f\":\"YSpi\"}", true },
};

START_TEST(string_modifiers)
{
	check_all(strings, ARRAY_LEN(strings));
}
END_TEST

static const struct example numeric[] = {
	{ "{f|lt: 10}", "{\"f\":9}", true },
	{ "{f|lt: 10}", "{\"f\":10}", false },
	{ "{f|lte: 10}", "{\"f\":10}", true },
	{ "{f|gt: 10}", "{\"f\":10}", false },
	{ "{f|gt: 10}", "{\"f\":10.5}", true },
	{ "{f|gte: 10}", "{\"f\":\"10\"}", true },
	{ "{f|gte: 9}", "{\"f\":\"10\"}", true },
	{ "{f|gt: -1}", "{\"f\":0}", true },
	{ "{f|gt: 1.5}", "{\"f\":1.25}", false },
	{ "{f|lt: 10}", "{\"f\":\"nine\"}", false },
	{ "{f|lt: 10}", "{}", false },
	{ "{f|lt: 10}", "{\"f\":true}", false },
	{ "{f|gt: 5}", "{\"f\":[1,9]}", true },
	{ "{f|cidr: 10.0.0.0/8}", "{\"f\":\"10.255.1.2\"}", true },
	{ "{f|cidr: 10.0.0.0/8}", "{\"f\":\"11.0.0.1\"}", false },
	{ "{f|cidr: [10.0.0.0/8, 192.168.0.0/16]}", "{\"f\":\"192.168.3.4\"}", true },
	{ "{f|cidr: 192.0.2.128/25}", "{\"f\":\"192.0.2.127\"}", false },
	{ "{f|cidr: 192.0.2.128/25}", "{\"f\":\"192.0.2.128\"}", true },
	{ "{f|cidr: '2001:db8::/32'}", "{\"f\":\"2001:db8:ffff::1\"}", true },
	{ "{f|cidr: '2001:db8::/32'}", "{\"f\":\"2001:db9::1\"}", false },
	{ "{f|cidr: '::1/128'}", "{\"f\":\"0:0:0:0:0:0:0:1\"}", true },
	{ "{f|cidr: 0.0.0.0/0}", "{\"f\":\"not an address\"}", false },
	{ "{f|cidr|neq: 10.0.0.0/8}", "{\"f\":\"11.0.0.1\"}", true },
	{ "{f|fieldref: g}", "{\"f\":\"A\",\"g\":\"a\"}", true },
	{ "{f|fieldref: g}", "{\"f\":\"a\",\"g\":\"b\"}", false },
	{ "{f|fieldref: g}", "{\"f\":null,\"g\":null}", false },
	{ "{f|fieldref|neq: g}", "{\"f\":\"a\",\"g\":\"b\"}", true },
	{ "{f|fieldref|cased: g}", "{\"f\":\"A\",\"g\":\"a\"}", false },
	{ "{f|fieldref|startswith: g}", "{\"f\":\"abc\",\"g\":\"AB\"}", true },
	{ "{f|fieldref|endswith: g}", "{\"f\":\"abc\",\"g\":\"bc\"}", true },
	{ "{f|fieldref|contains: g}", "{\"f\":\"abc\",\"g\":\"b\"}", true },
	{ "{f|fieldref|contains: g}", "{\"f\":\"b\",\"g\":\"abc\"}", false },
	{ "{f|fieldref: g.h}", "{\"f\":443,\"g\":{\"h\":\"443\"}}", true },
};

START_TEST(numbers_networks_other_fields)
{
	check_all(numeric, ARRAY_LEN(numeric));
}
END_TEST

/* In Japan, where the records of these tests come from. */
static const struct example times[] = {
	{ "{f|minute: 14}", "{\"f\":\"2026-11-24T08:14:40Z\"}", true },
	{ "{f|hour: 17}", "{\"f\":\"2026-11-24T08:14:40Z\"}", true },
	{ "{f|hour: 8}", "{\"f\":\"2026-11-24T08:14:40Z\"}", false },
	{ "{f|hour: 17}", "{\"f\":\"2026-11-24T10:14:40+0200\"}", true },
	{ "{f|hour: 8}", "{\"f\":\"2026-11-24 08:14:40\"}", true },
	{ "{f|hour|gte: 17}", "{\"f\":\"2026-11-24T08:14:40Z\"}", true },
	{ "{f|hour|lt: 17}", "{\"f\":\"2026-11-24T08:14:40Z\"}", false },
	{ "{f|hour|neq: 17}", "{\"f\":\"2026-11-24T08:14:40Z\"}", false },
	{ "{f|hour: [16, 17]}", "{\"f\":\"2026-11-24T08:14:40Z\"}", true },
	{ "{f|day: 25}", "{\"f\":\"2026-11-24T15:00:00Z\"}", true },
	{ "{f|month: 12}", "{\"f\":\"2026-11-30T15:00:00Z\"}", true },
	{ "{f|year: 2027}", "{\"f\":\"2026-12-31T15:00:00Z\"}", true },
	{ "{f|week: 53}", "{\"f\":\"2027-01-03T14:59:59Z\"}", true },
	{ "{f|week: 1}", "{\"f\":\"2027-01-03T15:00:00Z\"}", true },
	{ "{f|week: 1}", "{\"f\":\"2024-12-30T03:00:00Z\"}", true },
	{ "{f|year: 1969}", "{\"f\":\"1969-12-31T00:00:00Z\"}", true },
	{ "{f|hour: 17}", "{\"f\":\"not a time\"}", false },
	{ "{f|hour: 17}", "{\"f\":17}", false },
};

START_TEST(parts_of_a_time)
{
	check_all(times, ARRAY_LEN(times));
}
END_TEST

static const struct example keywords[] = {
	{ "[evilservice]", "{\"f\":\"an EvilService runs\"}", true },
	{ "[evilservice, 'svchost.exe -n evil']", "{\"g\":\"svchost.exe -n evil\"}", true },
	{ "[evilservice]", "{\"f\":\"service\"}", false },
	{ "['a*z']", "{\"f\":\"xabczx\"}", true },
	{ "[4711]", "{\"f\":47110}", true },
	{ "{'|all': [one, two]}", "{\"f\":\"two\",\"g\":\"one\"}", true },
	{ "{'|all': [one, two]}", "{\"f\":\"two\"}", false },
	{ "{'|re': 'o[mn]e'}", "{\"f\":\"xonex\"}", true },
	{ "{'|cased': One}", "{\"f\":\"one\"}", false },
	{ "[one, {f: two}]", "{\"f\":\"two\"}", true },
	{ "[one, {f: two}]", "{\"g\":\"two\"}", false },
	/* Escapes of JSON are undone: the keyword is as people write it. */
	{ "['a/b\\c']", "{\"f\":\"a\\/b\\\\c\"}", true },
	{ "['say \"あ\"']", "{\"f\":\"say \\\"\\u3042\\\"\"}", true },
};

START_TEST(keywords_are_looked_for_in_the_whole_record)
{
	check_all(keywords, ARRAY_LEN(keywords));
}
END_TEST

/* Of placeholders the specification says little: that of \%plain%name% is its own example. Their values are those of
 * sigma_meets.h. */
static const struct example placeholders[] = {
	{ "{f|expand: '%Admins%'}", "{\"f\":\"admin\"}", true },
	{ "{f|expand: '%Admins%'}", "{\"f\":\"ROOT\"}", true },
	{ "{f|expand: '%Admins%'}", "{\"f\":\"guest\"}", false },
	{ "{f|expand: '%Admins%'}", "{\"f\":\"%Admins%\"}", false },
	{ "{f|expand: ['%Admins%', guest, 7]}", "{\"f\":\"guest\"}", true },
	{ "{f|expand: ['%Admins%', guest, 7]}", "{\"f\":7}", true },
	{ "{f|expand: ['%Admins%', guest, 7]}", "{\"f\":\"root\"}", true },
	{ "{f|expand: '%管理者%'}", "{\"f\":\"kanri\"}", true },
	/* Without the modifier a percent sign is one. */
	{ "{f: '%Admins%'}", "{\"f\":\"%admins%\"}", true },
	{ "{f: '%Admins%'}", "{\"f\":\"root\"}", false },
	{ "{f: '\\%a%'}", "{\"f\":\"\\\\%a%\"}", true },
	/* All combinations. */
	{ "{f|expand: 'x-%Admins%@%DC-1%'}", "{\"f\":\"x-root@10\"}", true },
	{ "{f|expand: 'x-%Admins%@%DC-1%'}", "{\"f\":\"x-root@dc\"}", true },
	{ "{f|expand: 'x-%Admins%@%DC-1%'}", "{\"f\":\"x-admin@10\"}", true },
	{ "{f|expand: 'x-%Admins%@%DC-1%'}", "{\"f\":\"x-admin@dc\"}", true },
	{ "{f|expand: 'x-%Admins%@%DC-1%'}", "{\"f\":\"x-admin@\"}", false },
	{ "{f|expand: 'x-%Admins%@%DC-1%'}", "{\"f\":\"admin@dc\"}", false },
	{ "{f|expand: '%Admins%%Admins%'}", "{\"f\":\"rootadmin\"}", true },
	{ "{f|expand: '%digits%%digits%%digits%'}", "{\"f\":\"907\"}", true },
	{ "{f|expand: '%digits%%digits%%digits%'}", "{\"f\":\"000\"}", true },
	{ "{f|expand: '%digits%%digits%%digits%'}", "{\"f\":\"999\"}", true },
	{ "{f|expand: '%digits%%digits%%digits%'}", "{\"f\":\"90\"}", false },
	/* Their values have wildcards and escapes of their own, which nothing beside them changes; % in them is one. */
	{ "{f|expand: '%Servers%'}", "{\"f\":\"SRV07\"}", true },
	{ "{f|expand: '%Servers%'}", "{\"f\":\"asrv07\"}", false },
	{ "{f|expand: '%Servers%.local'}", "{\"f\":\"srv07.local\"}", true },
	{ "{f|expand: '%star%'}", "{\"f\":\"*\"}", true },
	{ "{f|expand: '%star%'}", "{\"f\":\"x\"}", false },
	{ "{f|expand: '%folder%'}", "{\"f\":\"C:\\\\\"}", true },
	{ "{f|expand: '%folder%?'}", "{\"f\":\"C:\\\\a\"}", true },
	{ "{f|expand: '%folder%?'}", "{\"f\":\"C:?\"}", false },
	{ "{f|expand: '%folder%%star%'}", "{\"f\":\"C:\\\\*\"}", true },
	{ "{f|expand: '%percent%'}", "{\"f\":\"%Admins%\"}", true },
	{ "{f|expand: '%percent%'}", "{\"f\":\"root\"}", false },
	{ "{f|expand: '\\%plain%Admins%'}", "{\"f\":\"%plainroot\"}", true },
	{ "{f|expand: '\\%Admins\\%-%DC-1%'}", "{\"f\":\"%Admins%-dc\"}", true },
	{ "{f|expand: '\\\\%Admins%'}", "{\"f\":\"\\\\root\"}", true },
	{ "{f|expand: '\\\\\\%Admins%DC-1%'}", "{\"f\":\"\\\\%Adminsdc\"}", true },
	{ "{f|expand: '50% of %% %Admins%'}", "{\"f\":\"50% of %% root\"}", true },
	{ "{f|expand: '%Admins%*\\*\\x'}", "{\"f\":\"root-1*\\\\x\"}", true },
	{ "{f|expand: '%Admins%*\\*\\x'}", "{\"f\":\"root-1\\\\x\"}", false },
	/* With other modifiers. */
	{ "{f|contains|expand: '%Admins%'}", "{\"f\":\"the root of\"}", true },
	{ "{f|expand|contains: '%Admins%'}", "{\"f\":\"the root of\"}", true },
	{ "{f|expand|startswith: '%Admins%'}", "{\"f\":\"root of\"}", true },
	{ "{f|expand|startswith: '%Admins%'}", "{\"f\":\"the root\"}", false },
	{ "{f|endswith|expand: '%Admins%'}", "{\"f\":\"the root\"}", true },
	{ "{f|endswith|expand: '%Admins%'}", "{\"f\":\"root of\"}", false },
	{ "{f|expand|cased: '%Admins%'}", "{\"f\":\"root\"}", true },
	{ "{f|expand|cased: '%Admins%'}", "{\"f\":\"Root\"}", false },
	{ "{f|expand|neq: '%Admins%'}", "{\"f\":\"guest\"}", true },
	{ "{f|expand|neq: '%Admins%'}", "{\"f\":\"root\"}", false },
	{ "{f|contains|all|expand: ['%Admins%', '%DC-1%']}", "{\"f\":\"root on dc\"}", true },
	{ "{f|contains|all|expand: ['%Admins%', '%DC-1%']}", "{\"f\":\"root, admin\"}", false },
	{ "{f|expand|base64: '%Admins%'}", "{\"f\":\"cm9vdA==\"}", true },
	{ "{f|expand|windash: '-%Admins%'}", "{\"f\":\"/root\"}", true },
	{ "{'|expand': '%Admins%'}", "{\"g\":\"the root of\"}", true },
	{ "{'|expand': '%Admins%'}", "{\"g\":\"the guest of\"}", false },
};

START_TEST(placeholders_stand_for_any_of_their_values)
{
	check_all(placeholders, ARRAY_LEN(placeholders));
}
END_TEST

/* A member with `expand`, whose value stands `count` times in a list. */
static const char *expand_refusal(const char *front, const char *value, size_t count)
{
	struct buffer b = { 0 };
	const char *reason;
	char *rule;

	buffer_put_string(&b, "{s: {f|expand: [");
	for (size_t i = 0; i < count; i++)
		buffer_printf(&b, "%s'%s%s'", i ? ", " : "", front, value);
	buffer_put_string(&b, "]}, condition: s}");
	rule = meets_rule("A rule", buffer_string(&b));
	reason = meets_refusal(rule);
	free(rule);
	buffer_release(&b);
	return reason;
}

START_TEST(placeholders_have_bounds)
{
	char front[8192];

	/* With the longest value 8,192 bytes, and one more. */
	memset(front, 'a', sizeof(front));
	front[8187] = '\0';
	ck_assert_str_eq(expand_refusal(front, "%Admins%", 1), "");
	front[8187] = 'a';
	front[8188] = '\0';
	ck_assert_ptr_nonnull(strstr(expand_refusal(front, "%Admins%", 1), "too long"));
	ck_assert_str_eq(expand_refusal("", "%digits%%digits%%digits%", 200), "");
	ck_assert_ptr_nonnull(strstr(expand_refusal("", "%digits%%digits%%digits%", 300), "all rules together"));
}
END_TEST

START_TEST(expressions_that_give_up_do_not_match)
{
	char record[3000], *to = record;
	char *rule = meets_rule("Slow", "{s: {f|re: 'a.{0,500}[bc]'}, condition: s}");
	struct sigma_problems problems = { 0 };
	struct json_token tokens[8];
	struct json_reader json = { .tokens = tokens, .capacity = ARRAY_LEN(tokens) };
	struct sigma_scratch *scratch = sigma_scratch_new();
	struct sigma_record r = { .event = SLICE_LITERAL("eve.test"), .json = &json };
	struct sigma_matches matches;
	struct sigma_set *set;
	struct err why;

	to += snprintf(to, 16, "{\"f\":\"");
	memset(to, 'a', 2000);
	to += 2000;
	snprintf(to, 16, "!\"}");
	ck_assert_int_eq(meets_build(&set, rule, &problems, &why), 0);
	r.body = slice_of_string(record);
	ck_assert_int_eq(json_read(&json, r.body), JSON_OK);
	sigma_match(set, scratch, &r, &matches);
	ck_assert_uint_eq(matches.count, 0);
	ck_assert_uint_eq(sigma_scratch_limits_hit(scratch), 1);
	sigma_scratch_free(scratch);
	sigma_set_free(set);
	free(rule);
}
END_TEST

static const struct {
	const char *search, *reason;
} refused[] = {
	{ "{f|contain: a}", "no modifier contain" },
	{ "{f|contains|contains: a}", "twice" },
	{ "{f|: a}", "no modifier" },
	{ "{f|contains|startswith: a}", "only one of" },
	{ "{f|lt|gt: 1}", "only one of" },
	{ "{f|hour|day: 1}", "only one of" },
	{ "{f|expand: '%Clients%'}", "placeholder %Clients% is not defined: list its values in fields.yaml" },
	{ "{f|expand: ['%Admins%', 'a%admins%']}", "placeholder %admins% is not defined" },
	{ "{f|expand: '%digits%%digits%%digits%%Admins%'}", "more than 1000 values" },
	{ "{f|expand: '%star%%star%%star%%star%%star%%star%%star%%star%%star%%star%%star%%star%%star%%star%%star%"
	  "%star%%star%'}",
	  "at most 16 placeholders" },
	{ "{f|expand: root}", "no %placeholder%" },
	{ "{f|expand: '100% of \\%Admins%'}", "no %placeholder%" },
	{ "{f|expand: null}", "null cannot have modifiers" },
	{ "{f|expand|all: '%Admins%'}", "all needs" },
	{ "{f|expand|re: '%Admins%'}", "expand cannot stand" },
	{ "{f|cidr|expand: '%Admins%'}", "expand cannot stand" },
	{ "{f|gt|expand: '%digits%'}", "expand cannot stand" },
	{ "{f|expand|hour: '%digits%'}", "expand cannot stand" },
	{ "{f|expand|exists: '%digits%'}", "expand cannot stand" },
	{ "{f|fieldref|expand: '%Admins%'}", "expand cannot stand" },
	{ "{f|base64|expand: '%Admins%'}", "expand must stand in front" },
	{ "{f|windash|expand: '%Admins%'}", "expand must stand in front" },
	{ "{f|expand|base64: '%Servers%'}", "wildcards" },
	{ "{f|contains|all: a}", "all needs" },
	{ "{f|contains|all: [a]}", "all needs" },
	{ "{f|neq|all: [a, b]}", "neq and all" },
	{ "{f|exists: maybe}", "true or false" },
	{ "{f|exists: [true]}", "one value" },
	{ "{f|exists|contains: true}", "cannot stand" },
	{ "{f|i: a}", "needs re" },
	{ "{f|i|re: a}", "needs re" },
	{ "{f|re|contains: a}", "cannot stand" },
	{ "{f|re: '(?=a)'}", "not supported" },
	{ "{f|re: '(?<!a)b'}", "not supported" },
	{ "{f|re: '(?<name>a)'}", "not supported" },
	{ "{f|re: '(a)\\1'}", "not supported" },
	{ "{f|re: '\\k<a>'}", "not supported" },
	{ "{f|re: '(?R)'}", "not supported" },
	{ "{f|re: '(*COMMIT)'}", "not supported" },
	{ "{f|re: '\\Q*\\E'}", "not supported" },
	{ "{f|re: 'a++'}", "not supported" },
	{ "{f|re: '('}", "not valid at character" },
	{ "{f|re: ''}", "empty" },
	{ "{f|cidr: 10.0.0.0/33}", "takes a network" },
	{ "{f|cidr: web}", "takes a network" },
	{ "{f|gt: many}", "take a number" },
	{ "{f|hour: 24}", "no time has" },
	{ "{f|month: 0}", "no time has" },
	{ "{f|minute: 1.5}", "no time has" },
	{ "{f|contains|base64: a}", "in front of contains" },
	{ "{f|base64|windash: -a}", "windash must stand" },
	{ "{f|base64: 'a*'}", "wildcards" },
	{ "{f|base64: ''}", "empty value" },
	{ "{f|base64: 5}", "quotes" },
	{ "{f|base64offset: a}", "too short" },
	{ "{f|windash|base64: '-a -b -c -d'}", "dashes" },
	{ "{f: ['', null]}", "null cannot stand in a list" },
	{ "{f|contains: null}", "null cannot have modifiers" },
	{ "{f: {a: b}}", "cannot be a mapping" },
	{ "{f: [[a]]}", "a value must be" },
	{ "{f: []}", "empty" },
	{ "{}", "nothing to look for" },
	{ "[]", "nothing to look for" },
	{ "[[a]]", "list in a list" },
	{ "text", "map or a list" },
	{ "['']", "empty keyword" },
	{ "[null]", "cannot be null" },
	{ "{'|startswith': a}", "needs a field" },
	{ "{f|fieldref: 'a..b'}", "no field" },
	{ "{'a..b': x}", "no field" },
};

START_TEST(what_is_not_understood_is_refused)
{
	for (size_t i = 0; i < ARRAY_LEN(refused); i++) {
		struct buffer b = { 0 };
		char *rule;
		const char *reason;

		buffer_printf(&b, "{s: %s, condition: s}", refused[i].search);
		rule = meets_rule("A rule", buffer_string(&b));
		reason = meets_refusal(rule);
		ck_assert_msg(strstr(reason, refused[i].reason) && strncmp(reason, "rule.yml:3: ", 12) == 0, "%s: '%s'",
			      refused[i].search, reason);
		free(rule);
		buffer_release(&b);
	}
}
END_TEST

SUITE_MAIN("sigma values", whole_values_without_regard_to_case, wildcards_and_their_escapes,
	   null_empty_numbers_booleans, generic_modifiers, string_modifiers, numbers_networks_other_fields,
	   parts_of_a_time, keywords_are_looked_for_in_the_whole_record, placeholders_stand_for_any_of_their_values,
	   placeholders_have_bounds, expressions_that_give_up_do_not_match, what_is_not_understood_is_refused)
