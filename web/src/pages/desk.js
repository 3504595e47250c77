// @ts-check
/* The help desk. */
import { Loading } from '../ui/parts.js';

/** @param {{query: URLSearchParams}} _ */
export function Desk(_) {
	return Loading();
}
