# shellcheck shell=sh
# What tests of whole programs share: counting, waiting, a private PostgreSQL, cleaning up. Sourced by test_*.sh:
#
#   . "$(dirname "$0")/lib.sh"
#
#   $top $BUILD $STATE $PORT     the clone, the programs, a folder of the test's own, the first of its 20 ports
#   good TEXT, bad TEXT          count a result
#   skip TEXT                    counts one that could not be had here
#   check_equal TEXT WANTED GOT  counts one
#   check_fails TEXT STATUS WORDS COMMAND...   it must end with that status and say WORDS on stderr, in one piece
#   wait_until SECONDS COMMAND   tries until COMMAND succeeds; fails after SECONDS
#   at_exit COMMAND              runs it when the test ends, however it ends; the last one first
#   database_start               starts a private cluster in $STATE/postgres; sets $conninfo
#   database_stop, database_kill ends it in good order, or as a crash would
#   sql TEXT                     runs statements as the owner, prints bare values, columns separated by |
#   finish                       cleans up, prints "N passed, N failed" and exits
# A test that dies on the way (set -e) has failed: it does not reach its closing line.

top=$(cd "$(dirname "$0")/../.." && pwd)
BUILD=${BUILD:-$top/build/debug}
if [ -n "${HINOMI_STATE-}" ]; then
	STATE=$HINOMI_STATE
	mkdir -p "$STATE"
else
	STATE=$(mktemp -d /tmp/hinomi-test.XXXXXX)
fi
PORT=${HINOMI_PORT_BASE:-28000}
passed=0 failed=0 skipped=0
exit_commands=""

good() {
	passed=$((passed + 1))
	echo "ok      $1"
}
bad() {
	failed=$((failed + 1))
	echo "FAILED  $1"
}
skip() {
	skipped=$((skipped + 1))
	echo "skipped $1"
}
check_equal() {
	if [ "$2" = "$3" ]; then good "$1"; else
		bad "$1"
		printf '  wanted: %s\n  got:    %s\n' "$2" "$3"
	fi
}
check_fails() {
	check_name=$1 check_status=$2 check_words=$3
	shift 3
	check_got=0
	"$@" >"$STATE/check.out" 2>"$STATE/check.err" || check_got=$?
	if [ "$check_got" -ne "$check_status" ]; then
		bad "$check_name: exit status $check_got, not $check_status"
		sed 's/^/  /' "$STATE/check.err"
	elif ! grep -qF -e "$check_words" "$STATE/check.err"; then
		bad "$check_name: does not say '$check_words'"
		sed 's/^/  /' "$STATE/check.err"
	else
		good "$check_name"
	fi
}
wait_until() {
	wait_deadline=$(($(date +%s) + $1))
	shift
	until "$@"; do
		[ "$(date +%s)" -lt "$wait_deadline" ] || return 1
		sleep 0.1
	done
}
at_exit() {
	exit_commands="$1; $exit_commands"
}

database_start() {
	conninfo=$("$top/scripts/postgres" start "$STATE/postgres")
}
database_stop() {
	"$top/scripts/postgres" stop "$STATE/postgres"
}
database_kill() {
	"$top/scripts/postgres" kill "$STATE/postgres"
}
sql() {
	psql -d "$conninfo" -X -q -At -v ON_ERROR_STOP=1 -c "$1"
}

clean_up() {
	trap - EXIT INT TERM
	eval "$exit_commands" || true
	[ ! -d "$STATE/postgres" ] || database_stop || true
	[ -n "${HINOMI_STATE-}" ] || [ "$failed" -gt 0 ] || rm -rf "$STATE"
}
trap clean_up EXIT
trap 'exit 130' INT TERM

finish() {
	clean_up
	if [ "$skipped" -gt 0 ]; then
		echo "$passed passed, $failed failed, $skipped skipped"
	else
		echo "$passed passed, $failed failed"
	fi
	[ "$failed" -eq 0 ]
	exit
}
