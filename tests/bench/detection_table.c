/* How long the detection table takes, as the api asks for it: what `bench metrics` measures of ours.
 *
 * usage: detection_table CONNINFO FROM TO TIMEZONE TIMES
 *
 * On one connection, each time in a transaction of one snapshot. Prints the first time and the median of the others in
 * ms, then the table: direction, engine, companies, detections, monitored days, a line each. */
#include "server/store/metrics.h"
#include "server/store/scope.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { TIMES_MOST = 1000 };

static double now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static int by_value(const void *left, const void *right)
{
	double a = *(const double *)left, b = *(const double *)right;

	return (a > b) - (a < b);
}

static int ask(struct db *db, const struct metrics_period *period, struct metrics_detections *out, double *took,
	       struct err *why)
{
	double began = now_ms();

	if (scope_begin(db, SCOPE_ALL, true, why) != 0 || metrics_detections(db, period, out, why) != 0 ||
	    db_commit(db, why) != 0)
		return -1;
	*took = now_ms() - began;
	return 0;
}

int main(int argc, char **argv)
{
	double first, took[TIMES_MOST];
	struct metrics_detections m;
	struct metrics_period period = { 0 };
	struct db *db = NULL;
	int64_t times = 0;
	struct err why;
	int failed;

	if (argc != 6 || !slice_to_int64(slice_of_string(argv[5]), &times) || times < 1 || times > TIMES_MOST) {
		fprintf(stderr, "usage: detection_table CONNINFO FROM TO TIMEZONE TIMES\n");
		return 2;
	}
	period.from = argv[2];
	period.to = argv[3];
	period.timezone = argv[4];
	failed = db_open(&db, argv[1], NULL, "hinomi bench", &why) != 0 || ask(db, &period, &m, &first, &why) != 0;
	for (int64_t i = 0; i < times && !failed; i++)
		failed = ask(db, &period, &m, &took[i], &why) != 0;
	db_close(db);
	if (failed) {
		fprintf(stderr, "detection_table: %s\n", why.text);
		return 1;
	}
	qsort(took, (size_t)times, sizeof(took[0]), by_value);
	printf("%.3f %.3f\n", first, took[times / 2]);
	for (int i = 0; i < METRICS_ROWS; i++)
		printf("%s %s %" PRId64 " %" PRId64 " %" PRId64 "\n", m.rows[i].direction, m.rows[i].engine,
		       m.rows[i].affected.companies, m.rows[i].affected.detections, m.rows[i].affected.days);
	return 0;
}
