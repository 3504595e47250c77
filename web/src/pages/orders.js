// @ts-check
/* Orders. */
import { Loading } from '../ui/parts.js';

/** @param {{query: URLSearchParams}} _ */
export function Orders(_) {
	return Loading();
}
