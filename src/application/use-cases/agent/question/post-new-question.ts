import type { AgentMessagePosted } from '../../../../domain/conversation/agent-messages.ts';
import { type AgentInstanceId, agentInstanceId } from '../../../../domain/ids.ts';
import { withIdempotency } from '../../../dispatch/idempotency.ts';
import type { Call, Ports } from '../../../use-case.ts';
import { readContext } from '../../../wire/agent-context.ts';
import { prepareAgentMessage } from '../prepare-agent-message.ts';
import type { QuestionInput } from './question-input.ts';

export interface PostedQuestion extends AgentMessagePosted {
  readonly instanceId: AgentInstanceId;
}

/**
 * Saves a question of the agent, or attaches to the open one with its text. Needs no idempotency record:
 * `postAgentMessage` recognises a repeated question by its text.
 * @param text of the question
 * @param keepsEndings whether the caller cannot pass on how earlier questions ended.
 */
export async function postNewQuestion(
  ports: Ports,
  { caller, input, clientGone }: Pick<Call<QuestionInput>, 'caller' | 'input' | 'clientGone'>,
  text: string,
  { keepsEndings = false } = {},
): Promise<PostedQuestion> {
  const instanceId = agentInstanceId(input.agent_instance_id ?? caller.agentInstanceId ?? ports.ids.next());
  const { target, decide } = prepareAgentMessage(ports, caller, {
    agentInstanceId: instanceId,
    content: text,
    agentType: input.agent_type ?? null,
    title: input.title ?? null,
    context: readContext(input.context),
    isQuestion: true,
    question: input,
    hasIdempotencyKey: false,
    clientGone,
    keepsEndings,
  });
  const posted = await ports.repository.update(target, withIdempotency(null, decide));
  if (input.expires_in_seconds != null) ports.deadlines.announce(input.expires_in_seconds);
  return { ...posted, instanceId };
}
