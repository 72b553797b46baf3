import type * as v from 'valibot';
import type { Message } from '../../domain/conversation/message.ts';
import type { message } from './fields.ts';

export type WireMessage = v.InferOutput<typeof message>;

export const wireMessage = (from: Message): WireMessage => ({
  id: from.id,
  content: from.content,
  sender_type: from.senderType,
  created_at: from.createdAt.toISOString(),
  requires_user_input: from.requiresUserInput,
});
