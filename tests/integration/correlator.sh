# shellcheck shell=sh disable=SC2154 # build and state are the caller's
# For the tests of the correlator: a private database with what correlator.sql defines, correlators, rules. Sourced; needs
# $build and $state, and leaves $conninfo.
passed=0 failed=0 correlators='' watcher='' holder='' feeder=''

cleanup() {
	# shellcheck disable=SC2086 # process ids are words
	[ -z "$correlators$watcher$holder$feeder" ] || kill -9 $correlators $watcher $holder $feeder 2>/dev/null
	scripts/postgres stop "$state/cluster"
}
trap cleanup EXIT
trap 'exit 130' INT TERM

check() { # NAME EXPECTED GOT
	if [ "$2" = "$3" ]; then
		passed=$((passed + 1))
		echo "ok      $1"
	else
		failed=$((failed + 1))
		echo "FAILED  $1: expected '$2', got '$3'"
	fi
}
sql() {
	psql -X -q -A -t -v ON_ERROR_STOP=1 -d "$conninfo" "$@"
}
query() {
	sql -c "$1"
}
run() { # the same where nobody wants the answer
	sql -c "$1" >>"$state/answers"
}
wait_until() { # COMMAND...: up to 60 s, looking every 50 ms
	tries=0
	until "$@"; do
		tries=$((tries + 1))
		if [ "$tries" -gt 1200 ]; then
			echo "waited in vain for: $*"
			return 1
		fi
		sleep 0.05
	done
}
says() { # QUERY VALUE
	[ "$(query "$1" 2>/dev/null)" = "$2" ]
}

start_correlator() {
	"$build/hinomid" --role=correlator --config="$state/hinomi.yaml" 2>>"$state/correlator.log" &
	correlators="$correlators $!"
	# shellcheck disable=SC2034 # the caller's
	last=$!
}
stop_correlators() { # SIGNAL
	for pid in $correlators; do
		kill "-$1" "$pid" 2>/dev/null
		wait "$pid" 2>/dev/null
	done
	correlators=''
}
all_done() {
	wait_until says 'SELECT count(*) FROM work' 0
}

# set_up SETTINGS: more lines for the section `correlator`
set_up() {
	conninfo=$(scripts/postgres start "$state/cluster" 5432) || exit 1
	cat >"$state/hinomi.yaml" <<-YAML
		state_dir: $state
		database:
		  conninfo: ${conninfo% user=*}
		correlator:
		  window: 1h
		  poll: 100ms
		  campaign_interval: 1h
		${1-}
	YAML
	PGUSER=hinomi HINOMI_SCHEMA=schema "$build/hinomictl" --config="$state/hinomi.yaml" migrate >"$state/migrate.log" || exit 1
	# The definition in SQL, and what came out in the same form.
	sql -f tests/integration/correlator.sql || exit 1
}

# The rules that correlator.sql knows of; more documents come from standard input.
write_rules() {
	mkdir -p "$state/rules"
	cp config/rules/fields.yaml config/rules/grouping.yaml "$state/rules/"
	for rule in login-failed:informational attack:informational call-out:informational odd:high; do
		cat <<-YAML
			title: Rule ${rule%:*}
			name: ${rule%:*}
			logsource: {product: hinomi, category: alert}
			detection:
			  selection: {signature: '${rule%:*}'}
			  condition: selection
			level: ${rule#*:}
			---
		YAML
	done >"$state/rules/rules.yml"
	cat >>"$state/rules/rules.yml"
}
standard_rules() { # FEWEST: of many-logins
	write_rules <<-YAML
		title: Many failed logins
		name: many-logins
		correlation:
		  type: event_count
		  rules: [login-failed]
		  group-by: [inside.ip]
		  timespan: 6h
		  condition: {gte: ${1:-3}}
		level: medium
		---
		title: Attack, then contact out
		name: attack-then-call
		tags: [hinomi.kill-chain]
		correlation:
		  type: temporal_ordered
		  rules: [attack, call-out]
		  group-by: [inside.ip]
		  timespan: 6h
		level: critical
	YAML
}
load_rules() {
	PGUSER=hinomi "$build/hinomictl" --config="$state/hinomi.yaml" rules load --skip-tests "$state/rules" >>"$state/rules.log" 2>&1 || {
		cat "$state/rules.log"
		return 1
	}
	run 'SELECT know_rules()'
}
