import * as v from 'valibot';
import { hideDeletedInstance } from '../../../domain/conversation/conversation.ts';
import { renameInstance } from '../../../domain/conversation/lifecycle.ts';
import { defineUseCase } from '../../use-case.ts';
import { agentInstance } from '../../wire/agent-instance.ts';
import * as field from '../../wire/fields.ts';
import { changeInstance } from './change-instance.ts';

/** Changes the name of an agent instance; null removes it. */
export const renameAgentInstance = defineUseCase({
  name: 'rename_agent_instance',
  summary: 'Change or remove the name of an agent instance',
  errorCodes: ['agent_instance_not_found'],
  scopes: ['dashboard'],
  input: v.object({ agent_instance_id: field.id, name: v.nullable(field.name) }),
  output: agentInstance,
  async run(ports, call) {
    const nameChange = { name: call.input.name, now: ports.clock.now() };
    return changeInstance(ports, call, (conversation) =>
      renameInstance(hideDeletedInstance(conversation), nameChange),
    );
  },
});
