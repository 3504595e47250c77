// @ts-check
/* Requests. */
import { Loading } from '../ui/parts.js';

/** @param {{query: URLSearchParams}} _ */
export function Requests(_) {
	return Loading();
}
