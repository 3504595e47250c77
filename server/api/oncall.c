#include "server/api/oncall.h"

#include "server/api/engine_lamp.h"
#include "server/api/filters.h"
#include "server/api/incident_view.h"
#include "server/api/live.h"
#include "server/api/schedule_view.h"

#include <stdlib.h>

/* What the board is made of. */
struct board {
	struct oncall_book *book;
	struct person_names names;
	struct lamp_facts facts;
	struct lamp_verdict verdict;
	struct db_result *engines, *used; /* used: schedules that policies go to */
};

/* ---------------------------------------------------------------------------------------------------------- loading */

static void add_engine(struct lamp_facts *f, const struct board_engine *e)
{
	if (!e->alive)
		return;
	f->engines_alive++;
	if (e->mail_ok_at != TIME_NONE && (f->mail_ok_at == TIME_NONE || e->mail_ok_at > f->mail_ok_at))
		f->mail_ok_at = e->mail_ok_at;
	if (e->pulsed_at != TIME_NONE && (f->pulsed_at == TIME_NONE || e->pulsed_at > f->pulsed_at))
		f->pulsed_at = e->pulsed_at;
	if (e->mail_error)
		f->mail_error = e->mail_error;
	if (e->pulse_error)
		f->pulse_error = e->pulse_error;
}

static bool is_used(const struct db_result *used, int64_t schedule_id)
{
	for (int i = 0; i < db_rows(used); i++)
		if (db_integer(used, i, 0) == schedule_id)
			return true;
	return false;
}

static const char *find_empty(const struct board *b)
{
	for (size_t i = 0; i < oncall_book_count(b->book); i++) {
		const struct oncall_entry *entry = oncall_book_entry(b->book, i);

		if (is_used(b->used, entry->schedule_id) &&
		    schedule_at(entry->schedule, b->facts.figures.now).user_id == 0)
			return entry->name;
	}
	return NULL;
}

static int load(struct call *call, struct board *b, struct err *why)
{
	const struct settings *s = call->api->settings;

	if (oncall_call_book(call, &b->book, why) != 0 || board_figures_read(call->db, &b->facts.figures, why) != 0 ||
	    board_engines(call->db, &b->engines, why) != 0 || board_schedules_used(call->db, &b->used, why) != 0)
		return -1;
	b->facts.mail_ok_at = b->facts.pulsed_at = TIME_NONE;
	for (int i = 0; i < db_rows(b->engines); i++) {
		struct board_engine engine;

		board_engine_read(b->engines, i, &engine);
		add_engine(&b->facts, &engine);
	}
	b->facts.mail_wanted = *s->escalator.smtp_url;
	b->facts.pulse_wanted = *s->escalator.pulse_url;
	b->facts.pulse_every_ms = s->escalator.pulse_interval;
	b->facts.document_fault = oncall_book_fault(b->book);
	b->facts.empty_schedule = find_empty(b);
	engine_lamp_judge(&b->facts, call->japanese, &b->verdict);
	for (size_t i = 0; i < oncall_book_count(b->book); i++)
		schedule_view_want(&b->names, oncall_book_entry(b->book, i)->schedule);
	return person_names_load(&b->names, call->db, why);
}

/* ---------------------------------------------------------------------------------------------------------- writing */

static void put_schedules(struct json_writer *w, const struct board *b)
{
	time_us now = b->facts.figures.now;

	json_open_array(w, "schedules");
	for (size_t i = 0; i < oncall_book_count(b->book); i++) {
		const struct oncall_entry *entry = oncall_book_entry(b->book, i);
		struct oncall_turn turn;

		schedule_turn(entry->schedule, now, &turn);
		json_open_object(w, NULL);
		json_put_integer(w, "id", entry->schedule_id);
		json_put_string(w, "name", entry->name);
		json_put_string(w, "timezone", entry->timezone);
		person_names_put(&b->names, w, "now", turn.now.user_id);
		json_put_known(w, "override_id", turn.now.override_id != 0, turn.now.override_id);
		json_put_time(w, "until", turn.until);
		person_names_put(&b->names, w, "next", turn.next.user_id);
		schedule_view_put_gaps(w, "gaps", entry->schedule, now, now + SCHEDULE_GAP_DAYS * US_PER_DAY);
		json_close_object(w);
	}
	json_close_array(w);
}

static void put_pages(struct json_writer *w, const struct board_figures *f)
{
	int64_t unacked = 0;

	for (size_t i = 0; i < ARRAY_LEN(f->unacked); i++)
		unacked += f->unacked[i];
	json_open_object(w, "pages");
	json_put_integer(w, "unacked", unacked);
	json_put_integer(w, "acknowledged", f->acknowledged);
	json_put_time(w, "oldest_unacked_at", f->oldest_unacked);
	json_open_array(w, "by_severity");
	for (size_t i = 0; i < ARRAY_LEN(f->unacked); i++)
		json_put_integer(w, NULL, f->unacked[i]);
	json_close_array(w);
	json_put_integer(w, "nobody", f->nobody);
	json_put_integer(w, "exhausted", f->exhausted);
	json_put_integer(w, "fenced", f->fenced);
	json_close_object(w);
}

static void put_engines(struct json_writer *w, const struct db_result *engines)
{
	struct board_engine e;

	json_open_array(w, "engines");
	for (int i = 0; i < db_rows(engines); i++) {
		board_engine_read(engines, i, &e);
		json_open_object(w, NULL);
		json_put_string(w, "name", e.name);
		json_put_time(w, "started_at", e.started_at);
		json_put_time(w, "ticked_at", e.ticked_at);
		json_put_bool(w, "alive", e.alive);
		json_put_time(w, "mail_ok_at", e.mail_ok_at);
		json_put_string(w, "mail_error", e.mail_error);
		json_put_time(w, "pulsed_at", e.pulsed_at);
		json_put_string(w, "pulse_error", e.pulse_error);
		json_close_object(w);
	}
	json_close_array(w);
}

static void put_faults(struct json_writer *w, const struct lamp_verdict *v)
{
	json_put_string(w, "lamp", engine_lamp_name(v->lamp));
	json_open_array(w, "faults");
	for (size_t i = 0; i < v->count; i++) {
		json_open_object(w, NULL);
		json_put_string(w, "code", v->faults[i].code);
		json_put_bool(w, "red", v->faults[i].red);
		json_put_string(w, "text", v->faults[i].text);
		json_close_object(w);
	}
	json_close_array(w);
}

static void put_engine(struct json_writer *w, const struct board *b)
{
	const struct board_figures *f = &b->facts.figures;

	json_open_object(w, "engine");
	put_faults(w, &b->verdict);
	put_engines(w, b->engines);
	json_put_time(w, "mail_ok_at", b->facts.mail_ok_at);
	json_put_time(w, "pulsed_at", b->facts.pulsed_at);
	json_put_bool(w, "pulse", b->facts.pulse_wanted);
	json_put_integer(w, "requests_waiting", f->requests_waiting);
	json_put_known(w, "oldest_request_s", f->requests_waiting != 0, f->oldest_request_s);
	json_put_integer(w, "messages_waiting", f->messages_waiting);
	json_put_known(w, "oldest_due_s", f->messages_waiting != 0, f->oldest_due_s);
	json_put_integer(w, "quarantined", f->quarantined);
	json_close_object(w);
}

int oncall_now(struct call *call, struct err *why)
{
	struct board *b = calloc(1, sizeof(*b));
	char position[LIVE_POSITION_SIZE];
	struct json_writer w;
	int failed;

	if (!b)
		return err_set(why, ERR_NOMEM, "no memory for the board");
	live_position(call, position);
	failed = load(call, b, why);
	if (!failed) {
		call_reply(call, 200, &w);
		live_reply_position(call, position);
		json_open_object(&w, NULL);
		json_put_time(&w, "at", b->facts.figures.now);
		put_schedules(&w, b);
		put_pages(&w, &b->facts.figures);
		put_engine(&w, b);
		json_close_object(&w);
	}
	person_names_release(&b->names);
	db_result_free(b->engines);
	db_result_free(b->used);
	oncall_book_close(b->book);
	free(b);
	return failed;
}

/* ----------------------------------------------------------------------------------------------------------- people */

int oncall_people(struct call *call, struct err *why)
{
	struct db_result *rows;
	struct json_writer w;

	if (board_people(call->db, &rows, why) != 0)
		return -1;
	call_reply(call, 200, &w);
	json_open_object(&w, NULL);
	json_open_array(&w, "people");
	for (int i = 0; i < db_rows(rows); i++) {
		json_open_object(&w, NULL);
		json_put_integer(&w, "id", db_integer(rows, i, 0));
		json_put_string(&w, "display_name", db_text(rows, i, 1));
		json_put_string(&w, "role", db_text(rows, i, 2));
		json_put_integer(&w, "channels", db_integer(rows, i, 3));
		json_close_object(&w);
	}
	json_close_array(&w);
	json_close_object(&w);
	db_result_free(rows);
	return 0;
}

static void put_load(struct json_writer *w, const struct board_load *load)
{
	json_open_object(w, NULL);
	incident_view_put_person(w, "person", load->user_id, load->name);
	json_put_integer(w, "pages", load->pages);
	json_put_integer(w, "notices", load->notices);
	json_put_integer(w, "night_notices", load->night_notices);
	json_put_integer(w, "nights", load->nights);
	json_put_integer(w, "acknowledged", load->acknowledged);
	json_put_integer(w, "declined", load->declined);
	json_put_known(w, "median_answer_s", load->median_answer_s >= 0, load->median_answer_s);
	json_close_object(w);
}

int oncall_load(struct call *call, struct err *why)
{
	const char *from, *to;
	struct board_load one;
	struct db_result *rows;
	struct json_writer w;

	if (!filters_days(call, &from, &to))
		return 0;
	if (board_load(call->db, from, to, call->api->settings->timezone, &rows, why) != 0)
		return -1;
	call_reply(call, 200, &w);
	json_open_object(&w, NULL);
	json_put_string(&w, "from", from);
	json_put_string(&w, "to", to);
	json_open_array(&w, "people");
	for (int i = 0; i < db_rows(rows); i++) {
		board_load_read(rows, i, &one);
		put_load(&w, &one);
	}
	json_close_array(&w);
	json_close_object(&w);
	db_result_free(rows);
	return 0;
}
