import type { AsJson } from '../../schema/columns.ts';

/** For columns with JSON: what writes them turns each time into an ISO text. */
export const asJson = <Values>(values: Values): AsJson<Values> => values as unknown as AsJson<Values>;

/** Returns the time of an ISO text. */
export const timeOf = (text: string | null): Date | null => (text === null ? null : new Date(text));
