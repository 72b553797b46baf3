import { createHash } from 'node:crypto';
import { type AgentInstanceId, agentInstanceId } from '../../domain/ids.ts';

/**
 * Returns the id of the agent instance for a session of a coding agent: always the same for the same session.
 * It is a UUID of version 8 (RFC 9562), made of a hash. Ids of sessions are chosen by the agents, and each
 * has a form of its own. Two users may have the same id, because the user is part of every key.
 */
export function instanceOfSession(agent: string, sessionId: string): AgentInstanceId {
  const hash = createHash('sha256').update(agent).update('\0').update(sessionId).digest();
  hash[6] = (hash[6]! & 0x0f) | 0x80;
  hash[8] = (hash[8]! & 0x3f) | 0x80;
  return agentInstanceId(hash.toString('hex', 0, 16));
}
