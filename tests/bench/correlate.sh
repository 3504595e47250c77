#!/bin/sh
# Detection and correlation: events per second of one core in memory, with 10, 100 and 1,000 rules, beside SEC with equal
# rules on the same lines; and what the shipped rules cost of the whole in `bench ingest`.
. "$(dirname "$0")/common.sh"

lines=${BENCH_CORRELATE_EVENTS:-200000}
events=${BENCH_EVENTS:-600000}
senders=4
each=$((events / senders / 3))
events=$((each * senders))
roles='collector correlator housekeeper api'
work=$STATE/correlate
mkdir -p "$work"

# field NAME: of the JSON on stdin
field() {
	jq -r ".$1"
}
# same FILE: what fired is what must, rule by rule
same() {
	LC_ALL=C sort "$1" >"$1.sorted"
	LC_ALL=C sort "$work/wanted" | cmp -s - "$1.sorted" || give_up "$1 is not what $work/wanted says must fire"
}

ours_in_memory() {
	"$tools/correlate_load" sigma "$1" >"$work/rules.yml"
	"$tools/correlate_load" events "$1" "$lines" "$work/wanted" >"$work/eve.json"
	"$tools/correlate_run" "$work/rules.yml" "$top/config/rules/fields.yaml" "$work/eve.json" "$work/ours" >"$work/ours.json"
	same "$work/ours"
	correlate_ns=$(field correlate_ns <"$work/ours.json")
	read_ns=$(field read_ns <"$work/ours.json")
	ours=$(per 1000000000 "$correlate_ns")
	ours_read=$(per 1000000000 "$(awk -v a="$correlate_ns" -v b="$read_ns" 'BEGIN { print a + b }')")
	echo "ours, $1 rules: $correlate_ns ns an event, $read_ns ns more to read it;" \
		"$(field firings <"$work/ours.json") firings"
}

# The lines of the file that ours has just read. SEC uses one thread; its processor time counts, start included.
sec_on_same_lines() {
	"$tools/correlate_load" sec "$1" >"$work/sec.conf"
	(
		sec --conf="$work/sec.conf" --input="$work/eve.json" --notail --bufsize=1 >"$work/sec.out" 2>"$work/sec.log" ||
			give_up "sec failed; see $work/sec.log"
		times >"$work/sec.times"
	)
	LC_ALL=C sort "$work/sec.out" | uniq -c | awk '{ print $2, $1 }' >"$work/sec"
	same "$work/sec"
	sec_s=$(awk 'FNR == 2 { for (i = 1; i <= 2; i++) { split($i, t, /[ms]/); n += t[1] * 60 + t[2] } } END { print n }' \
		"$work/sec.times")
	theirs=$(per "$lines" "$sec_s")
	echo "sec, $1 rules: $sec_s s for $lines lines"
}

# cpu_of FIRST: four agents send, FIRST the number of the first one's company; sets $cpu to the ticks of all roles and of
# PostgreSQL until the correlator has nothing left
cpu_of() {
	for i in $(seq "$senders"); do
		company "bench $(($1 + i))"
		sensor "$company_id" "bench$(($1 + i))"
	done
	each_ticks >"$work/before"
	pids=''
	for i in $(seq "$senders"); do
		"$BUILD/hinomi-agent" send --state "$STATE/agents/bench$(($1 + i))" "$work/send$i.json" >>"$STATE/send.log" 2>&1 &
		pids="$pids $!"
	done
	for pid in $pids; do
		wait "$pid" || give_up "an agent failed; see $STATE/send.log"
	done
	wait_until 300 correlated || give_up 'the correlator does not come to an end'
	each_ticks | paste -d ' ' - "$work/before" >"$work/ticks"
	cpu=$(awk '{ n += $2 - $4 } END { print n }' "$work/ticks")
	awk -v per="$((events * clock_ticks))" '{ printf "%s%s %.1f us", sep, $1, ($2 - $4) * 1e6 / per; sep = ", " }
		END { print " an event" }' "$work/ticks"
}
each_ticks() {
	echo "postgresql $(cluster_ticks)"
	for role in $roles; do
		echo "$role $(ticks "$(role_pid "$role")")"
	done
}

share_in_ingest() {
	for i in $(seq "$senders"); do
		"$tools/eve_events" "$each" "$i" >"$work/send$i.json"
	done
	server_prepare
	server_start
	echo 'without rules:'
	cpu_of 0
	without=$cpu
	server_stop
	ctl rules load "$top/config/rules" >"$work/rules.log"
	server_start
	echo 'with the shipped rules:'
	cpu_of 100
	with=$cpu
	server_stop
	emit correlate cpu_share_in_ingest "$(per "$(minus "$with" "$without")" "$with")" share
}

ours_in_memory 10
emit correlate events_per_s_10_rules "$ours" 1/s
ours_in_memory 100
sec_on_same_lines 100
emit correlate events_per_s_100_rules "$ours" 1/s 'SEC, equal rules and lines' "$theirs" higher
emit correlate events_per_s_100_rules_with_reading "$ours_read" 1/s 'SEC, equal rules and lines' "$theirs" higher
ours_in_memory 1000
emit correlate events_per_s_1000_rules "$ours" 1/s
share_in_ingest
