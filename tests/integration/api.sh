# shellcheck shell=sh
# Single roles of the server against a database that a test fills by SQL, and the api asked as the dashboard asks it.
# Sourced by a script; brings lib.sh with it:
#
#   . "$(dirname "$0")/api.sh"
#
#   api_prepare SQL...        starts the cluster, applies the migrations and these files of this folder, writes the
#                             settings
#   start_role ROLE           runs one role until the test ends; sets $started, its log is $STATE/ROLE.log
#   answers                   true when the api is ready
#   sign_in EMAIL             a person of person() (api_data.sql); sets $cookie
#   call METHOD PATH [CURL ARGS], get PATH, change METHOD PATH BODY [CURL ARGS]
#                             with $cookie; set $status, the reply is in $STATE/head and $STATE/body
#   header NAME, reply JQ, refusal, members JQ     of the last reply
#   required SCHEMA           the required members that docs/openapi.yaml gives a schema

# shellcheck source=tests/integration/lib.sh
. "$(dirname "$0")/lib.sh"

api_port=$PORT
password='correct horse battery staple'
cookie=''

# call METHOD PATH [CURL ARGS]: sets $status; the reply is in $STATE/head and $STATE/body
call() {
	call_method=$1 call_path=$2
	shift 2
	status=$(curl -k -sS -o "$STATE/body" -D "$STATE/head" -w '%{http_code}' -X "$call_method" \
		-H 'Sec-Fetch-Site: same-origin' ${cookie:+-H "Cookie: $cookie"} "$@" \
		"https://127.0.0.1:$api_port$call_path") || status="curl $?"
}
get() {
	call GET "$@"
}
change() { # METHOD PATH BODY [CURL ARGS]
	change_method=$1 change_path=$2 change_body=$3
	shift 3
	call "$change_method" "$change_path" -H 'Content-Type: application/json' -d "$change_body" "$@"
}
header() { # NAME: value of a header of the last reply
	tr -d '\r' <"$STATE/head" | sed -n "s/^$1: //Ip" | head -n 1
}
reply() { # JQ PROGRAM: over the last reply
	jq -r "$1" "$STATE/body"
}
refusal() { # status, code and place of the last problem
	echo "$status $(reply '.code + " " + ((.errors // [])[0] | (.pointer // .parameter // ""))')"
}
sign_in() { # EMAIL: sets $cookie
	cookie=''
	change POST /v1/setup "{\"token\":\"$1\",\"password\":\"$password\"}"
	change POST /v1/session "{\"email\":\"$1\",\"password\":\"$password\"}"
	cookie=$(header Set-Cookie)
	cookie=${cookie%%;*}
}
# The required members of a schema in docs/openapi.yaml, sorted, one line.
required() {
	awk -v schema="    $1:" '$0 == schema { in_it = 1; next } in_it && /^    [A-Za-z]/ { exit }
		in_it && /^ +required: \[/ { list = 1 } list { line = $0; sub(/.*required: \[/, "", line); text = text line }
		list && /\]/ { sub(/\].*/, "", text); print text; exit }' "$top/docs/openapi.yaml" |
		tr -d ' "\n' | tr , '\n' | sort | tr '\n' ' '
}
members() { # JQ PROGRAM: the member names of the object it picks, sorted, one line
	jq -r "$1 | keys_unsorted[]" "$STATE/body" | sort | tr '\n' ' '
}
answers() {
	[ "$(curl -k -s -o /dev/null -w '%{http_code}' "https://127.0.0.1:$api_port/readyz")" = 200 ]
}
api_prepare() {
	case $BUILD in
	/*) ;;
	*) BUILD=$PWD/$BUILD ;;
	esac
	database_start || return 1
	for migration in "$top"/schema/[0-9][0-9][0-9][0-9]_*.sql "$@"; do
		case $migration in
		/*) ;;
		*) migration=$top/tests/integration/$migration ;;
		esac
		psql -X -q -o "$STATE/sql.out" -1 -v ON_ERROR_STOP=1 -d "$conninfo" -f "$migration" || return 1
	done
	mkdir -p "$STATE/server"
	[ "$(id -u)" -ne 0 ] || chown -R "${HINOMI_USER:-postgres}" "$STATE/server"
	cat >"$STATE/hinomi.yaml" <<YAML
state_dir: $STATE/server
database:
  conninfo: $conninfo
correlator:
  poll: 100ms
api:
  listen: 127.0.0.1:$api_port
  metrics_listen: ""
  web_dir: $STATE
YAML
}
start_role() { # ROLE: sets $started
	"$top/scripts/unprivileged" "$STATE" "$BUILD/hinomid" --role="$1" --config="$STATE/hinomi.yaml" \
		>>"$STATE/$1.log" 2>&1 </dev/null &
	started=$!
	at_exit "kill $started 2>/dev/null || true"
}
