// @ts-check
/* Signing in, and the one-time set-up of a password. */
import { html, useState, useSignal } from '../lib.js';
import { language, signIn, t, useLanguage } from '../app.js';
import { ApiError, send } from '../api.js';
import { homeOf } from '../core/roles.js';
import { navigate } from '../router.js';
import { Brand } from '../ui/frame.js';

/** @param {FormData} form @param {string} name */
function field(form, name) {
	return String(form.get(name) ?? '');
}

/** @param {unknown} error */
function explain(error) {
	if (!(error instanceof ApiError)) return String(error);
	if (error.status === 401) return t('login.wrong');
	if (error.status === 429) return t('login.locked', { n: Math.max(1, Math.ceil(error.retryAfter / 60)) });
	return error.message;
}

/** A form that is sent once at a time. @param {(form: FormData) => Promise<void>} act */
function useForm(act) {
	const [busy, setBusy] = useState(false);
	const [error, setError] = useState('');
	/** @param {SubmitEvent} event */
	const onSubmit = async (event) => {
		event.preventDefault();
		if (busy) return;
		setBusy(true);
		setError('');
		try {
			await act(new FormData(/** @type {HTMLFormElement} */ (event.target)));
		} catch (cause) {
			setError(explain(cause));
		}
		setBusy(false);
	};
	return { busy, error, onSubmit };
}

/** @param {{title: string, children?: any}} props */
function Card({ title, children }) {
	return html`<div class="door">
		<div class="door-card">
			<div class="door-brand">${Brand()}<span>Hinomi</span></div>
			<h1>${title}</h1>
			${children}
		</div>
		<p class="door-language">
			${[['ja', '日本語'], ['en', 'English']].map(
				([name, label]) => html`<button class="text-button" lang=${name} aria-pressed=${language.peek() === name} onClick=${() => useLanguage(name)}>${label}</button>`,
			)}
		</p>
	</div>`;
}

export function Login() {
	useSignal(language);
	const { busy, error, onSubmit } = useForm(async (form) => {
		const answer = /** @type {import('../types').Me} */ (await send('POST', '/v1/session', { email: field(form, 'email').trim(), password: field(form, 'password') }));
		if (['/', '/login'].includes(location.pathname)) navigate(homeOf(answer.role), { replace: true });
		await signIn(answer);
	});
	return Card({
		title: t('login.title'),
		children: html`<form onSubmit=${onSubmit}>
			<label>${t('login.email')}<input name="email" type="email" autocomplete="username" required autofocus /></label>
			<label>${t('login.password')}<input name="password" type="password" autocomplete="current-password" required /></label>
			${error && html`<p class="form-error" role="alert">${error}</p>`}
			<button class="button primary" type="submit" disabled=${busy}>${t('login.submit')}</button>
		</form>`,
	});
}

export function Setup() {
	useSignal(language);
	const [done, setDone] = useState(false);
	const token = location.hash.slice(1);
	const { busy, error, onSubmit } = useForm(async (form) => {
		if (field(form, 'password') !== field(form, 'again')) throw t('setup.differ');
		try {
			await send('POST', '/v1/setup', { token, password: field(form, 'password') });
		} catch (cause) {
			if (cause instanceof ApiError && cause.status === 404) throw t('setup.expired');
			throw cause;
		}
		setDone(true);
	});
	if (done || !token) {
		return Card({
			title: t('setup.title'),
			children: html`<p>${t(done ? 'setup.done' : 'setup.no_token')}</p>
				<a class="button primary" href="/login">${t('setup.to_login')}</a>`,
		});
	}
	return Card({
		title: t('setup.title'),
		children: html`<form onSubmit=${onSubmit}>
			<p class="hint">${t('setup.rules')}</p>
			<label>${t('setup.password')}<input name="password" type="password" autocomplete="new-password" minlength="8" required autofocus /></label>
			<label>${t('setup.again')}<input name="again" type="password" autocomplete="new-password" minlength="8" required /></label>
			${error && html`<p class="form-error" role="alert">${error}</p>`}
			<button class="button primary" type="submit" disabled=${busy}>${t('setup.submit')}</button>
		</form>`,
	});
}
