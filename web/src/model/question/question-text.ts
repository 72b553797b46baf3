import type { Message } from '../wire.ts';

/**
 * Returns the text of a message as people read it. Where the agent wrote the options of a question into its
 * text, `content` has them, too.
 */
export const textOf = ({ content, question }: Message): string => question?.text ?? content;
