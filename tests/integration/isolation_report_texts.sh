# shellcheck shell=sh
# Texts of reports and plain words: of the operator, so nobody bound to a company, and no wall screen, sees or changes
# them. Sourced by test_isolation.sh, with its helpers.

for_all GET /v1/report-texts /v1/report-texts
for_all POST /v1/report-texts/preview /v1/report-texts/preview '{"key":"virus_none","language":"ja","text":"x"}'
for_all GET '/v1/report-texts/{key}/{language}' /v1/report-texts/virus_none/ja
for_all PUT '/v1/report-texts/{key}/{language}' /v1/report-texts/virus_none/ja '{"text":null}'
for_all GET /v1/plain-words /v1/plain-words
for_all POST /v1/plain-words /v1/plain-words '{"engine":"ips","ja":"x","en":"x"}'
for_all POST /v1/plain-words/try /v1/plain-words/try '{"engine":"ips"}'
for_all GET '/v1/plain-words/{id}' /v1/plain-words/1
for_all PUT '/v1/plain-words/{id}' /v1/plain-words/1 '{"engine":"ips","ja":"x","en":"x"}'
for_all DELETE '/v1/plain-words/{id}' /v1/plain-words/1
check_equal 'no text of a report was changed' '0|0' \
	"$(sql "SELECT (SELECT count(*) FROM report_text), (SELECT count(*) FROM plain_word WHERE version > 1 OR word_id > 100)")"
