# shellcheck shell=sh
# The walk of test_isolation.sh over the on-call side; isolation_oncall.sql says what is there. Sourced by it, behind
# isolation_desk.sh, which walks a vendor's people over it too. Schedules, policies, channels, pages and messages are the
# staff's: who is bound to one company gets none of it (calendars apart, which contacts and promises name). A link in a
# notice shows that notice alone.

# shellcheck source=tests/integration/answer_token.sh
. "$(dirname "$0")/answer_token.sh"

oncall_state() {
	desk_state
	sql "SELECT * FROM calendar; SELECT * FROM oncall_schedule; SELECT * FROM oncall_override; SELECT * FROM escalation_policy;
		SELECT * FROM escalation_route; SELECT * FROM sla_target; SELECT channel_id, version, removed_at FROM channel;
		SELECT page_id, version, state FROM page; SELECT count(*) FROM page_event; SELECT count(*) FROM page_request;
		SELECT outbox_id, state, not_before FROM outbox; SELECT * FROM notice_template; SELECT * FROM drill;
		SELECT * FROM drill_person; SELECT integration_id, removed_at FROM integration"
}
# METHOD PATTERN PATH [BODY]
oncall_for_all() {
	walk "$1" "$2"
	before=$(oncall_state)
	for who in member1 analyst1 lead1 wall1; do
		ask "$1" "$3" ${4:+-d "$4"} -H 'If-Match: "1"'
		check_equal "$1 $2 by $who" '403 unseen' "$status $(seen)"
	done
	check_equal "$1 $2: nothing was changed" "$before" "$(oncall_state)"
}
# The same, and staff do see it: PATTERN PATH [WHO]
oncall_seen() {
	oncall_for_all GET "$1" "$2"
	who=${3:-analyst}
	ask GET "$2"
	check_equal "GET $1 by $who: there is something to see" '200 seen' "$status $(seen)"
}

document='"timezone":"Asia/Tokyo","rules":{}'
steps='{"steps":[{"after":"0s","targets":[{"role":"lead"}]}]}'
oncall_for_all GET /v1/calendars /v1/calendars
oncall_for_all GET '/v1/calendars/{id}' /v1/calendars/200
oncall_for_all POST /v1/calendars /v1/calendars "{\"name\":\"x\",$document}"
oncall_for_all PUT '/v1/calendars/{id}' /v1/calendars/200 "{\"name\":\"x\",$document}"
oncall_for_all GET /v1/holidays /v1/holidays
oncall_seen /v1/schedules /v1/schedules
oncall_seen '/v1/schedules/{id}' /v1/schedules/200
oncall_for_all POST /v1/schedules /v1/schedules "{\"name\":\"x\",$document}"
oncall_for_all POST /v1/schedules/preview /v1/schedules/preview "{$document}"
oncall_for_all PUT '/v1/schedules/{id}' /v1/schedules/200 "{\"name\":\"x\",$document}"
oncall_for_all DELETE '/v1/schedules/{id}' /v1/schedules/200
oncall_for_all POST '/v1/schedules/{id}/overrides' /v1/schedules/200/overrides '{"user_id":1,"from":"2030-01-01T00:00:00Z","to":"2030-01-02T00:00:00Z"}'
oncall_for_all DELETE '/v1/overrides/{id}' /v1/overrides/200
oncall_seen /v1/policies /v1/policies
oncall_seen '/v1/policies/{id}' /v1/policies/200
oncall_for_all POST /v1/policies /v1/policies "{\"name\":\"x\",\"rules\":$steps}"
oncall_for_all PUT '/v1/policies/{id}' /v1/policies/200 "{\"name\":\"x\",\"rules\":$steps}"
oncall_for_all DELETE '/v1/policies/{id}' /v1/policies/200
oncall_for_all GET /v1/escalation-routes /v1/escalation-routes
oncall_for_all PUT /v1/escalation-routes /v1/escalation-routes '{"rules":{"routes":[{"name":"x","policy":1}]}}'
oncall_for_all POST /v1/escalation-routes/try /v1/escalation-routes/try '{"kind":"incident","severity":1,"company_id":2}'
oncall_for_all GET /v1/sla-targets /v1/sla-targets
oncall_for_all PUT /v1/sla-targets /v1/sla-targets '{"targets":[]}'
oncall_seen /v1/channels /v1/channels
oncall_for_all POST /v1/channels /v1/channels '{"name":"x","kind":"mail","address":"a@example.jp"}'
oncall_for_all PATCH '/v1/channels/{id}' /v1/channels/200 '{"enabled":false}'
oncall_for_all DELETE '/v1/channels/{id}' /v1/channels/200
oncall_for_all POST '/v1/channels/{id}/test' /v1/channels/200/test
oncall_for_all GET /v1/me/channels /v1/me/channels
oncall_for_all POST /v1/me/channels /v1/me/channels '{"name":"x","kind":"mail","address":"a@example.jp"}'
oncall_seen /v1/oncall/now /v1/oncall/now
oncall_for_all GET /v1/oncall/people /v1/oncall/people
oncall_for_all GET /v1/oncall/load "/v1/oncall/load?from=$today&to=$today"
oncall_seen /v1/pages /v1/pages
oncall_seen '/v1/pages/{id}' /v1/pages/200
for action in ack confirm; do
	oncall_for_all POST "/v1/pages/{id}/$action" "/v1/pages/200/$action"
	oncall_for_all POST "/v1/pages/{id}/$action" "/v1/pages/100/$action"
done
oncall_for_all POST '/v1/pages/{id}/decline' /v1/pages/200/decline '{}'
oncall_for_all POST '/v1/pages/{id}/escalate' /v1/pages/200/escalate '{}'
oncall_for_all POST '/v1/pages/{id}/hand-over' /v1/pages/200/hand-over '{"user_id":1}'
oncall_for_all POST '/v1/incidents/{id}/pages' /v1/incidents/200/pages '{"note":"x"}'
oncall_for_all POST '/v1/incidents/{id}/member-notice' /v1/incidents/200/member-notice '{}'
oncall_seen /v1/messages /v1/messages
oncall_for_all POST '/v1/messages/{message}/replay' /v1/messages/01900000-0000-7000-8000-000000000200/replay
oncall_seen /v1/templates /v1/templates
oncall_seen '/v1/templates/{kind}/{language}' /v1/templates/page/en
oncall_for_all PUT '/v1/templates/{kind}/{language}' /v1/templates/page/en '{"subject":null,"body":null}'
oncall_for_all POST /v1/templates/preview /v1/templates/preview '{"kind":"page","language":"ja","subject":"x","body":"y"}'
oncall_for_all GET /v1/drills /v1/drills
oncall_for_all GET '/v1/drills/{id}' /v1/drills/200
oncall_for_all POST /v1/drills /v1/drills '{"who":"all"}'
oncall_seen /v1/integrations /v1/integrations lead
oncall_for_all POST /v1/integrations /v1/integrations '{"name":"x"}'
oncall_for_all DELETE '/v1/integrations/{id}' /v1/integrations/200

# ---- without a session: by a key, by a link
walk POST /v1/events
walk GET '/a/{token}'
walk POST '/a/{token}'
who='' before=$(oncall_state)
for key in MARKER x; do
	ask POST /v1/events -d "{\"routing_key\":\"$key.\",\"event_action\":\"resolve\",\"dedup_key\":\"x\"}"
	check_equal 'POST /v1/events with a key that is none' '403 unseen' "$status $(seen)"
done
link_one=$(answer_token 01900000-0000-7000-8000-000000000100) link_two=$(answer_token 01900000-0000-7000-8000-000000000200)
# The id of the one with the proof of the other.
ask GET "/a/$(echo "$link_two" | cut -c1-21)$(echo "$link_one" | cut -c22-)"
check_equal "another's link cannot be made of one's own" '404 unseen' "$status $(seen)"
ask POST "/a/$(echo "$link_two" | cut -c1-21)$(echo "$link_one" | cut -c22-)" -H 'Content-Type: application/x-www-form-urlencoded' -d action=confirm
check_equal '... nor answered by' '404 unseen' "$status $(seen)"
check_equal 'without a session nothing was changed' "$before" "$(oncall_state)"
ask GET "/a/$link_one"
check_equal 'a link shows its own notice' '200 unseen' "$status $(seen)"
ask GET "/a/$link_two"
check_equal 'a link of the other: there is something to see' '200 seen' "$status $(seen)"

# ---- without the code's own care
oncall_as_api() { # COMPANY: how many rows of what is the staff's
	psql -X -q -At -d "$conninfo" -c BEGIN -c 'SET LOCAL ROLE hinomi_api' -c "SET LOCAL app.company = '$1'" -c "SELECT concat_ws(' ',
		(SELECT count(*) FROM page), (SELECT count(*) FROM page_event), (SELECT count(*) FROM outbox), (SELECT count(*) FROM attempt),
		(SELECT count(channel_id) FROM channel), (SELECT count(*) FROM escalation_policy), (SELECT count(*) FROM oncall_schedule),
		(SELECT count(*) FROM drill), (SELECT count(*) FROM integration), (SELECT count(*) FROM secret), (SELECT count(*) FROM engine))" -c COMMIT
}
check_equal "row-level security: nobody sees what is the staff's" '0 0 0 0 0 0 0 0 0 0 0' "$(oncall_as_api '')"
check_equal '... nor does one company' '0 0 0 0 0 0 0 0 0 0 0' "$(oncall_as_api 1)"
check_equal '... who sees all companies does' no "$(oncall_as_api '*' | grep -qE '(^| )0( |$)' && echo empty || echo no)"
check_equal 'nobody of the api reads a secret of a channel' denied \
	"$(psql -X -q -At -d "$conninfo" -c 'SET ROLE hinomi_api' -c 'SELECT secret FROM channel' 2>&1 | grep -q 'permission denied' && echo denied)"
