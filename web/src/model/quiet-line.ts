import type { Message } from './wire.ts';

/**
 * Checks whether a message is a step that says what a remembered permission has allowed. It matters to those
 * who read what happened, and needs nobody now.
 */
export const isQuietLine = ({ requires_user_input, metadata }: Message): boolean =>
  !requires_user_input && metadata?.permission === 'remembered';
