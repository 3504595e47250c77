// @ts-check
/* Command palette and help: two dialogs over the same list of commands. */
import { h, html, signal, useEffect, useLayoutEffect, useRef, useSignal, useState } from '../lib.js';
import { me, singleKeys, t, useSingleKeys } from '../app.js';
import { get } from '../api.js';
import { allCommands } from '../commands.js';
import { may } from '../core/roles.js';
import { navigate } from '../router.js';
import { Icon } from './icons.js';

const open = signal(/** @type {'palette' | 'help' | ''} */ (''));

export function openPalette() {
	open.value = 'palette';
}

export function openHelp() {
	open.value = 'help';
}

export function Dialogs() {
	const which = useSignal(open);
	if (which === 'palette') return h(Palette, {});
	return which === 'help' ? h(Help, {}) : null;
}

/** A modal dialog for as long as it is shown. */
function useModal() {
	const dialog = useRef(/** @type {HTMLDialogElement | null} */ (null));
	/* Before the next key can come. */
	useLayoutEffect(() => {
		const before = document.activeElement;
		const node = dialog.current;
		node?.showModal();
		return () => {
			node?.close();
			if (before instanceof HTMLElement) before.focus({ preventScroll: true });
		};
	}, []);
	return dialog;
}

/** The dialog's own close event comes late: by then another one may be open. @param {'palette' | 'help'} which */
function close(which) {
	if (open.peek() === which) open.value = '';
}

/** @typedef {{label: string, keys: string[], run: () => void}} Choice */

/** What the palette offers for a text: commands, then companies by name. @param {string} text @param {{id: number, name: string}[]} companies @returns {Choice[]} */
function choices(text, companies) {
	const wanted = text.trim().toLowerCase();
	const fitting = allCommands().filter((c) => !c.hidden && c.label.toLowerCase().includes(wanted));
	const commands = [...fitting.filter((c) => !c.walks), ...fitting.filter((c) => c.walks)];
	const found = wanted ? companies.filter((c) => c.name.toLowerCase().includes(wanted)).slice(0, 8) : [];
	return [
		...commands.map((c) => ({ label: c.label, keys: c.keys, run: () => c.run() })),
		...found.map((c) => ({ label: `${t('page.companies')}: ${c.name}`, keys: [], run: () => navigate(`/companies/${c.id}`) })),
	];
}

function Palette() {
	const dialog = useModal();
	const [text, setText] = useState('');
	const [at, setAt] = useState(0);
	const [companies, setCompanies] = useState(/** @type {{id: number, name: string}[]} */ ([]));
	useEffect(() => {
		if (may(me.peek()?.role ?? '', 'live')) get('/v1/companies').then((answer) => setCompanies(answer.companies), () => undefined);
	}, []);
	const list = choices(text, companies);
	const place = Math.min(at, list.length - 1);
	/** @param {Choice | undefined} choice */
	const pick = (choice) => {
		close('palette');
		/* After the dialog has given the focus back. */
		if (choice) setTimeout(choice.run);
	};
	/** @param {KeyboardEvent} event */
	const onKey = (event) => {
		if (event.isComposing || event.keyCode === 229) return;
		const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
		if (by) setAt((place + by + list.length) % Math.max(1, list.length));
		else if (event.key === 'Enter') pick(list[place]);
		else if (event.key === 'k' && (event.ctrlKey || event.metaKey)) close('palette');
		else return;
		event.preventDefault();
	};
	useEffect(() => dialog.current?.querySelector('[aria-selected=true]')?.scrollIntoView({ block: 'nearest' }), [place]);
	return html`<dialog class="palette" ref=${dialog} onClose=${() => close('palette')} onClick=${closeOutside} aria-label=${t('palette.open')}>
		<input
			type="text"
			role="combobox"
			aria-expanded="true"
			aria-controls="palette-list"
			aria-activedescendant=${list.length ? `palette-${place}` : undefined}
			placeholder=${t('palette.hint')}
			aria-label=${t('palette.hint')}
			autocomplete="off"
			spellcheck=${false}
			value=${text}
			onKeyDown=${onKey}
			onInput=${(/** @type {Event} */ e) => {
				setText(/** @type {HTMLInputElement} */ (e.target).value);
				setAt(0);
			}}
		/>
		<ul role="listbox" id="palette-list" aria-label=${t('palette.open')}>
			${list.map(
				(c, i) => html`<li role="option" id=${`palette-${i}`} aria-selected=${i === place} onClick=${() => pick(c)} onMouseMove=${() => setAt(i)}>
					<span>${c.label}</span>${Keys({ keys: c.keys.slice(0, 1) })}
				</li>`,
			)}
			${!list.length && html`<li class="none">${t('palette.nothing')}</li>`}
		</ul>
	</dialog>`;
}

/** @param {MouseEvent} event */
function closeOutside(event) {
	if (event.target === event.currentTarget && event.target instanceof HTMLDialogElement) event.target.close();
}

/** @param {string} binding */
function shownKey(binding) {
	const names = { 'Mod+k': 'Ctrl K', ArrowDown: '↓', ArrowUp: '↑', ArrowLeft: '←', ArrowRight: '→', PageDown: 'PgDn', PageUp: 'PgUp', Escape: 'Esc' };
	return names[/** @type {keyof typeof names} */ (binding)] ?? (/^[A-Z]$/.test(binding) ? `Shift ${binding}` : binding);
}

/** @param {{keys: string[]}} props */
function Keys({ keys }) {
	return html`<span class="keys">${keys.map((k) => html`<kbd>${shownKey(k)}</kbd>`)}</span>`;
}

function Help() {
	const dialog = useModal();
	const on = useSignal(singleKeys);
	const commands = allCommands().filter((c) => c.keys.length);
	const section = (/** @type {'global' | 'page'} */ scope) => {
		const list = commands.filter((c) => c.scope === scope);
		return (
			list.length > 0 &&
			html`<section>
				<h3>${t(scope === 'global' ? 'help.everywhere' : 'help.here')}</h3>
				<ul>
					${list.map((c) => html`<li><span>${c.label}</span>${Keys({ keys: c.keys })}</li>`)}
				</ul>
			</section>`
		);
	};
	return html`<dialog class="help" ref=${dialog} onClose=${() => close('help')} onClick=${closeOutside} aria-label=${t('help.title')}>
		<header>
			<h2>${t('help.title')}</h2>
			<button class="icon-button" onClick=${() => close('help')} aria-label=${t('action.close')}>${Icon({ name: 'close' })}</button>
		</header>
		<div class="help-body">${section('page')} ${section('global')}</div>
		<footer>
			<label><input type="checkbox" checked=${on} onChange=${(/** @type {Event} */ e) => useSingleKeys(/** @type {HTMLInputElement} */ (e.target).checked)} />${t('help.single_keys')}</label>
			<p>${t('help.freeze')}</p>
		</footer>
	</dialog>`;
}
