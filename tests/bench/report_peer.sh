# shellcheck shell=sh
# Part of report.sh: one month's report (tests/data/reports/cloudy.json: two pages and an annex) drawn by us and, with the
# same words, table, marks and bars, by WeasyPrint from HTML. Both draw it again and again in one process, so that neither
# pays for its start (the system's Python, where Debian puts WeasyPrint); WeasyPrint gets its fonts set up once, as its manual advises. BENCH_PEER_REPORTS: how often (8).

sample=$top/tests/data/reports/cloudy.json
peer_reports=${BENCH_PEER_REPORTS:-8}

peer_bars() { # FIELD: 13 bars in SVG
	jq -r --arg field "$1" '([.months[][$field]] | max) as $most | [.months | to_entries[] | .key as $i | .value |
		((if $most > 0 then .[$field] * 50 / $most else 0 end)) as $h |
		"<rect x=\"\($i * 19 + 3)\" y=\"\(60 - $h)\" width=\"13\" height=\"\($h)\" fill=\"#999\"/>" +
		"<text x=\"\($i * 19 + 9)\" y=\"\(57 - $h)\" font-size=\"7.5\" text-anchor=\"middle\">\(.[$field])</text>" +
		"<text x=\"\($i * 19 + 9)\" y=\"70\" font-size=\"7.5\" text-anchor=\"middle\">\(.month[5:7] | tonumber)月</text>"] |
		"<svg width=\"250\" height=\"74\" style=\"float:right\">" + join("") + "</svg>"' "$sample"
}
peer_page() { # the words of our own two pages, then the annex
	cat <<-'HTML'
		<!DOCTYPE html><html lang="ja"><head><meta charset="utf-8"><title>2026年10月 見守りレポート</title><style>
		@page { size: A4; margin: 48pt 42pt; @top-right { content: "TLP:AMBER"; font-size: 8.5pt }
			@bottom-right { content: counter(page) " / " counter(pages); font-size: 8.5pt } }
		body { font: 10.5pt/1.3 IPAexGothic, "Noto Sans CJK JP" } h1 { font-size: 19pt } h2 { font-size: 12.5pt; clear: both }
		h1, h2 { margin: 9pt 0 3pt } p, pre { margin: 0 0 2pt; font: inherit; white-space: pre-wrap }
		.box { background: #f1f1f1; border: 0.6pt solid #777; padding: 9pt } .new { page-break-before: always }
		table { width: 100%; border-collapse: collapse; font-size: 8pt } th { background: #e6e6e6; text-align: left }
		td, th { padding: 2.2pt 4pt; border-bottom: 0.3pt solid #bbb; vertical-align: top }
		</style></head><body>
	HTML
	pdftotext -layout -f 1 -l 1 "$STATE/ours.pdf" - | peer_words
	peer_bars inbound
	echo '<div class="new"></div>'
	peer_bars outbound
	peer_bars viruses
	pdftotext -layout -f 2 -l 2 "$STATE/ours.pdf" - | peer_words
	echo '<h1 class="new">付録（ITご担当の方へ）</h1><h2>検知の一覧</h2><table><tr><th>日時<th>件数<th>重要度<th>向き<th>種類<th>処置<th>検知名<th>通信</tr>'
	jq -r '.annex[] | "<tr><td>\(.first_at[5:16])<td>\(.detections)<td>\(.severity)<td>\(.direction)<td>\(.engine)<td>\(.action)" +
		"<td>\(.signature) [\(.signature_id)]<td>\(.source) → \(.destination):\(.destination_port)</tr>"' "$sample"
	echo '</table>'
	pdftotext -layout -f 4 -l 4 "$STATE/ours.pdf" - | peer_words
	echo '</body></html>'
}
# The lines that are headings in ours are headings there.
peer_words() {
	tr -d '\f' | sed -e 's/&/\&amp;/g; s/</\&lt;/g' -e 's/^ *//' | awk '
		/^(今月のまとめ|担当者から|お願いしたいこと|外からの攻撃（|中から外への|ウイルスの除去|ほかの会社|対応の記録|見守りの状態|今月のひとこと|ことばの説明)/ {
			print "<h2>" $0 "</h2>"; next }
		NF { print "<p>" $0 "</p>" }'
}

"$tools/draw_reports" "$sample" >"$STATE/ours.pdf"
peer_page >"$STATE/report.html"
"$tools/draw_reports" -n 100 "$sample" >"$STATE/ours" || give_up 'draw_reports'
/usr/bin/python3 - "$STATE/report.html" "$peer_reports" "$STATE/peer.pdf" >"$STATE/peer" 2>"$STATE/peer.log" <<'PYTHON' || give_up "WeasyPrint: $(tail -n 3 "$STATE/peer.log")"
import sys, time
import weasyprint
from weasyprint.text.fonts import FontConfiguration
text, times, out = open(sys.argv[1]).read(), int(sys.argv[2]), sys.argv[3]
fonts = FontConfiguration()
pdf = weasyprint.HTML(string=text).write_pdf(font_config=fonts)
open(out, 'wb').write(pdf)
start = time.monotonic()
for i in range(times):
    weasyprint.HTML(string=text).write_pdf(font_config=fonts)
print((time.monotonic() - start) * 1000 / times)
PYTHON
echo "a report: ours $(awk '{ print $4 " bytes, " $5 " pages" }' "$STATE/ours"); WeasyPrint $(wc -c <"$STATE/peer.pdf") bytes, $(pdfinfo "$STATE/peer.pdf" | awk '/^Pages/ { print $2 }') pages"
emit report report_ms "$(cut -d' ' -f1 "$STATE/ours")" ms WeasyPrint "$(cat "$STATE/peer")" lower
emit report report_cpu_ms "$(cut -d' ' -f2 "$STATE/ours")" ms
