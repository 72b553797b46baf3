import * as v from 'valibot';
import { hideDeletedInstance } from '../../../domain/conversation/conversation.ts';
import { cancelStop, requestStop } from '../../../domain/conversation/stop.ts';
import { defineUseCase } from '../../use-case.ts';
import { agentInstance } from '../../wire/agent-instance.ts';
import * as field from '../../wire/fields.ts';
import { stopReason } from '../../wire/stop-request.ts';
import { changeInstance } from './change-instance.ts';

/**
 * Asks an agent to stop. It is told with each answer that it gets from then on, and its waits end at once.
 */
export const stopAgent = defineUseCase({
  name: 'stop_agent',
  summary: 'Ask an agent to stop',
  errorCodes: ['agent_instance_not_found'],
  scopes: ['dashboard'],
  input: v.object({ agent_instance_id: field.id, reason: field.optional(stopReason) }),
  output: agentInstance,
  async run(ports, call) {
    const stop = { reason: call.input.reason ?? null, now: ports.clock.now() };
    return changeInstance(ports, call, (conversation) =>
      requestStop(hideDeletedInstance(conversation), stop),
    );
  },
});

/** Takes the request to stop back. */
export const cancelAgentStop = defineUseCase({
  name: 'cancel_agent_stop',
  summary: 'Take back that an agent should stop',
  errorCodes: ['agent_instance_not_found'],
  scopes: ['dashboard'],
  input: v.object({ agent_instance_id: field.id }),
  output: agentInstance,
  async run(ports, call) {
    const now = ports.clock.now();
    return changeInstance(ports, call, (conversation) =>
      cancelStop(hideDeletedInstance(conversation), { now }),
    );
  },
});
