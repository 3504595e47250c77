/* hinomictl oncall */
#include "lib/zone.h"
#include "server/ctl/command.h"
#include "server/ctl/table.h"
#include "server/store/oncall_book.h"
#include "server/store/schedule_admin.h"

enum { GAPS_MAX = 50, GAP_DAYS = 7, LOCAL_TIME_SIZE = 32 };

/* One schedule as it is shown. */
struct shown {
	const struct oncall_entry *entry;
	struct oncall_turn turn;
	struct oncall_span gaps[GAPS_MAX];
	size_t gap_count;
};
struct board {
	const struct oncall_book *book;
	struct zone *zone; /* the operator's */
	time_us at;
	struct db_result *names; /* of people: user_id, display_name */
};

/* --at, or now. A time without a zone is the operator's. */
static int find_time(struct ctl *ctl, struct board *board, struct err *why)
{
	const char *text = options_text(&ctl->options, "--at");
	time_us t, east;

	if (!text)
		return oncall_time(ctl->db, &board->at, why);
	time_parse(slice_of_string(text), 0, &t);
	time_parse(slice_of_string(text), 3600, &east);
	if (t != east) {
		int64_t seconds = t / US_PER_SECOND;

		t = zone_instant(board->zone, seconds / 86400, (int)(seconds % 86400)) + t % US_PER_SECOND;
	}
	board->at = t;
	return 0;
}

static int load_names(struct ctl *ctl, struct board *board, struct err *why)
{
	return oncall_candidates(ctl->db, &board->names, why);
}

/* NULL: nobody. Whom the book calls can be on call, so the name is there. */
static const char *name_of(const struct board *board, int64_t user_id)
{
	for (int row = 0; user_id && row < db_rows(board->names); row++)
		if (db_integer(board->names, row, 0) == user_id)
			return db_text(board->names, row, 1);
	return user_id ? "?" : NULL;
}

static void look_at(const struct board *board, size_t i, struct shown *out)
{
	bool more;

	out->entry = oncall_book_entry(board->book, i);
	schedule_turn(out->entry->schedule, board->at, &out->turn);
	out->gap_count = schedule_gaps(out->entry->schedule, board->at, board->at + GAP_DAYS * US_PER_DAY, out->gaps,
				       GAPS_MAX, &more);
}

static void put_person(struct json_writer *w, const char *key, const struct board *board, int64_t user_id)
{
	if (!user_id) {
		json_put_null(w, key);
		return;
	}
	json_open_object(w, key);
	json_put_integer(w, "id", user_id);
	json_put_string(w, "display_name", name_of(board, user_id));
	json_close_object(w);
}

static void put_schedule(struct json_writer *w, const struct board *board, const struct shown *s)
{
	json_open_object(w, NULL);
	json_put_integer(w, "id", s->entry->schedule_id);
	json_put_string(w, "name", s->entry->name);
	json_put_string(w, "timezone", s->entry->timezone);
	put_person(w, "now", board, s->turn.now.user_id);
	json_put_known(w, "override_id", s->turn.now.override_id != 0, s->turn.now.override_id);
	json_put_time(w, "until", s->turn.until);
	put_person(w, "next", board, s->turn.next.user_id);
	json_open_array(w, "gaps");
	for (size_t i = 0; i < s->gap_count; i++) {
		json_open_object(w, NULL);
		json_put_time(w, "from", s->gaps[i].from);
		json_put_time(w, "to", s->gaps[i].to);
		json_close_object(w);
	}
	json_close_array(w);
	json_close_object(w);
}

static void show_json(const struct board *board)
{
	struct buffer json = { 0 };
	struct json_writer w;
	struct shown s;

	json_writer_init(&w, &json);
	json_open_object(&w, NULL);
	json_put_time(&w, "at", board->at);
	json_open_array(&w, "schedules");
	for (size_t i = 0; i < oncall_book_count(board->book); i++) {
		look_at(board, i, &s);
		put_schedule(&w, board, &s);
	}
	json_close_array(&w);
	json_put_string(&w, "fault", oncall_book_fault(board->book));
	json_close_object(&w);
	print_json(&json);
}

/* To the minute, in the operator's zone; "" for none. */
static const char *local_time(const struct board *board, time_us t, char out[LOCAL_TIME_SIZE])
{
	struct civil_time c;

	out[0] = 0;
	if (t != TIME_NONE) {
		zone_civil(board->zone, t, &c);
		snprintf(out, LOCAL_TIME_SIZE, "%04d-%02d-%02d %02d:%02d", c.year, c.month, c.day, c.hour, c.minute);
	}
	return out;
}

static size_t show_schedules(const struct board *board)
{
	char until[LOCAL_TIME_SIZE];
	struct table t;
	struct shown s;
	size_t gaps = 0;

	table_open(&t, ">id|schedule|on call|until|next");
	for (size_t i = 0; i < oncall_book_count(board->book); i++) {
		look_at(board, i, &s);
		gaps += s.gap_count;
		table_integer(&t, s.entry->schedule_id);
		table_text(&t, s.entry->name);
		table_text(&t, s.turn.now.user_id ? name_of(board, s.turn.now.user_id) : "nobody");
		table_text(&t, local_time(board, s.turn.until, until));
		table_text(&t, s.turn.next.user_id || s.turn.until == TIME_NONE ? name_of(board, s.turn.next.user_id)
										: "nobody");
	}
	table_print(&t, stdout);
	return gaps;
}

static void show_gaps(const struct board *board)
{
	char from[LOCAL_TIME_SIZE], to[LOCAL_TIME_SIZE];
	struct table t;
	struct shown s;

	puts("\nnobody is on call, within seven days:");
	table_open(&t, "schedule|from|to");
	for (size_t i = 0; i < oncall_book_count(board->book); i++) {
		look_at(board, i, &s);
		for (size_t n = 0; n < s.gap_count; n++) {
			table_text(&t, s.entry->name);
			table_text(&t, local_time(board, s.gaps[n].from, from));
			table_text(&t, local_time(board, s.gaps[n].to, to));
		}
	}
	table_print(&t, stdout);
}

static int show(struct ctl *ctl, struct board *board, struct err *why)
{
	if (find_time(ctl, board, why) != 0 || load_names(ctl, board, why) != 0)
		return -1;
	if (options_flag(&ctl->options, "--json")) {
		show_json(board);
		return 0;
	}
	if (show_schedules(board))
		show_gaps(board);
	if (oncall_book_fault(board->book))
		fprintf(stderr, "hinomictl: %s\n", oncall_book_fault(board->book));
	return 0;
}

static int now(struct ctl *ctl, struct err *why)
{
	struct board board = { 0 };
	struct oncall_book *book;
	int failed;

	if (oncall_book_open(&book, why) != 0)
		return -1;
	board.book = book;
	failed = oncall_book_refresh(book, ctl->db, why);
	if (!failed)
		failed = zone_load(&board.zone, ctl->settings.timezone, why);
	if (!failed)
		failed = show(ctl, &board, why);
	db_result_free(board.names);
	zone_release(board.zone);
	oncall_book_close(book);
	return failed;
}

static const struct option_spec now_options[] = {
	{ "--at", OPTION_TIME, false, "TIME", "then instead of now: RFC 3339; without a zone the operator's" },
	OPTION_JSON,
	OPTIONS_END,
};

const struct command oncall_commands[] = {
	{ "oncall", "now", "who is on call by each schedule, until when, and who comes next", now_options, false, now,
	  "Gaps of the seven days from then on are listed: times at which nobody is on call, and what is paged goes "
	  "to\n"
	  "leads and administrators instead. Times are the operator's, with --json UTC.\n" },
	{ NULL, NULL, NULL, NULL, false, NULL, NULL },
};
