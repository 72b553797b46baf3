import * as v from 'valibot';
import { restoreInstance } from '../../../domain/conversation/lifecycle.ts';
import { defineUseCase } from '../../use-case.ts';
import { agentInstance } from '../../wire/agent-instance.ts';
import * as field from '../../wire/fields.ts';
import { changeInstance } from './change-instance.ts';

/** Restores an agent instance that was deleted in the last 30 days, with the status it had. */
export const restoreAgentInstance = defineUseCase({
  name: 'restore_agent_instance',
  summary: 'Restore an agent instance that was deleted in the last 30 days',
  errorCodes: ['agent_instance_not_found'],
  scopes: ['dashboard'],
  input: v.object({ agent_instance_id: field.id }),
  output: agentInstance,
  async run(ports, call) {
    const now = ports.clock.now();
    return changeInstance(ports, call, (conversation) => restoreInstance(conversation, { now }));
  },
});
