/* The texts as shipped, and facts to try them with. A notice to the operator's people is complete in itself: what,
 * where, since when, who is asked next. A member's is in plain words, says what to do and whom to ring up, and never
 * that all is well: that is not ours to say. */
#include "server/model/notice.h"

struct shipped {
	const char *kind;
	const char *subject[2], *body[2]; /* English, Japanese */
};

/* company: what happened (INC-123) */
#define TITLE "{{#company}}{{company}}: {{/company}}{{title}}{{#reference}} ({{reference}}){{/reference}}"

#define ABOUT_EN                   \
	"What: {{title}}\n"        \
	"Company: {{company}}\n"   \
	"Severity: {{severity}}\n" \
	"Since: {{since}}\n"       \
	"Number: {{reference}}\n"
#define ABOUT_JA                    \
	"内容: {{title}}\n"       \
	"会社: {{company}}\n"     \
	"重大度: {{severity}}\n" \
	"発生: {{since}}\n"       \
	"番号: {{reference}}\n"

#define LINK_EN      "{{#link}}Take it on, or say that you cannot (no sign-in needed):{{/link}}\n{{link}}\n"
#define LINK_JA      "{{#link}}「対応開始」「対応できない」の回答（サインイン不要）:{{/link}}\n{{link}}\n"
#define URL_LINES_EN "{{#url}}On the dashboard:{{/url}}\n{{url}}\n"
#define URL_LINES_JA "{{#url}}詳しい画面:{{/url}}\n{{url}}\n"
#define URL_EN       "\n" URL_LINES_EN "\n{{sender}}\n"
#define URL_JA       "\n" URL_LINES_JA "\n{{sender}}\n"
#define WHAT_EN      "What: {{title}}\n{{what}}\n"
#define WHAT_JA      "内容: {{title}}\n{{what}}\n"

/* What asks somebody to act; its first line says what is wanted. */
#define PAGE_EN                                                                                  \
	ABOUT_EN "{{#count}}Cases: {{count}}{{/count}}\n"                                        \
		 "{{others}}\n"                                                                  \
		 "\n"                                                                            \
		 "{{details}}\n"                                                                 \
		 "\n" LINK_EN URL_LINES_EN "\n"                                                  \
		 "Why you: {{you}}\n"                                                            \
		 "Step: {{step}}\n"                                                              \
		 "If nobody answers, next: {{next_who}}{{#next_at}} ({{next_at}}){{/next_at}}\n" \
		 "\n" DESK_EN
#define PAGE_JA                                                                                                     \
	ABOUT_JA "{{#count}}件数: {{count}} 件{{/count}}\n"                                                      \
		 "{{others}}\n"                                                                                     \
		 "\n"                                                                                               \
		 "{{details}}\n"                                                                                    \
		 "\n" LINK_JA URL_LINES_JA "\n"                                                                     \
		 "あなたに連絡した理由: {{you}}\n"                                                        \
		 "手順: {{step}}\n"                                                                               \
		 "回答がない場合、次の連絡先: {{next_who}}{{#next_at}}（{{next_at}}）{{/next_at}}\n" \
		 "\n" DESK_JA

#define DESK_EN "{{#desk_phone}}Help desk: {{desk_phone}}{{/desk_phone}}\n{{sender}}\n"
#define DESK_JA "{{#desk_phone}}相談窓口: {{desk_phone}}{{/desk_phone}}\n{{sender}}\n"

/* How a notice to a member begins and ends. */
#define DEAR_EN "{{company}}\n{{#contact}}Dear {{contact}},{{/contact}}\n\n"
#define DEAR_JA "{{company}}\n{{#contact}}{{contact}} 様{{/contact}}\n\n"
#define CALL_EN                                                                                             \
	"\n"                                                                                                \
	"{{#desk_phone}}Questions, or anything unusual? Please ring us up: {{desk_phone}}{{/desk_phone}}\n" \
	"{{#desk_mail}}By mail: {{desk_mail}}{{/desk_mail}}\n"                                              \
	"{{#reference}}Please mention this number: {{reference}}{{/reference}}\n"                           \
	"\n"                                                                                                \
	"{{sender}}\n"
#define CALL_JA                                                                                                                             \
	"\n"                                                                                                                                \
	"{{#desk_phone}}ご不明な点や、いつもと違うことがあれば、お電話ください: {{desk_phone}}{{/desk_phone}}\n" \
	"{{#desk_mail}}メール: {{desk_mail}}{{/desk_mail}}\n"                                                                            \
	"{{#reference}}お問い合わせの際は、この番号をお伝えください: {{reference}}{{/reference}}\n"                   \
	"\n"                                                                                                                                \
	"{{sender}}\n"
#define SEEN_EN                                                                                 \
	"\n"                                                                                    \
	"{{#link}}Please let us know that you have read this (one tap, no sign-in):{{/link}}\n" \
	"{{link}}\n"
#define SEEN_JA                                                                                                                                      \
	"\n"                                                                                                                                         \
	"{{#link}}お読みになったら、こちらを開いて「見ました」を押してください（サインイン不要）:{{/link}}\n" \
	"{{link}}\n"

static const struct shipped texts[] = {
	{ "page",
	  { "[{{severity}}] " TITLE, "[{{severity}}] " TITLE },
	  { "Please answer: somebody must take this on.\n\n" PAGE_EN,
	    "回答をお願いします。どなたかの対応が必要です。\n\n" PAGE_JA } },
	{ "page_graver",
	  { "[{{severity}}] It got worse: " TITLE, "[{{severity}}] 悪化・拡大: " TITLE },
	  { "This got worse, or spread, since you were last told.\nSeverity until now: {{was}}\n\n" PAGE_EN,
	    "前回の連絡のあと、悪化または拡大しました。\nこれまでの重大度: {{was}}\n\n" PAGE_JA } },
	{ "answered",
	  { "[Taken on] " TITLE, "[対応開始] " TITLE },
	  { "Taken on by: {{who}}{{#at}} ({{at}}){{/at}}\nYou need not answer any more.\n\n" ABOUT_EN URL_EN,
	    "対応者: {{who}}{{#at}}（{{at}}）{{/at}}\n対応が始まりました。回答は不要です。\n\n" ABOUT_JA URL_JA } },
	{ "expired",
	  { "[{{severity}}] Still open: " TITLE, "[{{severity}}] 未解決: " TITLE },
	  { "This was taken on but is still not settled. Please answer anew.\n"
	    "Taken on by: {{who}}{{#at}} ({{at}}){{/at}}\n\n" PAGE_EN,
	    "対応が始まりましたが、まだ解決していません。あらためて回答をお願いします。\n"
	    "これまでの対応者: {{who}}{{#at}}（{{at}}）{{/at}}\n\n" PAGE_JA } },
	{ "closed",
	  { "[Closed] " TITLE, "[終了] " TITLE },
	  { "This is settled.\nBy: {{who}}{{#at}} ({{at}}){{/at}}\nReason: {{reason}}\n\n" ABOUT_EN URL_EN,
	    "この件は終わりました。\n終了者: {{who}}{{#at}}（{{at}}）{{/at}}\n理由: {{reason}}\n\n" ABOUT_JA URL_JA } },
	{ "leads",
	  { "[Nobody answers] [{{severity}}] " TITLE, "[応答なし] [{{severity}}] " TITLE },
	  { "Nobody has answered this page; all steps of the policy are through.\n"
	    "Please see to it yourself. You are told every hour until somebody answers.\n"
	    "{{#loops}}Rounds: {{loops}}{{/loops}}\n"
	    "{{#asked}}Asked so far:{{/asked}}\n{{asked}}\n\n" PAGE_EN,
	    "この呼び出しには誰も回答していません。手順はすべて終わりました。\n"
	    "ご自身で対応をお願いします。回答があるまで 1 時間ごとにお知らせします。\n"
	    "{{#loops}}繰り返し: {{loops}} 回{{/loops}}\n"
	    "{{#asked}}これまでの連絡先:{{/asked}}\n{{asked}}\n\n" PAGE_JA } },
	{ "nobody",
	  { "[Nobody on call] [{{severity}}] " TITLE, "[当番不在] [{{severity}}] " TITLE },
	  { "Nobody is on call, so you are asked.\nSchedule without anybody: {{schedule}}\n"
	    "Please answer, and fill the gap in the schedule.\n\n" PAGE_EN,
	    "当番がいないため、あなたに連絡しました。\n当番のいない当番表: {{schedule}}\n"
	    "回答と、当番表の穴埋めをお願いします。\n\n" PAGE_JA } },
	{ "bundle",
	  { "{{count}} notices while the system was down", "システム停止中の連絡 {{count}} 件" },
	  { "Notices that could not be sent in time: {{count}}{{#from}} (from {{from}} to {{to}}){{/from}}\n"
	    "Please look at what is still open.\n\n{{list}}\n" URL_EN,
	    "時間内に送れなかった連絡: {{count}} 件{{#from}}（{{from}} から {{to}} まで）{{/from}}\n"
	    "まだ対応が必要なものがないか、ご確認ください。\n\n{{list}}\n" URL_JA } },
	{ "drill",
	  { "[Drill] Please answer this test", "[訓練] 呼び出しの確認です。回答してください" },
	  { "This is a test: nothing has happened. It shows whether a page reaches you.\n"
	    "{{#until}}Please answer by {{until}}.{{/until}}\nAsked for by: {{started_by}}\n\n" LINK_EN URL_EN,
	    "これは訓練です。実際の事案ではありません。呼び出しが届くかを確かめています。\n"
	    "{{#until}}{{until}} までに回答してください。{{/until}}\n実施者: {{started_by}}\n\n" LINK_JA URL_JA } },
	{ "member",
	  { "Important: {{#company}}{{company}}, {{/company}}please check one of your devices"
	    "{{#reference}} ({{reference}}){{/reference}}",
	    "【重要】{{#company}}{{company}} 様: {{/company}}社内の機器の確認をお願いします"
	    "{{#reference}}（{{reference}}）{{/reference}}" },
	  { DEAR_EN
	    "We watch over your network, and have noticed something that you should look at.\n\n{{what}}\n"
	    "Which device: {{device}}\nSince: {{since}}\nUrgency: {{severity}}\n"
	    "For your IT people: {{title}}\n\n"
	    "What we ask you to do:\n"
	    "{{advice}}\n"
	    "- If the device behaves oddly, pull its network cable or switch its Wi-Fi off. Leave it switched on.\n"
	    "- Do not delete or repair anything before you have spoken to us.\n" SEEN_EN CALL_EN,
	    DEAR_JA
	    "お使いのネットワークで、確認していただきたいことが見つかりました。\n\n{{what}}\n"
	    "対象の機器: {{device}}\nいつから: {{since}}\n緊急度: {{severity}}\n"
	    "検知名（ITご担当の方へ）: {{title}}\n\n"
	    "お願いしたいこと:\n"
	    "{{advice}}\n"
	    "・機器の様子がおかしいときは、LAN ケーブルを抜くか Wi-Fi を切ってください。電源は切らないでください。\n"
	    "・私どもにご相談いただくまで、削除や修復はしないでください。\n" SEEN_JA CALL_JA } },
	{ "member_campaign",
	  { "Warning: the same attack at several companies{{#reference}} ({{reference}}){{/reference}}",
	    "【注意】複数の会社で同じ攻撃が起きています{{#reference}}（{{reference}}）{{/reference}}" },
	  { DEAR_EN "Something is going on at several companies at the moment. Please take care.\n\n{{what}}\n"
		    "For your IT people: {{title}}\n"
		    "\n{{#advice}}What we ask you to do:{{/advice}}\n{{advice}}\n" SEEN_EN CALL_EN,
	    DEAR_JA "現在、複数の会社で次のことが起きています。ご注意ください。\n\n{{what}}\n"
		    "検知名（ITご担当の方へ）: {{title}}\n"
		    "\n{{#advice}}お願いしたいこと:{{/advice}}\n{{advice}}\n" SEEN_JA CALL_JA } },
	{ "member_reminder",
	  { "Reminder: {{title}}{{#reference}} ({{reference}}){{/reference}}",
	    "【再度のお願い】{{title}}{{#reference}}（{{reference}}）{{/reference}}" },
	  { DEAR_EN "We asked you for something and have not heard from you yet.\n\n" WHAT_EN
		    "Asked on: {{asked_at}}\nPlease do it by: {{due}}\nOverdue: {{late}}\n" SEEN_EN CALL_EN,
	    DEAR_JA "以前お願いした次の件について、まだお返事をいただいていません。\n\n" WHAT_JA
		    "お願いした日: {{asked_at}}\n期限: {{due}}\n期限からの遅れ: {{late}}\n" SEEN_JA CALL_JA } },
	{ "sla",
	  { "[{{promise}}{{#missed}}: missed{{/missed}}] " TITLE, "[{{promise}}{{#missed}}: 超過{{/missed}}] " TITLE },
	  { "Promised: {{promise}}\nDue: {{due}}\nMissed by: {{missed}}\nWho has it: {{who}}\n\n" ABOUT_EN URL_EN,
	    "約束: {{promise}}\n期限: {{due}}\n超過: {{missed}}\n担当: {{who}}\n\n" ABOUT_JA URL_JA } },
	{ "reminder",
	  { "Reminder: " TITLE, "[期限] " TITLE },
	  { "What: {{title}}\nCompany: {{company}}\nNumber: {{reference}}\nDue: {{due}}\nOverdue: {{late}}\nWho has "
	    "it: "
	    "{{who}}\n\n{{details}}\n" URL_EN,
	    "内容: {{title}}\n会社: {{company}}\n番号: {{reference}}\n期限: {{due}}\n遅れ: {{late}}\n担当: {{who}}\n\n"
	    "{{details}}\n" URL_JA } },
	{ "ticket_answer",
	  { "Re: {{title}}{{#reference}} [{{reference}}]{{/reference}}",
	    "Re: {{title}}{{#reference}} [{{reference}}]{{/reference}}" },
	  { DEAR_EN "{{answer}}\n" CALL_EN "\n{{#question}}You wrote:{{/question}}\n{{question}}\n",
	    DEAR_JA "{{answer}}\n" CALL_JA "\n{{#question}}いただいたお問い合わせ:{{/question}}\n{{question}}\n" } },
	{ "order",
	  { "[{{kind}}] {{#company}}{{company}} {{/company}}({{reference}}){{#change}}: {{change}}{{/change}}",
	    "[{{kind}}] {{#company}}{{company}} {{/company}}（{{reference}}）{{#change}}: {{change}}{{/change}}" },
	  { "Changed: {{change}}\n"
	    "Order: {{reference}}\nKind: {{kind}}\nCompany: {{company}}\nPlace: {{place}}\n"
	    "Contact there: {{contact}}{{#contact_phone}} {{contact_phone}}{{/contact_phone}}\nWanted by: "
	    "{{wanted_by}}\n\n"
	    "{{#task}}Task:{{/task}}\n{{task}}\n\n{{#url}}Accept or decline (sign-in "
	    "needed):{{/url}}\n{{url}}\n\n" DESK_EN,
	    "変更: {{change}}\n"
	    "依頼番号: {{reference}}\n種類: {{kind}}\n訪問先: {{company}}\n場所: {{place}}\n"
	    "先方の担当: {{contact}}{{#contact_phone}} {{contact_phone}}{{/contact_phone}}\n希望日時: {{wanted_by}}\n\n"
	    "{{#task}}作業内容:{{/task}}\n{{task}}\n\n{{#url}}引き受け・辞退の回答（サインインが必要）:{{/"
	    "url}}\n{{url}}\n\n" DESK_JA } },
	{ "report",
	  { "[{{report}}] {{about}} {{company}}{{#issue}} (issue {{issue}}){{/issue}}",
	    "[{{report}}] {{about}} {{company}}{{#issue}}（再発行・第{{issue}}版）{{/issue}}" },
	  { DEAR_EN
	    "We have a report for you: {{report}}{{#about}}, {{about}}{{/about}}.\n"
	    "{{#issue}}It is issue {{issue}} and takes the place of the one that you got before; the report says "
	    "why.{{/issue}}\n"
	    "\n"
	    "{{#link}}To read it, please open this page. You sign in there, or we mail you a code of six "
	    "digits:{{/link}}\n"
	    "{{link}}\n"
	    "{{#valid_until}}The page can be used until {{valid_until}}.{{/valid_until}}\n"
	    "{{#attached}}As you asked, it is attached as well: {{attached}}{{/attached}}\n"
	    "{{#too_large}}It is too large for a mail, so it is not attached this time: {{too_large}}{{/too_large}}\n"
	    "\n"
	    "What the report says is not in this mail, since mails can be read on their way.\n" CALL_EN,
	    DEAR_JA
	    "{{report}}{{#about}}（{{about}}）{{/about}}ができましたので、お知らせします。\n"
	    "{{#issue}}先にお届けしたものに代わる第{{issue}}版です。変更の理由はレポートの中に書いてあります。{{/"
	    "issue}}\n"
	    "\n"
	    "{{#link}}次のページを開いてご覧ください。ログインするか、メールで届く6桁の確認コードを入力すると開けます:{"
	    "{/link}}\n"
	    "{{link}}\n"
	    "{{#valid_until}}このページは {{valid_until}}まで使えます。{{/valid_until}}\n"
	    "{{#attached}}ご希望により、このメールにも添付しています: {{attached}}{{/attached}}\n"
	    "{{#too_large}}ファイルが大きいため、今回は添付していません: {{too_large}}{{/too_large}}\n"
	    "\n"
	    "メールは途中で読まれることがあるため、レポートの内容はこのメールの本文には書いていません。\n" CALL_JA } },
	{ "report_code",
	  { "Your code to open: {{report}}", "【確認コード】{{report}}を開くための番号" },
	  { DEAR_EN
	    "With this code you can open: {{report}}{{#about}}, {{about}}{{/about}}.\n"
	    "\n"
	    "{{code}}\n"
	    "\n"
	    "Please type it in on the page that asks for it. It holds for {{minutes}} minutes, and for one time.\n"
	    "If you did not ask for it, you need not do anything: without the code nobody can open the report.\n"
	    "Please tell it to nobody. We never ask for it, neither by mail nor by telephone.\n" CALL_EN,
	    DEAR_JA
	    "{{report}}{{#about}}（{{about}}）{{/about}}を開くための確認コードです。\n"
	    "\n"
	    "{{code}}\n"
	    "\n"
	    "コードを求めている画面に入力してください。{{minutes}}分間、1回だけ使えます。\n"
	    "心当たりがないときは、何もなさらなくて結構です。コードがなければ、レポートは開けません。\n"
	    "コードは誰にも教えないでください。私どもが電話やメールでお尋ねすることはありません。\n" CALL_JA } },
	{ "channel_test",
	  { "Test of the channel {{name}}", "連絡先の確認: {{name}}" },
	  { "This is a test of a channel; nothing has happened. Who can read it is reached.\n"
	    "Channel: {{name}}\nAsked for by: {{who}}{{#at}} ({{at}}){{/at}}\n\n{{sender}}\n",
	    "連絡先の確認です。実際の事案ではありません。これが読めれば、連絡は届いています。\n"
	    "連絡先: {{name}}\n実施者: {{who}}{{#at}}（{{at}}）{{/at}}\n\n{{sender}}\n" } },
	{ "lamp",
	  { "[Hinomi] {{title}}", "[Hinomi] {{title}}" },
	  { "The monitoring itself needs looking at.\n\nWhat: {{title}}\nSince: {{since}}\n\n{{details}}\n" URL_EN,
	    "監視システム自体の確認をお願いします。\n\n内容: {{title}}\nいつから: "
	    "{{since}}\n\n{{details}}\n" URL_JA } },
};

struct notice_text notice_text_shipped(const struct notice_kind *kind, bool japanese)
{
	struct notice_text text = { 0 };

	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		if (strcmp(texts[i].kind, kind->name) != 0)
			continue;
		text.subject = slice_of_string(texts[i].subject[japanese]);
		text.body = slice_of_string(texts[i].body[japanese]);
	}
	return text;
}

const char *notice_link_label(const struct notice_kind *kind, bool japanese)
{
	if (strncmp(kind->name, "member", 6) == 0)
		return japanese ? "「見ました」を知らせる" : "I have read this";
	if (strcmp(kind->name, "report") == 0)
		return japanese ? "レポートを開く" : "Open the report";
	return japanese ? "回答する" : "Answer";
}

const char *notice_url_label(bool japanese)
{
	return japanese ? "詳しい画面を開く" : "Open the dashboard";
}

/* Every name that there is: a kind takes those that it knows. */
static const char sample_en[] =
    "{\"severity\": \"Critical\", \"was\": \"High\", \"company\": \"Sample Metalworks Ltd\", "
    "\"title\": \"A device inside talks to a control server\", \"reference\": \"INC-123\", "
    "\"since\": \"2026-11-24 02:14\", \"details\": \"192.168.1.23 > 203.0.113.66:443, 14 times, not blocked\", "
    "\"count\": 3, \"others\": \"Sample Foods\\nSample Transport\", \"you\": \"Primary, until 9:00\", "
    "\"step\": \"1/5\", \"next_who\": \"Hanako Yamada\", \"next_at\": \"02:24\", \"who\": \"Taro Suzuki\", "
    "\"at\": \"02:17\", \"reason\": \"True positive, contained\", \"asked\": \"Taro Suzuki\\nHanako Yamada\", "
    "\"loops\": 3, "
    "\"schedule\": \"Primary\", \"from\": \"01:00\", \"to\": \"02:00\", \"list\": \"INC-121 A virus was sent\\nINC-122 "
    "Guessed sign-ins\", \"until\": \"12:00\", \"started_by\": \"Taro Suzuki\", \"contact\": \"Ichiro Tanaka\", "
    "\"what\": \"One of your computers keeps calling a server that criminals are known to use.\", "
    "\"device\": \"192.168.1.23 (accounting)\", \"advice\": \"- Please tell us who uses this computer.\", "
    "\"asked_at\": \"2026-11-20\", \"due\": \"2026-11-27 17:00\", \"late\": \"2 days\", "
    "\"promise\": \"Member told within 15 minutes\", \"missed\": \"3 minutes\", "
    "\"answer\": \"The mail is not genuine. Please delete it.\", \"question\": \"> Is this mail genuine?\", "
    "\"kind\": \"On site\", \"task\": \"Disconnect the computer, secure its disk.\", \"place\": \"1-2-3 Honmachi, "
    "Osaka\", "
    "\"contact_phone\": \"06-0000-0000\", \"wanted_by\": \"2026-11-24 10:00\", \"change\": \"New order\", "
    "\"name\": \"Chat room\", \"report\": \"Monthly report\", \"about\": \"October 2026\", \"issue\": 2, "
    "\"valid_until\": \"2027-02-03\", \"attached\": \"2026-10-report-R-12.pdf\", \"code\": \"012345\", "
    "\"minutes\": 10, \"link\": \"https://soc.example.jp/a/sample\", "
    "\"url\": \"https://soc.example.jp/incidents/123\", \"desk_phone\": \"0120-000-000\", "
    "\"desk_mail\": \"desk@example.jp\", \"sender\": \"Sample Chamber of Commerce\"}";
static const char sample_ja[] =
    "{\"severity\": \"緊急\", \"was\": \"高\", \"company\": \"見本金属工業株式会社\", "
    "\"title\": \"社内の機器が不正なサーバーと通信\", \"reference\": \"INC-123\", "
    "\"since\": \"11月24日 2:14\", \"details\": \"192.168.1.23 → 203.0.113.66:443、14 回、遮断されていません\", "
    "\"count\": 3, \"others\": \"見本食品\\n見本運輸\", \"you\": \"一次当番（9:00 まで）\", "
    "\"step\": \"1/5\", \"next_who\": \"山田 花子\", \"next_at\": \"2:24\", \"who\": \"鈴木 太郎\", "
    "\"at\": \"2:17\", \"reason\": \"真の検知、封じ込め済\", \"asked\": \"鈴木 太郎\\n山田 花子\", \"loops\": 3, "
    "\"schedule\": \"一次当番\", \"from\": \"1:00\", \"to\": \"2:00\", \"list\": \"INC-121 ウイルスの送信\\nINC-122 "
    "サインインの試行\", \"until\": \"12:00\", \"started_by\": \"鈴木 太郎\", \"contact\": \"田中 一郎\", "
    "\"what\": \"社内のパソコン 1 台が、犯罪に使われているサーバーへ繰り返し接続しています。\", "
    "\"device\": \"192.168.1.23（経理）\", \"advice\": \"・このパソコンをどなたがお使いか、お知らせください。\", "
    "\"asked_at\": \"11月20日\", \"due\": \"11月27日 17:00\", \"late\": \"2 日\", "
    "\"promise\": \"15 分以内に会員へ連絡\", \"missed\": \"3 分\", "
    "\"answer\": \"そのメールは本物ではありません。削除してください。\", \"question\": \"> このメールは本物ですか\", "
    "\"kind\": \"駆け付け\", \"task\": \"パソコンの切り離しと、ディスクの保全\", \"place\": \"大阪市中央区本町 "
    "1-2-3\", "
    "\"contact_phone\": \"06-0000-0000\", \"wanted_by\": \"11月24日 10:00\", \"change\": \"新しい依頼\", "
    "\"name\": \"チャットルーム\", \"report\": \"月次レポート\", \"about\": \"2026年10月分\", \"issue\": 2, "
    "\"valid_until\": \"2027年2月3日\", \"attached\": \"2026-10-report-R-12.pdf\", \"code\": \"012345\", "
    "\"minutes\": 10, \"link\": \"https://soc.example.jp/a/sample\", "
    "\"url\": \"https://soc.example.jp/incidents/123\", \"desk_phone\": \"0120-000-000\", "
    "\"desk_mail\": \"desk@example.jp\", \"sender\": \"見本商工会議所\"}";

const char *notice_sample(const struct notice_kind *kind, bool japanese)
{
	(void)kind;
	return japanese ? sample_ja : sample_en;
}
