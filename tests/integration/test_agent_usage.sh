#!/bin/sh
# hinomi-agent's command line without a server: what is wrong ends with the status that the help names, says what it is
# and what to do, and changes nothing.
set -eu
. "$(dirname "$0")/lib.sh"

state=$STATE/state
files=$STATE/files
mkdir -p "$state" "$files/folder"
case $BUILD in
/*) ;;
*) BUILD=$PWD/$BUILD ;;
esac
agent() {
	"$BUILD/hinomi-agent" "$@"
}

# ---------------------------------------------------------------------------------------------- wrong usage: 2
check_fails 'no command' 2 'no command given' agent
check_fails 'an unknown command is named' 2 'bogus is not a command; see hinomi-agent --help' agent bogus
check_fails 'an unknown option is named' 2 'hinomi-agent: --bogus is not an option' agent run --bogus
check_fails 'an option without its value' 2 '--state needs a value' agent status --state
check_fails 'a number out of range' 2 '0 is no --patience' agent send --state "$state" --patience 0 x
check_fails 'a port out of range' 2 '70000 is no port' agent enroll --lumberjack-port 70000
check_fails 'one argument too many' 2 'more is one argument too many' agent run --config x more
check_fails 'run without a configuration' 2 'run needs --config' agent run
check_fails 'status without a folder' 2 'status needs --state' agent status
check_fails 'send without a folder' 2 'send needs --state' agent send x
check_fails 'send without a file' 2 'at least one file' agent send --state "$state"
check_fails 'enroll without a way to know the server' 2 '--ca or --ca-sha256' agent enroll --server x --token t --state "$state"
for command in enroll run status send; do
	check_equal "$command --help" "  hinomi-agent $command" "$(agent "$command" --help | grep -o "^  hinomi-agent $command")"
done

# ---------------------------------------------------------------------------------------------- failure: 1
check_fails 'a configuration that is not there' 1 "$STATE/none.yaml" agent run --config "$STATE/none.yaml"
check_fails 'a folder as configuration' 1 'cannot read the configuration' agent run --config "$STATE"
echo 'spol: {size: 1MiB}' >"$STATE/wrong.yaml"
check_fails 'an unknown key is named with its line' 1 'wrong.yaml:1' agent run --config "$STATE/wrong.yaml"
check_fails 'status of a folder that is not there' 1 '--state names the agent' agent status --state "$STATE/none"
check_fails 'status of an agent that is not enrolled' 1 'enrol this agent first' agent status --state "$state"

# ---------------------------------------------------------------------------------------------- send
send() {
	agent send --state "$state" --patience 1 "$@"
}
echo '{"event_type":"alert"}' >"$files/eve.json"
: >"$files/empty"
gzip -k "$files/eve.json"
check_fails 'not enrolled: said at once' 1 'enrol this agent first' send "$files/eve.json"

# A certificate of nobody's, so that it goes on to the files.
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=test -days 2 -keyout "$state/key" \
	-out "$state/ca.pem" 2>"$STATE/openssl.log"
cat "$state/ca.pem" "$state/key" >"$state/agent.pem"
ln -s agent.pem "$state/agent.key"
echo "{\"server\":\"127.0.0.1\",\"lumberjack_port\":$PORT}" >"$state/server.json"

check_fails 'a file that is not there' 2 "cannot read $files/none" send "$files/eve.json" "$files/none"
check_fails 'a folder' 2 'name the files in it' send "$files/eve.json" "$files/folder"
check_fails 'standard input' 2 'save it in a file' send - </dev/null
check_fails 'a device' 2 'not a regular file' send /dev/null
check_fails 'a compressed file' 2 "zcat $files/eve.json.gz > FILE" send "$files/eve.json" "$files/eve.json.gz"
if [ "$(id -u)" -ne 0 ]; then
	chmod 000 "$files/empty"
	check_fails 'a file without rights' 1 'Permission denied' send "$files/eve.json" "$files/empty"
	chmod 600 "$files/empty"
else
	skip 'a file without rights: root may read all'
fi
check_equal 'none of these has sent the good file beside it' no "$([ -d "$state/spool" ] && echo yes || echo no)"
check_equal 'an empty file is sent at once' "$files/empty: 0 lines" "$(send "$files/empty" 2>"$STATE/empty.log")"
check_fails 'without a server it gives up, and says how to go on' 1 'run the same command again' send "$files/eve.json"
check_equal 'what was read waits' '"spool_records":1' "$(agent status --state "$state" --json | grep -o '"spool_records":[0-9]*')"
check_fails 'and is not read twice' 1 '1 records wait in the spool' send "$files/eve.json"
finish
