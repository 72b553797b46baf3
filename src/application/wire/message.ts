import type * as v from 'valibot';
import type { Message } from '../../domain/conversation/message.ts';
import type { message } from './fields.ts';

export type WireMessage = v.InferOutput<typeof message>;

/**
 * Existing clients expect the content as the agent wrote it, with the markup from which options were read.
 */
export const wireMessage = (source: Message): WireMessage => ({
  id: source.id,
  content: source.content + (source.question?.markup ?? ''),
  sender_type: source.senderType,
  created_at: source.createdAt.toISOString(),
  requires_user_input: source.requiresUserInput,
});
