// @ts-check
/* Calls to the HTTP API. Errors are RFC 9457 problems. */
import { me, t } from './app.js';

/** @typedef {{type?: string, title?: string, status?: number, detail?: string, code?: string, request_id?: string, [more: string]: unknown}} Problem */

/** What a parser said, of what people write as a document or a text. @param {Problem} problem @returns {string[]} */
function reasons(problem) {
	return Array.isArray(problem.errors) ? problem.errors.map((e) => e.reason).filter((r) => typeof r === 'string' && r) : [];
}

export class ApiError extends Error {
	/** @param {number} status @param {Problem} problem @param {Headers} [headers] */
	constructor(status, problem, headers) {
		super([(problem.refusal && problem.reason) || problem.detail || problem.title || t('error.status', { status: String(status) }), ...reasons(problem)].join(' · '));
		this.status = status;
		this.problem = problem;
		this.retryAfter = Number(headers?.get('Retry-After') ?? 0);
	}
}

/**
 * @param {string} method
 * @param {string} path
 * @param {{body?: unknown, ifMatch?: number, signal?: AbortSignal}} [options]
 * @returns {Promise<Response>}
 */
export async function request(method, path, { body, ifMatch, signal } = {}) {
	/** @type {Record<string, string>} */
	const headers = { Accept: 'application/json', 'Accept-Language': document.documentElement.lang };
	if (method !== 'GET') headers['Content-Type'] = 'application/json';
	if (ifMatch !== undefined) headers['If-Match'] = `"${ifMatch}"`;
	let response;
	try {
		response = await fetch(path, { method, headers, body: body === undefined ? undefined : JSON.stringify(body), signal, credentials: 'same-origin' });
	} catch (cause) {
		if (signal?.aborted) throw cause;
		throw new ApiError(0, { detail: t('error.network') });
	}
	if (response.ok) return response;
	const problem = await response.json().catch(() => ({}));
	if (response.status === 401 && me.peek()) me.value = null;
	throw new ApiError(response.status, problem, response.headers);
}

/**
 * @template T
 * @param {string} path
 * @param {AbortSignal} [signal]
 * @returns {Promise<T>}
 */
export async function get(path, signal) {
	return (await request('GET', path, { signal })).json();
}

/**
 * @template T
 * @param {'POST' | 'PUT' | 'PATCH' | 'DELETE'} method
 * @param {string} path
 * @param {unknown} [body]
 * @param {number} [ifMatch]
 * @returns {Promise<T | null>}
 */
export async function send(method, path, body, ifMatch) {
	const response = await request(method, path, { body, ifMatch });
	return response.status === 204 ? null : response.json();
}
