# shellcheck shell=sh
# answer_token UUID, report_token UUID: the token of a notice's link, made by openssl as server/model/link_token.h has it:
# base64url of the id and the first 16 bytes of HMAC-SHA256(key, purpose || id).

answer_token() {
	link_token 'hinomi link 1' "$1"
}
report_token() {
	link_token 'hinomi report 1' "$1"
}
link_token() { # PURPOSE UUID
	token_purpose=$1
	shift
	token_hex=$(echo "$1" | tr -d -)
	token_proof=$({
		printf '%s' "$token_purpose"
		echo "$token_hex" | xxd -r -p
	} | openssl dgst -sha256 -mac HMAC -macopt "hexkey:$(sql "SELECT encode(value, 'hex') FROM secret WHERE name = 'link'")" |
		sed 's/.*= //' | cut -c1-32)
	printf '%s%s' "$token_hex" "$token_proof" | xxd -r -p | base64 -w 0 | tr '+/' '-_' | tr -d =
}
