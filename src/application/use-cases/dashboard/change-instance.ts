import type { AgentInstance } from '../../../domain/conversation/agent-instance.ts';
import type { Conversation, Decision } from '../../../domain/conversation/conversation.ts';
import { agentInstanceId } from '../../../domain/ids.ts';
import { withIdempotency } from '../../dispatch/idempotency.ts';
import type { Call, Ports } from '../../use-case.ts';
import { viewContextFor } from '../../view-context.ts';
import { type WireInstance, wireInstance } from '../../wire/agent-instance.ts';

/**
 * Changes one instance and returns its new state. The latest message, and whether an agent waits, are read
 * before the change, because `update` does not load them. If the instance does not exist, `decide` throws the
 * error that says so.
 */
export async function changeInstance(
  ports: Ports,
  { caller, input, idempotency }: Call<{ agent_instance_id: string }>,
  decide: (conversation: Conversation) => Decision<AgentInstance>,
): Promise<WireInstance> {
  const { userId } = caller;
  const id = agentInstanceId(input.agent_instance_id);
  const view = viewContextFor(ports, userId);
  const overviewBefore = await ports.queries.readConversation(userId, id, {
    ...view,
    limit: 0,
    before: null,
  });
  const { latestMessage = null, agentWaiting = false } = overviewBefore ?? {};
  return ports.repository.update(
    { userId, agentInstanceId: id, idempotencyKey: idempotency?.key ?? null },
    withIdempotency(idempotency, (conversation: Conversation) => {
      const { output: instance, changes } = decide(conversation);
      return { output: wireInstance({ instance, latestMessage, agentWaiting }, view), changes };
    }),
  );
}
