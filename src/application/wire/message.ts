import type * as v from 'valibot';
import type { Message } from '../../domain/conversation/message.ts';
import type { message } from './fields.ts';

export type WireMessage = v.InferOutput<typeof message>;

export const wireMessage = (source: Message): WireMessage => ({
  id: source.id,
  content: source.content,
  sender_type: source.senderType,
  created_at: source.createdAt.toISOString(),
  requires_user_input: source.requiresUserInput,
});
