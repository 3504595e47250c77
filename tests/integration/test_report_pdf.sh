#!/bin/sh
# The monthly report as other programs see it: its months are those of tests/data/reports, and what pdftotext reads must
# be what jq finds in them. The file itself is judged by qpdf, pdfinfo and pdffonts.
set -eu
. "$(dirname "$0")/lib.sh"

draw=$BUILD/tests/bench/draw_reports
months=$top/tests/data/reports
names='quiet cloudy storm empty unmonitored busy full'
cd "$STATE"

for tool in pdftotext pdfinfo pdffonts pdftoppm qpdf jq; do
	command -v "$tool" >/dev/null || {
		skip "$tool is missing: scripts/packages install test"
		finish
	}
done

value() { # FILTER NAME
	jq -r "$1" "$months/$2.json"
}
# Text of pages FROM..TO without blanks, which lines break at and fonts come apart at.
pages_text() { # FILE FROM TO
	pdftotext -f "$2" -l "$3" -raw "$1" - | tr -d ' \n\f　'
}
squeeze() {
	tr -d ' \n　'
}
thousands() {
	echo "$1" | sed -e :a -e 's/\([0-9]\)\([0-9]\{3\}\)\($\|,\)/\1,\2\3/;ta'
}
# check_says TEXT FILE-OF-TEXT WORDS: the words stand there
check_says() {
	if grep -qF -e "$(printf '%s' "$3" | squeeze)" "$2"; then good "$1"; else
		bad "$1: no '$3'"
	fi
}
check_silent() {
	if grep -qF -e "$(printf '%s' "$3" | squeeze)" "$2"; then bad "$1: '$3'"; else good "$1"; fi
}

for name in $names; do
	for language in ja en; do
		"$draw" -l "$language" "$months/$name.json" >"$name-$language.pdf"
	done
done

# ---- the files
file_is_sound() { # FILE LANGUAGE
	qpdf --check "$1" >qpdf.out 2>&1 || return 1
	pdfinfo "$1" >info.out 2>&1
	grep -q '^Tagged: *yes' info.out && grep -q '^Page size: .*(A4)' info.out || return 1
	[ "$(pdffonts "$1" | awk 'NR > 2 && $(NF - 4) != "yes"' | wc -l)" -eq 0 ] || return 1
	qpdf --json=1 --json-key=objects "$1" >objects.json
	[ -s objects.json ] && jq -e --arg lang "$2" '[.. | objects | select(."/Type"? == "/Catalog")] | length > 0 and
		all(.[]; ."/Lang" == $lang and ."/ViewerPreferences"."/DisplayDocTitle" == true)' \
		objects.json >/dev/null
}
for name in $names; do
	if file_is_sound "$name-ja.pdf" ja-JP && file_is_sound "$name-en.pdf" en; then
		good "$name: sound, tagged, A4, fonts embedded, its language and title said"
	else
		bad "$name: $(cat qpdf.out info.out)"
	fi
	title=$(pdfinfo "$name-ja.pdf" | sed -n 's/^Title: *//p' | squeeze)
	check_equal "$name: title" "$(printf '2026年10月見守りレポート%s' "$(value .company "$name")" | squeeze)" "$title"
done

# ---- its structure, as a reader for the blind gets it
pdfinfo -struct-text storm-ja.pdf >structure
structure_has() {
	grep -qF -e "$1" structure && good "structure: $2" || bad "structure: $2"
}
structure_has 'Document' 'a document'
structure_has 'H1 (block)' 'a title'
structure_has 'H2 (block)' 'headings'
structure_has 'Table (block)' 'tables'
structure_has 'Scope /Column' 'heads of columns'
figures=$(grep -c 'Figure' structure)
check_equal "structure: a mark and three trends" 4 "$figures"
# What figures show: the weather, and each month with its count.
qpdf --json=1 --json-key=objects storm-ja.pdf |
	jq -r '.. | objects | select(."/S"? == "/Figure") | ."/Alt" // "none"' | sort -u >alternatives
check_equal "structure: the weather in words" 雨 "$(grep -x 雨 alternatives)"
check_equal "structure: thirteen months in words" 3 "$(grep -c '2025年10月 ―, .*2026年10月 ' alternatives)"
check_equal "structure: the count of a month" 1 "$(grep -c '2026年9月 350, 2026年10月 1,204$' alternatives)"

# ---- what they say
for name in $names; do
	for language in ja en; do
		file=$name-$language.pdf
		pages_text "$file" 1 1 >front
		pages_text "$file" 2 2 >back
		pages_text "$file" 1 2 >both
		pages_text "$file" 3 99 >annex
		check_says "$name $language: the company, on page 1" front "$(value .company "$name")"
		check_says "$name $language: the desk's number, on both pages" front '06-0000-0199'
		check_says "$name $language: the desk's number, large" back '06-0000-0199'
		check_silent "$name $language: never says that all is safe" both '安全です'
		for other in $names; do
			[ "$other" = "$name" ] || ! grep -qF -e "$(value .company "$other" | squeeze)" both || echo "$other"
		done >others
		check_equal "$name $language: nobody else's name" "" "$(cat others)"
		value '.annex[].signature' "$name" | sort -u | while read -r signature; do
			! grep -qF -e "$(printf '%s' "$signature" | squeeze)" both || echo "$signature"
		done >found
		check_equal "$name $language: no signature on the two pages" "" "$(cat found)"
		check_equal "$name $language: no address on page 1" "" "$(grep -oE '(192|198|203|10)(\.[0-9]{1,3}){3}' front || true)"
		# Words of its own: what the data says (a plain word, a name) may bring one in.
		[ "$language" = en ] || check_equal "$name: no English abbreviation on page 1" "" "$(sed 's/TLP:AMBER//g; s/R-[0-9]*//g' front | grep -oE '[A-Z][A-Z0-9-]+' |
			while read -r word; do grep -qF -e "$word" "$months/$name.json" || echo "$word"; done)"
		# Every row of the annex, with all that it says.
		value '.annex[] | .signature, .source, (.destination + ":" + (.destination_port | tostring))' "$name" |
			while read -r words; do
				grep -qF -e "$(printf '%s' "$words" | squeeze)" annex || echo "$words"
			done >missing
		check_equal "$name $language: all rows of the annex" "" "$(cat missing)"
	done
done

figures_stand() { # NAME: counts of the month in the sentences of the two pages
	pages_text "$1-ja.pdf" 1 2 >both
	inbound=$(thousands "$(value '.months[12].inbound' "$1")")
	outbound=$(thousands "$(value '.months[12].outbound' "$1")")
	viruses=$(thousands "$(value '.months[12].viruses' "$1")")
	check_says "$1: inbound" both "外からの攻撃を${inbound}件見つけ"
	minor=$(value .outbound_minor "$1")
	grave=$(thousands "$(value '.months[12].outbound - .outbound_minor' "$1")")
	case $outbound:$grave:$minor in
	0:*) ;;
	*:0:*) check_says "$1: everyday traffic only" both "社内から外への通信を${outbound}件検知しました" ;;
	*:0) check_says "$1: outbound" both "外への不審な通信を${outbound}件見つけ" ;;
	*) check_says "$1: outbound, and everyday traffic" both "通信とみられる検知が$(thousands "$minor")件あります（合わせて${outbound}件）" ;;
	esac
	[ "$viruses" = 0 ] || check_says "$1: viruses" both "ウイルスを${viruses}件見つけ"
	check_says "$1: days watched" both "31日のうち$(value .monitored_days "$1")日です"
}
for name in quiet cloudy storm busy full; do figures_stand "$name"; done
pages_text cloudy-ja.pdf 1 2 >both
check_says "cloudy: who, by when, how long" both '担当:経理ご担当期限:2026年11月12日まで所要時間:約1時間'
check_says "cloudy: carried over" both '前回から続くお願いです'
check_says "cloudy: left over of inbound" both '残りの6件は止めずに記録'
check_says "cloudy: change" both '前の月より13件多く'
# 131 companies, 28 with outbound detections: 21.37 %.
check_says "cloudy: peers" both '131社のうち28社（21%）'
check_silent "cloudy: four companies of the industry stay hidden" both '4社のうち'
# 2026-10-14T00:12Z is 9:12 in Tokyo.
check_says "cloudy: the course of a case" both '10月14日09:12検知→09:15対応開始→09:20ご連絡'
# 742 of 744 hours: 99.73 %.
check_says "cloudy: coverage" both '予定の99.7%'
pages_text storm-ja.pdf 1 2 >both
check_says "storm: overdue" both '期限を過ぎています'
check_says "storm: more requests" both 'このほかにもお願いが2件'
check_says "storm: hours without records" both '合わせて43時間'
pages_text unmonitored-ja.pdf 1 2 >both
check_says "unmonitored: says so" both '見守りの期間がなかったため、件数はありません'
check_silent "unmonitored: no zero is claimed" both '0件でした'
pages_text empty-ja.pdf 1 2 >both
check_says "empty: zero is said" both '0件でした。情報が持ち出された形跡は見つかっていません'
pages_text busy-ja.pdf 3 99 >annex
check_says "busy: what the annex leaves out" annex "このほかに412行（$(thousands "$(value .annex_more_detections busy)")件）"
# The kanji of names that are not in every font.
pages_text cloudy-ja.pdf 1 1 >front
check_says "cloudy: rare kanji" front '髙﨑𠮷田'

# ---- cut texts are in the annex, marks on the pages
long=$(awk 'BEGIN { for (i = 0; i < 180; i++) printf "総評%d。", i }')
"$draw" -d -i 2 -c "$long" "$months/full.json" >marked.pdf
pages_text marked.pdf 1 1 >front
pages_text marked.pdf 3 99 >annex
check_says "a long comment goes on in the annex" front '（続きは付録にあります）'
check_says "and stands there in full" annex '総評178。総評179。'
check_says "issued again: why" front '理由:月末に遅れて届いた検知を加えました'
for page in 1 2 3; do
	pages_text marked.pdf $page $page >page
	check_says "draft, on page $page" page '下書き'
done

# ---- nothing runs out of the paper, and all of it is grey
outside() { # FILE: words beyond the margins; the mark across the page is none of them
	pdftotext -bbox "$1" - | sed -n 's/.*<word xMin="\([0-9.]*\)" yMin="\([0-9.]*\)" xMax="\([0-9.]*\)" yMax="\([0-9.]*\)".*/\1 \2 \3 \4/p' |
		awk '$1 < 40 || $3 > 556 || $2 < 20 || $4 > 822 { n++ } END { print n + 0 }'
}
for name in $names; do
	check_equal "$name: within the margins" '0 0' "$(outside "$name-ja.pdf") $(outside "$name-en.pdf")"
done
coloured() {
	pdftoppm -r 30 -f 1 -l 2 "$1" picture
	for picture in picture-*.ppm; do
		tail -n +4 "$picture" | od -An -v -tu1 -w3 | awk '$1 != $2 || $2 != $3 { n++ } END { print n + 0 }'
		rm -f "$picture"
	done | sort -u
}
check_equal "no colour" 0 "$(coloured storm-ja.pdf)"

# ---- the same, each time
for name in quiet full; do
	first=$(sha256sum <"$name-ja.pdf")
	second=$("$draw" -l ja "$months/$name.json" | sha256sum)
	third=$(TZ=America/New_York LC_ALL=C "$draw" -l ja "$months/$name.json" | sha256sum)
	check_equal "$name: two processes draw the same bytes" "$first" "$second"
	check_equal "$name: whatever the zone and the language of the process" "$first" "$third"
done
if "$draw" -n 3 -t 2 "$months/cloudy.json" >same 2>&1; then good "two threads draw the same bytes"; else
	bad "two threads: $(cat same)"
fi
"$draw" -f png -p 2 "$months/quiet.json" >page.png
check_equal "a page as a picture" 89504e47 "$(od -An -N4 -tx1 page.png | tr -d ' ')"
check_fails "a page that is not there" 1 'pages' "$draw" -f png -p 9 "$months/quiet.json"
echo '{"format":1}' >none.json
check_fails "no month" 1 "month" "$draw" none.json

finish
