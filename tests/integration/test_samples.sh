#!/bin/sh
# The normaliser against real logs from outside the repository (HINOMI_SAMPLES): of every file of EVE events, what is an
# alert and what is context must be what jq says of it; of FortiGate logs, nothing may be left unparsed but what the
# formats here do not know.
set -eu
. "$(dirname "$0")/lib.sh"

samples=${HINOMI_SAMPLES:-$top/../shared/data}
if [ ! -d "$samples/eve" ]; then
	skip "real logs: $samples/eve does not exist (HINOMI_SAMPLES)"
	finish
fi
make -s -C "$top" BUILD="$BUILD" "$BUILD/tests/bench/bench_normalise"

# verdicts FLAG FILE: alerts,context,unparsed
verdicts() {
	# shellcheck disable=SC2086 # no flag is no word
	"$BUILD/tests/bench/bench_normalise" $1 "$2" 1 | jq -r '"\(.alerts),\(.context),\(.unparsed)"'
}

for file in "$samples"/eve/*.ndjson; do
	# An object without event_type is no EVE event; it must be kept as unparsed.
	wanted=$(jq -rn 'reduce inputs as $e ([0, 0, 0];
		if $e.event_type == "alert" then .[0] += 1 elif $e.event_type then .[1] += 1 else .[2] += 1 end)
		| map(tostring) | join(",")' "$file")
	check_equal "alerts, context, unparsed of $(basename "$file")" "$wanted" "$(verdicts '' "$file")"
done

for file in "$samples"/fortigate/*.log; do
	[ -f "$file" ] || continue
	total=$(grep -c . "$file")
	got=$(verdicts --syslog "$file")
	# Every line that names a FortiGate must be recognised.
	known=$(grep -cE 'devid=|devname=|logid=|log_id=' "$file" || true)
	unparsed=${got##*,}
	if [ $((total - unparsed)) -ge "$known" ]; then
		good "$(basename "$file"): $known of $total lines are FortiGate's, $unparsed of all unparsed"
	else
		bad "$(basename "$file"): $known of $total lines are FortiGate's, yet $unparsed are unparsed"
	fi
done
finish
