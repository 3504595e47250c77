#!/bin/sh
# 5 million indicators in memory, asked for what records hold: matches a second on one core, bytes an indicator.
# HINOMI_BENCH_INDICATORS makes it smaller.
. "$(dirname "$0")/common.sh"

indicators=${HINOMI_BENCH_INDICATORS:-5000000}
"$tools/bench_indicators" "$indicators" >"$STATE/result" || give_up "not every indicator was found, or others were: $(cat "$STATE/result")"
read -r matches look_ups bytes wanted found <"$STATE/result"
echo "$indicators indicators: $found of $wanted found"
emit indicators matches_per_s "$matches" 1/s
emit indicators look_ups_per_s "$look_ups" 1/s
emit indicators bytes_per_indicator "$bytes" bytes
