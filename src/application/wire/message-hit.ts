import * as v from 'valibot';
import { joinLines } from '../../domain/text/lines.ts';
import type { MessageHit } from '../../ports/storage/message-search.ts';
import * as field from './fields.ts';

/** A message in which a search has found something. */
export const messageHit = v.object({
  message_id: field.shownId,
  agent_instance_id: field.shownId,
  agent_type_name: v.string(),
  name: v.pipe(v.nullable(v.string()), v.description('The name of the agent instance')),
  position: field.count,
  sender_type: v.picklist(['AGENT', 'USER']),
  created_at: field.timestamp,
  snippet: v.pipe(
    v.string(),
    v.description('A part of the message with the first of the words, in one line. Plain text'),
  ),
});

export const wireMessageHit = (hit: MessageHit): v.InferOutput<typeof messageHit> => ({
  message_id: hit.message.id,
  agent_instance_id: hit.message.agentInstanceId,
  agent_type_name: hit.instance.agentType.name,
  name: hit.instance.name,
  position: hit.message.position,
  sender_type: hit.message.senderType,
  created_at: hit.message.createdAt.toISOString(),
  snippet: snippetOf(hit),
});

function snippetOf({ excerpt, isCutBefore, isCutAfter }: MessageHit): string {
  const line = joinLines(excerpt, ' ').replaceAll(/\s+/g, ' ').trim();
  return `${isCutBefore ? '…' : ''}${line}${isCutAfter ? '…' : ''}`;
}
