import type { Notice } from '../../../ports/notifier.ts';

/**
 * Names a delivery: the same in each attempt. The id of the notice is not enough, because an instance that
 * was opened again can end again, and receivers would take its second end for a repetition of the first.
 */
export const deliveryId = ({ id, event, createdAt }: Notice): string =>
  `${id}.${event}.${createdAt.getTime()}`;
