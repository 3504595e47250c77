// @ts-check
/* One month: closing it, and the chamber's own report of it. */
import { h, html, useEffect, useLoad, useState } from '../lib.js';
import { count, mayDo, t, word, zone } from '../app.js';
import { get, send } from '../api.js';
import { useCommands } from '../commands.js';
import { Throttle } from '../core/throttle.js';
import { navigate } from '../router.js';
import { listen } from '../stream.js';
import { TextField, useWork } from '../ui/fields.js';
import { Fact, Failed, Loading, Time } from '../ui/parts.js';
import { Downloads, Runs, runStarted, Versions } from '../ui/report-parts.js';
import { BothLanguages } from '../ui/report-preview.js';
import { Tabs } from '../ui/tabs.js';

/** @typedef {import('../types-reports').MonthPage} MonthPage */

/** @param {{id: string}} props */
export function MonthView({ id }) {
	const { value, error, reload } = useLoad(() => get(`/v1/months/${id}`), id);
	const [held, setHeld] = useState(/** @type {MonthPage | null} */ (null));
	useEffect(() => {
		if (value) setHeld(/** @type {MonthPage} */ (value));
	}, [value]);
	useEffect(() => {
		document.title = `${zone().month(id)} - Hinomi`;
		const again = new Throttle(reload, 2000);
		const unlisten = listen((event) => event.event === 'report.upsert' && again.call());
		return () => {
			unlisten();
			again.stop();
		};
	}, [id]);
	useCommands(() => [{ id: 'back', keys: ['Escape'], label: word('command', 'back_list'), scope: 'page', run: () => navigate('/months') }], []);
	return html`<div class="page">
		${Tabs({ group: 'reports', current: 'months' })} ${h(Runs, { month: id, reload })}
		<div class="scrolls report-page">${error && !held && Failed({ error, retry: reload })} ${!held && !error && Loading()} ${held && h(Shown, { key: held.version ?? 0, m: held, reload })}</div>
	</div>`;
}

/** @param {{m: MonthPage, reload: () => void}} props */
function Shown({ m, reload }) {
	return html`<div class="stack-column">
		<header class="company-head">
			<div>
				<p class="chips"><a href="/months">${t('tab.months')}</a> <span class="dim">/</span> ${m.version === null ? html`<span class="chip">${t(m.over ? 'month.open' : 'month.running')}</span>` : html`<span class="chip step-sent">${t('month.is_closed')}</span> <span class="dim">${t('report.version', { n: m.version })} · ${m.closed_by ?? t('report.by_itself')}</span> ${Time({ ts: m.closed_at })}`}</p>
				<h2>${zone().month(m.month)}</h2>
			</div>
			<dl class="facts">
				${m.figures && html`${Fact({ label: t('metrics.monitored'), value: m.figures.monitored_companies })} ${Fact({ label: t('column.incidents'), value: m.figures.incidents })}`} ${Fact({ label: t('month.reports'), value: html`<a href=${`/reports?month=${m.month}`}>${count(m.reports.total)}</a>` })}
			</dl>
		</header>
		${h(Closing, { m, reload })}
		${m.version !== null &&
		html`<section class="card">
				<h2>${t('month.chamber')} ${h(Downloads, { path: `/v1/months/${m.month}/file?language=${document.documentElement.lang}`, formats: ['pdf', 'xlsx', 'csv', 'json'], name: m.month })}</h2>
				${h(BothLanguages, { path: `/v1/months/${m.month}/file`, own: 'ja', stamp: String(m.version) })}
			</section>
			<section class="card"><h2>${t('report.versions')}</h2>${Versions({ versions: m.versions, current: m.version })}</section>`}
	</div>`;
}

/** Closing freezes; once more asks why. @param {{m: MonthPage, reload: () => void}} props */
function Closing({ m, reload }) {
	const [busy, run] = useWork(reload);
	const [asking, setAsking] = useState(false);
	const [reason, setReason] = useState('');
	const again = m.version !== null;
	if (!m.over) return html`<p class="hint">${t('month.running_hint')}</p>`;
	const close = () =>
		run(async () => {
			await send('POST', `/v1/months/${m.month}/close`, again ? { reason: reason.trim() } : {});
			setAsking(false);
			runStarted(m.month);
		});
	return html`<section class=${again && !m.outdated ? 'closing' : 'card closing'}>
		${again ? m.outdated ? html`<p class="notice">${t('month.outdated_hint', { n: m.outdated })}</p>` : '' : html`<p>${t('month.close_hint')}</p>`}
		${mayDo('manage_reports') && !asking && html`<button class=${again ? 'button' : 'button primary'} disabled=${busy || m.run !== null} onClick=${() => (again ? setAsking(true) : close())}>${t(again ? 'month.close_again' : 'month.close')}</button>`}
		${asking &&
		html`<form class="stacked" onSubmit=${(/** @type {Event} */ e) => (e.preventDefault(), close())}>
			${TextField({ label: t('month.reason'), value: reason, onInput: setReason, required: true, max: 500, wide: true, hint: t('month.reason_hint') })}
			<div class="actions"><button class="button primary" disabled=${busy || !reason.trim()}>${t('month.close_again')}</button><button type="button" class="button quiet" onClick=${() => setAsking(false)}>${t('action.cancel')}</button></div>
		</form>`}
	</section>`;
}
