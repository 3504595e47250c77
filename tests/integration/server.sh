# shellcheck shell=sh
# A whole server for tests and benches: a private PostgreSQL, hinomid, companies, agents. Sourced by a script in
# tests/integration or tests/bench; brings lib.sh with it:
#
#   . "$(dirname "$0")/server.sh"
#
#   server_prepare            starts the cluster, writes $STATE/hinomi.yaml (exported as HINOMI_CONFIG), migrates
#   server_start              starts hinomid as an unprivileged user and waits until every role is ready; sets $server_pid.
#                             When it does not get ready: says why, returns 1
#   server_stop               SIGTERM, and waits for the drain; returns hinomid's status. At exit by itself
#   server_kill               kill -9 of the supervisor and all roles
#   role_pid ROLE             process id of a role, as hinomid says it
#   company NAME [ARGS]       adds a company (ARGS as of `hinomictl company add`); sets $company_id
#   sensor COMPANY_ID NAME    adds a sensor and enrols an agent in $STATE/agents/NAME
#   enrol_agent COMPANY_ID NAME DIR   the same with its state in DIR
#   agent ARGS                hinomi-agent; in the background use $BUILD/hinomi-agent, or $! is that of a shell
#   ctl ARGS                  hinomictl
#   sign_in EMAIL ROLE [COMPANY_ID]   makes a user, opens the set-up link, signs in; sets $cookie
#   api METHOD PATH [CURL ARGS]       calls the api with $cookie as the dashboard does, prints the body; fails on 4xx, 5xx
#   correlated                true when nothing waits for the correlator
#
#   $est_port $lumberjack_port $api_port $metrics_port    the first four of the test's ports
#   $STATE/server             hinomid's state_dir: ca.pem, run/status.json; its log is $STATE/hinomid.log
#
# Before server_prepare a test may set $server_settings, $collector_settings, $api_settings: YAML lines put at the top
# level, below `collector:` and below `api:` (these indented by two). Agents run as the user who runs the test.

# shellcheck source=tests/integration/lib.sh
. "$(dirname "$0")/../integration/lib.sh"

est_port=$PORT lumberjack_port=$((PORT + 1)) api_port=$((PORT + 2)) metrics_port=$((PORT + 3))
server_pid='' server_registered='' cookie=''
server_settings=${server_settings-} collector_settings=${collector_settings-} api_settings=${api_settings-}

ctl() {
	"$BUILD/hinomictl" "$@"
}
agent() {
	"$BUILD/hinomi-agent" "$@"
}

server_config() {
	cat <<CONF
state_dir: $STATE/server
database:
  conninfo: $conninfo
collector:
  listen: 127.0.0.1:$lumberjack_port
  est_listen: 127.0.0.1:$est_port
$collector_settings
api:
  listen: 127.0.0.1:$api_port
  metrics_listen: 127.0.0.1:$metrics_port
  public_url: https://localhost:$api_port
  web_dir: $BUILD/web
$api_settings
$server_settings
CONF
}
server_prepare() {
	case $BUILD in
	/*) ;;
	*) BUILD=$PWD/$BUILD ;;
	esac
	database_start || return 1
	mkdir -p "$STATE/server" "$STATE/agents"
	server_config >"$STATE/hinomi.yaml"
	HINOMI_CONFIG=$STATE/hinomi.yaml HINOMI_SCHEMA=$top/schema
	export HINOMI_CONFIG HINOMI_SCHEMA
	ctl migrate >"$STATE/migrate.log" 2>&1 || {
		cat "$STATE/migrate.log" >&2
		return 1
	}
	[ "$(id -u)" -ne 0 ] || chown -R "${HINOMI_USER:-postgres}" "$STATE/server"
}

server_is_ready() {
	grep -qs '"ready":true' "$STATE/server/run/status.json" || ! kill -0 "$server_pid" 2>/dev/null
}
server_start() {
	rm -f "$STATE/server/run/status.json"
	"$top/scripts/unprivileged" "$STATE" "$BUILD/hinomid" --config="$STATE/hinomi.yaml" \
		>>"$STATE/hinomid.log" 2>&1 </dev/null &
	server_pid=$!
	if [ -z "$server_registered" ]; then
		server_registered=yes
		at_exit 'server_stop || true'
	fi
	wait_until 60 server_is_ready || true
	grep -qs '"ready":true' "$STATE/server/run/status.json" && kill -0 "$server_pid" 2>/dev/null || {
		echo "hinomid does not get ready; the end of $STATE/hinomid.log:"
		tail -n 20 "$STATE/hinomid.log"
		return 1
	} >&2
}
server_stop() {
	[ -n "$server_pid" ] || return 0
	kill "$server_pid" 2>/dev/null || true
	server_status=0
	wait "$server_pid" || server_status=$?
	server_pid=''
	return "$server_status"
}
server_kill() {
	# shellcheck disable=SC2046 # process ids are words
	kill -9 "$server_pid" $(grep -o '"pid":[1-9][0-9]*' "$STATE/server/run/status.json" | cut -d: -f2) 2>/dev/null || true
	wait "$server_pid" 2>/dev/null || true
	server_pid=''
}
role_pid() {
	grep -o "\"role\":\"$1\",\"pid\":[0-9]*" "$STATE/server/run/status.json" | grep -o '[0-9]*$'
}
correlated() {
	[ "$(sql 'SELECT count(*) FROM work')" = 0 ]
}

company() {
	company_name=$1
	shift
	company_id=$(ctl company add --name "$company_name" "$@")
}
enrol_agent() {
	mkdir -p "$3"
	token=$(ctl sensor add --company "$1" --name "$2") || return 1
	agent enroll --server "127.0.0.1:$est_port" --lumberjack-port "$lumberjack_port" --token "$token" --state "$3" \
		--ca "$STATE/server/ca.pem" >"$3.enroll.log" 2>&1 || {
		cat "$3.enroll.log" >&2
		return 1
	}
}
sensor() {
	enrol_agent "$1" "$2" "$STATE/agents/$2"
}

sign_in() {
	person=$1 password=$(head -c 12 /dev/urandom | base64 | tr '+/' '-_')
	link=$(ctl user add --email "$1" --role "$2" ${3:+--company "$3"}) || return 1
	cookie=''
	api POST /v1/setup -d "{\"token\":\"${link##*#}\",\"password\":\"$password\"}" >"$STATE/answer" || return 1
	cookie=$(api POST /v1/session -o "$STATE/answer" -D - -d "{\"email\":\"$person\",\"password\":\"$password\"}" |
		sed -nE 's/^[Ss]et-[Cc]ookie: ([^;]*).*/\1/p' | tr -d '\r')
	[ -n "$cookie" ]
}
api() {
	api_method=$1 api_path=$2
	shift 2
	curl -fsS -k -X "$api_method" -H 'Content-Type: application/json' -H 'Sec-Fetch-Site: same-origin' \
		${cookie:+-H "Cookie: $cookie"} "$@" "https://127.0.0.1:$api_port$api_path"
}
