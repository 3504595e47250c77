#!/bin/sh
# The chamber's report, reports of cases, certificates, workbooks: drawn from the snapshots in tests/data/reports, read
# back with poppler, qpdf, zbar, unzip and libxml, and compared with the data. Needs no server.
set -eu
# shellcheck source=tests/integration/lib.sh
. "$(dirname "$0")/lib.sh"

data=$top/tests/data/reports
draw() { # KIND FORMAT LANGUAGE SNAPSHOT OUT [OPTIONS]
	draw_kind=$1 draw_format=$2 draw_language=$3 draw_body=$4 draw_out=$5
	shift 5
	"$BUILD/tests/bench/draw_reports" -k "$draw_kind" -f "$draw_format" -l "$draw_language" "$@" \
		"$data/$draw_body.json" >"$STATE/$draw_out"
}
flat() { # PDF: its text without blanks, for texts that are broken over lines
	pdftotext -raw "$STATE/$1" - | tr -d ' \n\f' | sed 's/　//g'
}
lines() { # PDF: line by line, one blank between words
	pdftotext -layout "$STATE/$1" - | sed 's/　/ /g; s/  */ /g; s/^ //; s/ $//'
}
says() { # PDF TEXT: yes or no
	flat "$1" | grep -qF -e "$(printf %s "$2" | tr -d ' \n' | sed 's/　//g')" && echo yes || echo no
}
row() { # PDF BEGINNING: the figures of the first line that begins so
	lines "$1" | sed -n "s/^$2 \\([0-9].*\\)/\\1/p" | head -n 1
}
of() { # SNAPSHOT FILTER: from the data
	jq -r "$2" "$data/$1.json"
}
thousands='def thousands: tostring | if length > 3 then (.[:-3] | thousands) + "," + .[-3:] else . end;'

# --------------------------------------------------------------------------------------------- drawn, whole, tagged

for document in chamber:chamber chamber:chamber_pilot chamber:chamber_empty first:case_first interim:case_interim \
	final:case_final certificate:certificate certificate:certificate_long; do
	kind=${document%%:*} body=${document#*:} wrong=''
	for language in ja en; do
		out=$body.$language.pdf
		draw "$kind" pdf "$language" "$body" "$out"
		draw "$kind" pdf "$language" "$body" again.pdf
		cmp -s "$STATE/$out" "$STATE/again.pdf" || wrong="$wrong $language: differs when drawn again"
		qpdf --check "$STATE/$out" >"$STATE/qpdf.out" 2>&1 || wrong="$wrong $language: $(tail -n 1 "$STATE/qpdf.out")"
		pdfinfo "$STATE/$out" >"$STATE/info"
		grep -q '^Tagged: *yes' "$STATE/info" || wrong="$wrong $language: not tagged"
		grep -q '^Title: *[^ ]' "$STATE/info" || wrong="$wrong $language: no title"
		grep -q '^Page size:.*A4' "$STATE/info" || wrong="$wrong $language: not A4"
		[ "$(pdffonts "$STATE/$out" | sed 1,3d | grep -vc ' yes yes ')" -eq 0 ] || wrong="$wrong $language: a font is not embedded"
		flat "$out" | grep -q '{{' && wrong="$wrong $language: an open placeholder"
		flat "$out" | grep -qiE '安全です|youaresafe' && wrong="$wrong $language: says what no report says"
	done
	check_equal "$body: the same bytes twice, sound, tagged, fonts embedded, no placeholder" '' "$wrong"
done
pages() { pdfinfo "$STATE/$1" | sed -n 's/^Pages: *//p'; }
check_equal 'a first report and a certificate are one page' '1 1 1 1' \
	"$(pages case_first.ja.pdf) $(pages case_first.en.pdf) $(pages certificate.ja.pdf) $(pages certificate_long.en.pdf)"

# --------------------------------------------------------------------------------------------- the chamber's report

out=chamber_pilot.ja.pdf
sed '/"antivirus"/,/}/s/\("companies"\|"detections"\|"days"\): *[0-9]*/\1: 0/' "$data/chamber.json" >"$STATE/chamber_zero.json"
"$BUILD/tests/bench/draw_reports" -k chamber -f pdf -l ja "$STATE/chamber_zero.json" >"$STATE/chamber_zero.ja.pdf"
check_equal 'the table of the pilot: inbound' '64社 19,100件 56件' "$(row $out '「外→内」の攻撃' | cut -d ' ' -f 1-3)"
check_equal 'inbound, IPS' '48社 18,325件 72件' "$(row $out 'IPS（不正侵入防止）' | cut -d ' ' -f 1-3)"
check_equal 'inbound, viruses' '34社 775件 4件' "$(row $out 'ウイルス除去' | cut -d ' ' -f 1-3)"
check_equal 'outbound' '31社 692件 4件' "$(row $out '「内→外」の不正通信' | cut -d ' ' -f 1-3)"
check_equal 'outbound, IPS' '31社 683件 4件' "$(lines $out | sed -n 's/^IPS（不正侵入防止） //p' | sed -n 2p | cut -d ' ' -f 1-3)"
check_equal 'outbound, viruses' '1社 1件 0.1件' "$(lines $out | sed -n 's/^ウイルス除去 //p' | sed -n 2p | cut -d ' ' -f 1-3)"
check_equal 'and the rest, so that rows add up' '8件' "$(row $out 'その他' | cut -d ' ' -f 2)"
check_equal 'nothing at monitored companies: no rate of the affected, and none of all is 0.0' '0社 0件 ― 0.0件' \
	"$(row chamber_zero.ja.pdf 'ウイルス除去' | cut -d ' ' -f 1-4)"
check_equal 'period, companies, mean days, prevalence' 'yes yes yes yes' "$(says $out '期間：2019年7月8日～2020年1月31日') \
$(says $out '監視企業数：110社') $(says $out '平均監視期間：145日') $(says $out '110社のうち31社（28%）')"
check_equal 'the counting rule and the definition stand beside it' 'yes yes' \
	"$(says $out '1回の出来事で複数件を数えることがあります') $(says $out '365/12日を1か月とする')"

# Months of the trend: the figures of each stand on its line in the order of the head.
wrong=''
of chamber "$thousands"'.trend[] | [(.month | sub("-0?"; "年") + "月"), .companies, .inbound_companies, (.inbound | thousands),
	.outbound_companies, (.outbound | thousands), .incidents] | join(" ")' >"$STATE/months"
while read -r month companies inbound_companies inbound outbound_companies outbound incidents; do
	line=$(row chamber.ja.pdf "$month")
	# shellcheck disable=SC2086 # one word a cell
	set -- $line
	[ "$1 $2 $3 $5 $7 $9" = "$companies $inbound_companies $inbound $outbound_companies $outbound $incidents" ] ||
		wrong="$wrong $month: $line;"
done <"$STATE/months"
check_equal 'trend of thirteen months' '13 ' "$(wc -l <"$STATE/months") $wrong"

wrong=''
of chamber "$thousands"'(.noisy[] | .company, .sensor, (.detections | thousands)),
	(.prices[] | .plan, ((.yen | thousands) + "円"), ((.taxed_yen | thousands) + "円")),
	(.peers[] | select(.hidden | not) | "\(.with_inbound)（\((.with_inbound * 100 / .companies) | round)%）"),
	"計画 \(.growth[-1].planned)社", "2029年3月31日までに3,000社", "98.4%", "\(.judged)件（88%）", "186,000円"' >"$STATE/pieces"
while read -r piece; do
	[ "$(says chamber.ja.pdf "$piece")" = yes ] || wrong="$wrong $piece;"
done <"$STATE/pieces"
check_equal 'sensors, prices, peers, growth, coverage, judged, insurance' '' "$wrong"
check_equal 'a hidden peer shows nothing but how many they are' '医療・福祉 12 非表示' \
	"$(lines chamber.ja.pdf | sed -n 's/^業種 \(医療・福祉 .*\)/\1/p')"
check_equal 'what names companies is marked' 'TLP:AMBER TLP:GREEN' \
	"$(pdftotext "$STATE/chamber.ja.pdf" - | grep -om 1 'TLP:[A-Z]*') $(pdftotext "$STATE/chamber_pilot.ja.pdf" - | grep -om 1 'TLP:[A-Z]*')"
check_equal 'response times with median and 90th percentile' '118 9分 27分' \
	"$(lines chamber.ja.pdf | sed -n 's/^着手まで（MTTA） //p' | head -n 1 | cut -d ' ' -f 1-3)"

# --------------------------------------------------------------------------------------------- cases

out=case_first.ja.pdf
check_equal 'a first report: what, since when, what was stopped' 'yes yes yes' "$(says $out "$(of case_first .incident.ja)") \
$(says $out '10月14日 09:12') $(says $out '検知 14件（うち止めたもの 9件）')"
check_equal 'what to do, whom to call, and that nobody wrote it' 'yes yes yes' "$(says $out "$(of case_first .do_ja)") \
$(says $out 06-0000-0199) $(says $out '自動で作成しました')"
check_equal 'no signature in it' 'no no' "$(says $out "$(of case_first '.annex[0].signature')") $(says $out "$(of case_first .title)")"
out=case_final.ja.pdf wrong=''
of case_final '.steps[] | .text' >"$STATE/pieces"
of case_final '(.annex[] | .signature, .source, (if .destination | contains(":") then "[\(.destination)]:\(.destination_port)" else "\(.destination):\(.destination_port)" end)),
	(.dispatches[] | .vendor), .incident.close_reason, .title' >>"$STATE/pieces"
while read -r piece; do
	[ "$(says $out "$piece")" = yes ] || wrong="$wrong $piece;"
done <"$STATE/pieces"
check_equal 'a final report: steps, visits, result, annex with addresses unchanged' '' "$wrong"
check_equal 'its five steps' '①②③④⑤' "$(lines $out | sed -n 's/^\([①②③④⑤]\) .*（済）.*/\1/p' | tr -d '\n')"
check_equal 'an interim report says what is still open' '2 no' \
	"$(lines case_interim.ja.pdf | grep -c '記録はまだありません') $(says case_interim.ja.pdf '電源は切らないで')"

# --------------------------------------------------------------------------------------------- certificates

out=certificate.ja.pdf
code=$(of certificate '.code | [.[0:4], .[4:8], .[8:12], .[12:16]] | join("-")')
address="$(of certificate '"\(.check_url)?number=KM-\(.number)&code=\(.code)"')"
check_equal 'number, code in groups, address' 'yes yes yes' "$(says $out "KM-$(of certificate .number)") $(says $out "$code") \
$(says $out "$(of certificate .check_url)")"
wrong=''
for piece in "$(of certificate .company)" "$(of certificate .operator_name)" '2025年11月1日から2026年10月31日まで' '365日のうち365日' \
	'99.7%（8,760時間のうち8,731時間）' '4,127件（うち止めたもの 4,120件）' '17件（うち止めたもの 12件）' 38件 '3件（うち終えたもの 3件）' \
	'7分（3件）' '29分（3件）' '発行日 2026年11月6日' '有効期限 2027年11月5日' '保証するものではありません'; do
	[ "$(says $out "$piece")" = yes ] || wrong="$wrong $piece;"
done
check_equal 'what was watched and how' '' "$wrong"
wrong=''
for piece in "$(of case_final .title)" "$(of case_final .incident.ja)" "$(of case_final .reason)" "$(of case_final '.annex[0].signature')"; do
	[ "$(says $out "$piece")" = no ] || wrong="$wrong $piece;"
done
pdftotext "$STATE/$out" - | grep -E '([0-9]{1,3}\.){3}[0-9]{1,3}' && wrong="$wrong an address"
check_equal 'nothing of any incident' '' "$wrong"
for language in ja en; do
	draw certificate png $language certificate page.png
	check_equal "the code is read back from the page ($language)" "$address" \
		"$(zbarimg -q --raw "$STATE/page.png" 2>"$STATE/zbar.err" || cat "$STATE/zbar.err")"
done
pdftoppm -r 100 -png "$STATE/certificate_long.ja.pdf" "$STATE/paper"
check_equal 'and from the printed PDF' "$(of certificate_long '"\(.check_url)?number=KM-\(.number)&code=\(.code)"')" \
	"$(zbarimg -q --raw "$STATE/paper-1.png" 2>"$STATE/zbar.err" || cat "$STATE/zbar.err")"
check_equal 'a name of 40 characters is not cut' '40 yes' \
	"$(of certificate_long '.company | length') $(says certificate_long.ja.pdf "$(of certificate_long .company)")"
draw certificate pdf ja certificate draft.pdf -d
check_equal 'a draft is marked as one' 'yes no' "$(says draft.pdf 下書き) $(says $out 下書き)"

# --------------------------------------------------------------------------------------------- workbooks

for document in monthly:storm monthly:quiet monthly:full monthly:unmonitored monthly:empty chamber:chamber chamber:chamber_empty \
	first:case_first final:case_final; do
	kind=${document%%:*} body=${document#*:} wrong=''
	for language in ja en; do
		draw "$kind" xlsx $language "$body" book.xlsx
		draw "$kind" xlsx $language "$body" again.xlsx
		cmp -s "$STATE/book.xlsx" "$STATE/again.xlsx" || wrong="$wrong $language: differs when written again"
		unzip -tq "$STATE/book.xlsx" >"$STATE/unzip.out" 2>&1 || wrong="$wrong $language: $(tail -n 1 "$STATE/unzip.out")"
		rm -rf "$STATE/book"
		mkdir "$STATE/book"
		unzip -q "$STATE/book.xlsx" -d "$STATE/book"
		find "$STATE/book" -type f -exec xmllint --noout {} + 2>"$STATE/xml.err" || wrong="$wrong $language: $(head -n 1 "$STATE/xml.err")"
		grep -q '<f>' "$STATE"/book/xl/worksheets/*.xml && wrong="$wrong $language: a formula"
		[ "$(grep -l 'state="frozen"' "$STATE"/book/xl/worksheets/*.xml | wc -l)" -eq "$(find "$STATE/book/xl/worksheets" -name '*.xml' | wc -l)" ] ||
			wrong="$wrong $language: a head that scrolls away"
	done
	check_equal "$body as a workbook: the same bytes twice, sound, no formula" '' "$wrong"
done
draw chamber xlsx ja chamber book.xlsx
cells() { # SHEET COLUMN: its values, head left out, joined by blanks
	unzip -p "$STATE/book.xlsx" "xl/worksheets/sheet$1.xml" | sed 's/<row /\n<row /g' | sed 1,3d |
		sed -n "s/.*<c r=\"$2[0-9]*\"[^>]*>\(<v>\|<is><t>\)\([^<]*\)<.*/\2/p" | tr '\n' ' ' | sed 's/ $//'
}
check_equal 'the detection table in it' "$(of chamber '[.table[].companies | tostring] | join(" ")')" "$(cells 2 C)"
check_equal 'its detections' "$(of chamber '[.table[].detections | tostring] | join(" ")')" "$(cells 2 E)"
check_equal 'companies of the noisiest sensors, = and all' "$(of chamber '[.noisy[].company] | join(" ")')" "$(cells 10 A)"

finish
