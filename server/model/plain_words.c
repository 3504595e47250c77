#include "server/model/plain_words.h"

#include "server/model/alert.h"
#include "server/model/report_text.h"

/* ---------------------------------------------------------------------------------------------------------- finding */

/* Of the last resort. The advice is as general as the words are. */
#define SCAN_JA "この機器をお使いの方に確かめ、ウイルス対策ソフトで全体の検査をして、結果を相談窓口へお電話ください。"
#define SCAN_EN                                                                                                    \
	"Please ask whoever uses the device, run a full scan with the antivirus software, and ring the help desk " \
	"with the result."

static const struct plain_word last_resort[] = {
	{ .direction = "inbound",
	  .engine = "ips",
	  .ja = "外から入り込もうとする通信",
	  .en = "an attempt to get in from outside" },
	{ .direction = "inbound",
	  .engine = "antivirus",
	  .ja = "外から届いたウイルス",
	  .en = "a virus that came from outside" },
	{ .direction = "inbound",
	  .engine = "web",
	  .ja = "外からのホームページへの不審な通信",
	  .en = "suspicious calls of your web site" },
	{ .direction = "inbound",
	  .engine = "dns",
	  .ja = "外からの名前の問い合わせ",
	  .en = "name look-ups from outside" },
	{ .direction = "inbound", .ja = "外からの不審な通信", .en = "suspicious traffic from outside" },
	{ .direction = "outbound",
	  .engine = "antivirus",
	  .ja = "外へ送られようとしたウイルス",
	  .en = "a virus on its way out",
	  .advice_ja = SCAN_JA,
	  .advice_en = SCAN_EN,
	  .minutes = 60 },
	{ .direction = "outbound",
	  .engine = "web",
	  .ja = "不審なサイトへの接続",
	  .en = "contact with a suspicious site",
	  .advice_ja = SCAN_JA,
	  .advice_en = SCAN_EN,
	  .minutes = 60 },
	{ .direction = "outbound",
	  .engine = "dns",
	  .ja = "不審なサイトの宛先調べ",
	  .en = "look-ups of a suspicious site's address",
	  .advice_ja = SCAN_JA,
	  .advice_en = SCAN_EN,
	  .minutes = 60 },
	{ .direction = "outbound",
	  .ja = "外への不審な通信",
	  .en = "suspicious traffic to the outside",
	  .advice_ja = SCAN_JA,
	  .advice_en = SCAN_EN,
	  .minutes = 60 },
	{ .direction = "internal",
	  .engine = "antivirus",
	  .ja = "社内で見つかったウイルス",
	  .en = "a virus inside the network",
	  .advice_ja = SCAN_JA,
	  .advice_en = SCAN_EN,
	  .minutes = 60 },
	{ .direction = "internal",
	  .ja = "社内の機器どうしの不審な通信",
	  .en = "suspicious traffic between devices inside",
	  .advice_ja = SCAN_JA,
	  .advice_en = SCAN_EN,
	  .minutes = 60 },
	{ .engine = "antivirus", .ja = "ウイルス", .en = "a virus" },
	{ .ja = "不審な通信", .en = "suspicious traffic" },
};

static bool is_same(const char *wanted, const char *value)
{
	return !wanted || (value && strcmp(wanted, value) == 0);
}

static bool is_part(const char *wanted, const char *value)
{
	return !wanted || (value && slice_contains_ignoring_case(slice_of_string(value), wanted));
}

static bool fits(const struct plain_word *word, const struct plain_words_subject *subject)
{
	return is_same(word->direction, subject->direction) && is_same(word->engine, subject->engine) &&
	       is_same(word->stage, subject->stage) && is_part(word->category, subject->category) &&
	       is_part(word->signature, subject->signature);
}

const struct plain_word *plain_words_find(const struct plain_words *words, const struct plain_words_subject *subject)
{
	size_t i = 0;

	for (size_t n = 0; n < words->count; n++)
		if (fits(&words->list[n], subject))
			return &words->list[n];
	while (!fits(&last_resort[i], subject)) /* the last one fits everything */
		i++;
	return &last_resort[i];
}

const struct plain_word *plain_words_by_text(const struct plain_words *words, const char *ja)
{
	for (size_t i = 0; i < words->count; i++)
		if (strcmp(words->list[i].ja, ja) == 0)
			return &words->list[i];
	for (size_t i = 0; i < ARRAY_LEN(last_resort); i++)
		if (strcmp(last_resort[i].ja, ja) == 0)
			return &last_resort[i];
	return NULL;
}

/* --------------------------------------------------------------------------------------------------------- checking */

/* In characters, as the table has them. */
enum { PART_MAX = 200, JA_MAX = 100, EN_MAX = 200, ADVICE_MAX = 500, MINUTES_MAX = 10080 };

static size_t characters(struct slice text)
{
	size_t n = 0;

	for (size_t i = 0; i < text.len; i++)
		n += (text.ptr[i] & 0xc0) != 0x80;
	return n;
}

static bool is_one_line(struct slice text)
{
	for (size_t i = 0; i < text.len; i++)
		if (text.ptr[i] < 0x20 || text.ptr[i] == 0x7f)
			return false;
	return true;
}

static bool is_letter(uint8_t c)
{
	return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

/* A word of signatures as a word of its own: nothing that people should read. */
static const char *signature_word(struct slice text)
{
	static const char *const words[] = { "ET ", "ETPRO ", "GPL ", "SURICATA ", "CVE-", "CVE_" };

	for (size_t at = 0; at < text.len; at++)
		for (size_t i = 0; i < ARRAY_LEN(words); i++)
			if ((at == 0 || !is_letter(text.ptr[at - 1])) &&
			    slice_starts_with(slice_skip(text, at), words[i]))
				return words[i];
	return NULL;
}

static int check_text(const char *name, const char *value, size_t least, size_t most, struct err *why)
{
	struct slice text = slice_of_string(value);
	const char *phrase = report_text_forbidden(text), *word = signature_word(text);
	size_t length = characters(text);

	if (slice_trim(text).len < least || length > most)
		return err_set(why, ERR_USAGE, "%s has %zu characters: %zu to %zu may stand there", name, length, least,
			       most);
	if (!slice_is_utf8(text) || !is_one_line(text))
		return err_set(why, ERR_USAGE, "%s is not one line of UTF-8 text", name);
	if (phrase)
		return err_set(why, ERR_USAGE, "%s says \"%s\", which a report never says", name, phrase);
	if (word)
		return err_set(why, ERR_USAGE, "%s has \"%s\": say it in plain words, not with the name of a signature",
			       name, word);
	return 0;
}

static int check_part(const char *name, const char *value, struct err *why)
{
	struct slice text = slice_of_string(value);

	if (value &&
	    (slice_trim(text).len == 0 || characters(text) > PART_MAX || !slice_is_utf8(text) || !is_one_line(text)))
		return err_set(why, ERR_USAGE, "%s is not a text of 1 to %d characters", name, PART_MAX);
	return 0;
}

static int check_criteria(const struct plain_word *word, struct err *why)
{
	enum direction direction;
	enum engine engine;
	enum stage stage;

	if (word->direction && !direction_parse(slice_of_string(word->direction), &direction))
		return err_set(why, ERR_USAGE, "direction is none of inbound, outbound, internal, external, unknown");
	if (word->engine && !engine_parse(slice_of_string(word->engine), &engine))
		return err_set(why, ERR_USAGE, "engine is none of ips, antivirus, web, dns, other");
	if (word->stage && !stage_parse(slice_of_string(word->stage), &stage))
		return err_set(why, ERR_USAGE,
			       "stage is none of reconnaissance, delivery, exploitation, installation, "
			       "command-and-control, actions, none");
	if (check_part("category", word->category, why) != 0 || check_part("signature", word->signature, why) != 0)
		return -1;
	if (!word->direction && !word->engine && !word->stage && !word->category && !word->signature)
		return err_set(why, ERR_USAGE,
			       "it fits everything: give at least one of direction, engine, stage, "
			       "category, signature");
	return 0;
}

int plain_word_check(const struct plain_word *word, struct err *why)
{
	if (check_criteria(word, why) != 0)
		return -1;
	if (!word->ja || !word->en)
		return err_set(why, ERR_USAGE, "%s is missing", word->ja ? "en" : "ja");
	if (check_text("ja", word->ja, 1, JA_MAX, why) != 0 || check_text("en", word->en, 1, EN_MAX, why) != 0 ||
	    check_text("advice_ja", word->advice_ja ? word->advice_ja : "", 0, ADVICE_MAX, why) != 0 ||
	    check_text("advice_en", word->advice_en ? word->advice_en : "", 0, ADVICE_MAX, why) != 0)
		return -1;
	if (word->minutes < 0 || word->minutes > MINUTES_MAX)
		return err_set(why, ERR_USAGE, "minutes is not 0 (not said) to %d", MINUTES_MAX);
	return 0;
}
