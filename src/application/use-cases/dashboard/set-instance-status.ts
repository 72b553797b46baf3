import * as v from 'valibot';
import { hideDeletedInstance } from '../../../domain/conversation/conversation.ts';
import { endSession } from '../../../domain/conversation/lifecycle.ts';
import { defineUseCase } from '../../use-case.ts';
import { agentInstance } from '../../wire/agent-instance.ts';
import * as field from '../../wire/fields.ts';
import { changeInstance } from './change-instance.ts';

/** Ends an agent instance. COMPLETED is the only status that can be set. */
export const setInstanceStatus = defineUseCase({
  name: 'set_instance_status',
  summary: 'Set the status of an agent instance to COMPLETED',
  errorCodes: ['agent_instance_not_found', 'instance_deleted'],
  scopes: ['agent', 'dashboard'],
  input: v.object({ agent_instance_id: field.id, status: v.literal('COMPLETED') }),
  output: agentInstance,
  async run(ports, call) {
    const now = ports.clock.now();
    const isUser = call.caller.scopes.includes('dashboard');
    return changeInstance(ports, call, (conversation) =>
      endSession(isUser ? hideDeletedInstance(conversation) : conversation, { now, isByAgent: !isUser }),
    );
  },
});
