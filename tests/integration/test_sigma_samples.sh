#!/bin/sh
# Sigma rules from outside the repository (HINOMI_SAMPLES): all of SigmaHQ's network, proxy, web server and antivirus
# rules there load. And the specification's JSON schemas: documents that use each key they allow, with each of its
# words, load; keys are compared with the schemas', so a new one there is seen.
set -eu
. "$(dirname "$0")/lib.sh"

samples=${HINOMI_SAMPLES:-$top/../shared/data}/sigma
if [ ! -d "$samples/json-schema" ]; then
	skip "Sigma's rules and schemas: $samples does not exist (HINOMI_SAMPLES)"
	finish
fi
make -s -C "$top" BUILD="$BUILD" "$BUILD/hinomictl"

check_rules() {
	"$BUILD/hinomictl" rules check --json "$@" >"$STATE/checked.json" 2>/dev/null || true
}

for folder in network proxy webserver antivirus; do
	files=$(find "$samples/$folder" -name '*.yml' | wc -l)
	check_rules "$top/config/rules/fields.yaml" "$samples/$folder"
	check_equal "$folder: $files files load" "0 problems, $files rules" \
		"$(jq -r '"\(.problems | length) problems, \(.rules) rules"' "$STATE/checked.json")"
	jq -r '.problems[] | "  \(.file):\(.line): \(.reason)"' "$STATE/checked.json"
done

# ------------------------------------------------------------------------------------------------ the schemas' keys

# One document for each kind, with all keys; JSON is YAML.
common='title: "T", description: "d", author: "a", references: ["r"], date: "2026-01-31", modified: "2026-02-01",
	taxonomy: "sigma", falsepositives: ["none"], tags: ["attack.t1190"], level: "high", status: "test"'
jq -n "{$common, id: \"11111111-1111-4111-8111-111111111111\", name: \"rule\", license: \"MIT\",
	related: [\"derived\", \"obsolete\", \"merged\", \"renamed\", \"similar\" | {id: \"x\", type: .}],
	logsource: {category: \"dns\", definition: \"d\"}, fields: [\"query\"], scope: [\"server\"],
	detection: {s: {query: \"a\"}, condition: \"s\"}}" >"$STATE/detection.json"
jq -n "{$common, id: \"22222222-2222-4222-8222-222222222222\", name: \"many\",
	correlation: {type: \"event_count\", rules: [\"rule\"], aliases: {ip: {rule: \"source.ip\"}}, \"group-by\": [\"ip\"],
		timespan: \"5m\", condition: {gte: 3}}, generate: true}" >"$STATE/correlation.json"
jq -n "{title: \"F\", id: \"33333333-3333-4333-8333-333333333333\", description: \"d\", date: \"2026-01-31\",
	modified: \"2026-02-01\", taxonomy: \"sigma\", logsource: {category: \"dns\"},
	filter: {rules: [\"rule\"], selection: {query: \"b\"}, condition: \"not selection\"}}" >"$STATE/filter.json"

# keys FILE PATH: names under .properties of a schema's path
schema_keys() {
	jq -r "$2 | .properties | keys[]" "$samples/json-schema/$1" | sort
}
# missing NAME SCHEMA WHERE DOCUMENT PATH: those keys of the schema that our document does not have
compare() {
	schema_keys "$2" "$3" >"$STATE/allowed"
	jq -r "$5 | keys[]" "$STATE/$4" | sort >"$STATE/used"
	check_equal "$1: keys of the schema that are not tried" "" "$(comm -23 "$STATE/allowed" "$STATE/used")"
}
compare 'rules' sigma-detection-rule-schema.json . detection.json .
# category, product, service: not all at once
compare 'log sources' sigma-detection-rule-schema.json .properties.logsource detection.json \
	'.logsource + {product: 1, service: 1}'
compare 'related rules' sigma-detection-rule-schema.json .properties.related.items detection.json '.related[0]'
compare 'correlations' sigma-correlation-rules-schema.json . correlation.json .
compare 'correlation' sigma-correlation-rules-schema.json .properties.correlation correlation.json .correlation
compare 'filters' sigma-filters-schema.json . filter.json .
compare 'filter' sigma-filters-schema.json .properties.filter filter.json .filter

mkdir "$STATE/all"
for document in detection correlation filter; do
	cp "$STATE/$document.json" "$STATE/all/$document.yml"
done
check_rules "$top/config/rules/fields.yaml" "$STATE/all"
check_equal "documents with all keys load" "[] 2" "$(jq -rc '"\([.problems[].reason]) \(.rules)"' "$STATE/checked.json")"

# ------------------------------------------------------------------------------------------------ the schemas' words

# words SCHEMA PATH: the constants it allows
words() {
	jq -r "$2 | .oneOf[].const" "$samples/json-schema/$1"
}
# try WHAT KEY WORD CHANGE: the document with one thing changed
try() {
	rm -rf "$STATE/one"
	mkdir "$STATE/one"
	cp "$STATE/detection.json" "$STATE/one/detection.yml"
	jq --arg word "$3" "$4" "$STATE/$1.json" >"$STATE/one/$1.yml"
	check_rules "$top/config/rules/fields.yaml" "$STATE/one"
	check_equal "$2: $3" "[]" "$(jq -c '[.problems[].reason]' "$STATE/checked.json")"
}
for word in $(words sigma-detection-rule-schema.json .properties.level); do
	try detection level "$word" '.level = $word'
done
for word in $(words sigma-detection-rule-schema.json .properties.status); do
	try detection status "$word" '.status = $word'
done
for word in $(words sigma-correlation-rules-schema.json .properties.correlation.properties.type); do
	case $word in
	value_*) change='.correlation.type = $word | .correlation.condition = {field: "source.port", gte: 3}' ;;
	temporal*) change='.correlation.type = $word | del(.correlation.condition)' ;;
	*) change='.correlation.type = $word' ;;
	esac
	try correlation type "$word" "$change"
done
for word in $(jq -r '.properties.correlation.properties.condition.anyOf[] | keys[] | select(. != "field")' \
	"$samples/json-schema/sigma-correlation-rules-schema.json"); do
	try correlation condition "$word" '.correlation.condition = {($word): 5}'
done
try detection condition 'a list' '.detection.condition = ["s", "not s"]'

# The specification's own examples of correlations, with a mapping that knows their log sources, and what they must find.
cp -R "$top/tests/integration/sigma-examples" "$STATE/examples"
cp "$samples/correlation/"*.yml "$top/config/rules/grouping.yaml" "$STATE/examples"
check_equal "the specification's examples of correlations load" '0 problems, 7 rules' \
	"$("$BUILD/hinomictl" rules check --json "$STATE/examples" 2>/dev/null | jq -r '"\(.problems | length) problems, \(.rules) rules"')"
check_equal 'and find what they say' '4 passed, 0 failed' \
	"$("$BUILD/hinomictl" rules test "$STATE/examples" 2>"$STATE/examples.log" | grep -o '^[0-9]* passed, [0-9]* failed')"
finish
