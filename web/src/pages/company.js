// @ts-check
/* One company: all that somebody who answers its call needs, without a click. */
import { h, html, useEffect, useLoad } from '../lib.js';
import { count, mayDo, ruleTitle, t, word } from '../app.js';
import { get } from '../api.js';
import { useCommands } from '../commands.js';
import { Throttle } from '../core/throttle.js';
import { navigate } from '../router.js';
import { listen } from '../stream.js';
import { Certificates } from '../ui/certificates.js';
import { CompanyDesk } from '../ui/company-desk.js';
import { MemberReports } from '../ui/member-reports.js';
import { SeverityLegend, SeverityStack } from '../ui/charts.js';
import { DirectionChip, Empty, Fact, Failed, Loading, Severity, StateChip, Time } from '../ui/parts.js';
import { Pair } from '../ui/peek.js';
import { TableGrid } from '../ui/table-grid.js';
import { sensorColumns } from './sensors.js';

/** @typedef {import('../types').CompanyPage} CompanyPage */
/** @typedef {import('../types').CompanySummary} CompanySummary */

/** A company under attack changes ten times a second: its summary is loaded again every two seconds at most. */
const RELOAD_MS = 2000;
const OPEN_SHOWN = 12;

/** @param {{id: string}} props */
export function CompanyView({ id }) {
	const company = useLoad(() => get(`/v1/companies/${id}`), id);
	const summary = useLoad(() => get(`/v1/companies/${id}/summary`), id);
	useEffect(() => {
		const again = new Throttle(() => (company.reload(), summary.reload()), RELOAD_MS);
		const unlisten = listen((event) => {
			const { incident, sensor } = event.data;
			if (event.event === 'reset' || (incident ?? sensor)?.company_id === Number(id)) again.call();
		});
		return () => {
			unlisten();
			again.stop();
		};
	}, [id]);
	useCommands(
		() => [
			{ id: 'back', keys: ['Escape'], label: word('command', 'back_list'), scope: 'page', run: () => navigate('/companies') },
			{ id: 'company_alerts', keys: ['o'], label: word('command', 'company_alerts'), scope: 'page', run: () => navigate(`/inbox?company=${id}`) },
		],
		[id],
	);
	const error = company.error ?? summary.error;
	if (error) return html`<div class="page">${Failed({ error, retry: () => location.reload() })}</div>`;
	if (!company.value || !summary.value) return html`<div class="page">${Loading()}</div>`;
	return Shown({ c: /** @type {CompanyPage} */ (company.value), s: /** @type {CompanySummary} */ (summary.value), reload: company.reload });
}

/** @param {{c: CompanyPage, s: CompanySummary, reload: () => void}} props */
function Shown({ c, s, reload }) {
	return html`<div class="page company scrolls">
		<header class="company-head">
			<div>
				<p class="chips"><a href="/companies">${t('page.companies')}</a><span class="dim">/</span><span class=${c.member ? 'chip member' : 'chip'}>${t(c.member ? 'company.member' : 'company.non_member')}</span>${c.tags.map((tag) => html`<span class="chip">${tag}</span>`)}</p>
				<h2>${c.name}</h2>
				<p class="dim">${[c.industry, c.employees === null ? '' : t('company.employees', { n: c.employees }), c.area, c.member_no].filter(Boolean).join(' · ')}</p>
			</div>
			<dl class="facts">
				${Fact({ label: t('company.open'), value: c.open_incidents })} ${Fact({ label: t('company.open_grave'), value: c.open_grave, tone: c.open_grave ? 'hot' : '' })} ${Fact({ label: t('company.detections_30d'), value: c.detections_30d })}
				${Fact({ label: t('column.sensors'), value: c.sensors })} ${Fact({ label: t('company.sensors_down'), value: c.sensors_down, tone: c.sensors_down ? 'hot' : '' })}
				${Fact({ label: t('column.last_seen'), value: Time({ ts: c.last_seen_at }) })}
			</dl>
			<div class="actions">
				<a class="button" href=${`/inbox?company=${c.id}`}>${t('company.alerts')}</a>
				<a class="button" href=${`/incidents?company=${c.id}`}>${t('company.incidents')}</a>
			</div>
		</header>
		${mayDo('see_desk') && h(CompanyDesk, { key: c.id, company: c.id, member: c.member })}
		<section class="card">
			<h2>${t('company.stack')} ${SeverityLegend()}</h2>
			${h(SeverityStack, { days: s.days })}
		</section>
		<div class="two">
			<div class="stack-column">${OpenIncidents({ s, c })} ${Watch({ c })}</div>
			<div class="stack-column">${mayDo('see_reports') && h(MemberReports, { key: c.id, company: c.id, written: c.report_language, changed: reload })} ${mayDo('see_reports') && h(Certificates, { key: c.id, company: c.id })} ${TopSignatures({ s, id: c.id })}</div>
		</div>
		<section class="card">
			<h2>${t('page.sensors')}</h2>
			${s.sensors.length ? h(/** @type {typeof TableGrid<import('../types').Sensor>} */ (TableGrid), { label: t('page.sensors'), columns: () => sensorColumns(false), items: s.sensors, sort: { key: 'state', down: true }, rows: 10 }) : Empty({ text: t('company.no_sensors') })}
		</section>
	</div>`;
}

/** The gravest of them. @param {{s: CompanySummary, c: CompanyPage}} props */
function OpenIncidents({ s, c }) {
	const shown = s.open_incidents.slice(0, OPEN_SHOWN);
	return html`<section class="card">
		<h2>${t('company.open')}</h2>
		${!s.open_incidents.length && Empty({ text: t('company.no_open') })}
		<table class="plain">
			<tbody>
				${shown.map(
					(i) => html`<tr>
						<td>${Severity({ level: i.severity })}</td>
						<td>${StateChip({ state: i.state })}</td>
						<td>${DirectionChip(i)}</td>
						<td class="grow"><a href=${`/incidents/${i.id}`}>#${i.no} ${ruleTitle(i)}</a></td>
						<td>${i.owner?.display_name ?? ''}</td>
						<td>${Time({ ts: i.last_ts })}</td>
					</tr>`,
				)}
			</tbody>
		</table>
		${c.open_incidents > shown.length && html`<p class="more"><a href=${`/incidents?company=${c.id}`}>${t('company.all_open', { n: c.open_incidents })}</a></p>`}
	</section>`;
}

/** @param {{s: CompanySummary, id: number}} props */
function TopSignatures({ s, id }) {
	const most = Math.max(1, ...s.top_signatures.map((x) => x.count));
	return html`<section class="card">
		<h2>${t('company.top')}</h2>
		${!s.top_signatures.length && Empty({ text: t('company.no_signatures') })}
		<table class="plain top">
			<tbody>
				${s.top_signatures.map(
					(x) => html`<tr>
						<td>${DirectionChip({ direction: x.direction })}</td>
						<td class="grow"><a href=${`/inbox?company=${id}&q=${encodeURIComponent(x.signature ?? '')}`}>${x.signature ?? '―'}</a></td>
						<td class="share"><svg viewBox="0 0 60 8" preserveAspectRatio="none" aria-hidden="true"><rect width=${(60 * x.count) / most} height="8" /></svg></td>
						<td class="end">${count(x.count)}</td>
					</tr>`,
				)}
			</tbody>
		</table>
	</section>`;
}

/** What is watched, and since when. @param {{c: CompanyPage}} props */
function Watch({ c }) {
	return html`<section class="card">
		<h2>${t('company.watch')}</h2>
		<dl class="pairs">
			${Pair(t('company.spans'), c.spans.length ? c.spans.map((x) => html`<span class="span">${x.from} – ${x.to ?? t('company.now')}</span>`) : '―')}
			${Pair(t('company.networks'), c.networks.length ? html`<code>${c.networks.join(', ')}</code>` : t('company.private'))}
		</dl>
	</section>`;
}
