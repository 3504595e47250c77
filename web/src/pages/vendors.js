// @ts-check
/* Vendors. */
import { Loading } from '../ui/parts.js';

/** @param {{}} _ */
export function Vendors(_) {
	return Loading();
}
