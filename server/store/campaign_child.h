/* From a sighting `s` of a campaign to the incidents `g` that its alerts belong to, as a part of statements that joins
 * behind it; g.incident_id is what comes of it.
 *
 * A sighting is of a run of alerts and a day, in which that run may be of several incidents, and not all of them need
 * have met the campaign's key. The half hours with alerts tell: within one there is only one incident of a run, as no
 * window is shorter; the last that had begun by its end. They are counted from the one of first_ts, less than a day on.
 */
#ifndef SERVER_STORE_CAMPAIGN_CHILD_H
#define SERVER_STORE_CAMPAIGN_CHILD_H

#define CAMPAIGN_CHILD                                                                                             \
	"CROSS JOIN LATERAL (SELECT floor(extract(epoch FROM s.first_ts) / 1800)::bigint AS half) z "              \
	"JOIN generate_series(0, 47) AS b (bit) ON (s.halves >> b.bit) & 1 = 1 "                                   \
	"CROSS JOIN LATERAL (SELECT to_timestamp((z.half + (b.bit - z.half % 48 + 48) % 48) * 1800) AS at) t "     \
	"JOIN LATERAL (SELECT n.incident_id, n.last_ts FROM incident_segment n WHERE n.company_id = s.company_id " \
	"AND n.key = s.cluster_key AND n.is_cluster AND n.first_ts <= s.last_ts "                                  \
	"AND n.first_ts < t.at + interval '30 minutes' ORDER BY n.first_ts DESC LIMIT 1) g "                       \
	"ON g.last_ts >= greatest(t.at, s.first_ts) "

#endif
