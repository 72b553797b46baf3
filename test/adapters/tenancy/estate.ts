import { uuidV7 } from '../../../src/adapters/runtime/system.ts';
import type { Dispatch } from '../../../src/application/dispatch/dispatch.ts';
import * as useCases from '../../../src/application/use-cases/index.ts';
import type { UserId } from '../../../src/domain/ids.ts';
import type { Caller } from '../../../src/ports/tokens/token-verifier.ts';
import { aCaller } from '../../support/builders.ts';
import type { IdsByKind } from './kinds-of-id.ts';

/** What a tenant owns: one of each kind. */
export interface Estate {
  readonly userId: UserId;
  readonly caller: Caller;
  readonly ids: IdsByKind;
  /** In every text of theirs. */
  readonly secret: string;
}

/** Makes it one thing after another, so that two tenants' estates are alike but for ids and times. */
export async function estateOf(userId: UserId, dispatch: Dispatch): Promise<Estate> {
  const caller = aCaller({ userId, scopes: ['agent', 'dashboard'] });
  const secret = `secret of ${userId}`;
  const typeName = `type of ${userId}`.toLowerCase();

  const say = async (instance: string, isQuestion: boolean) => {
    const input = {
      agent_instance_id: instance,
      agent_type: typeName,
      content: `${isQuestion ? 'question' : 'step'}, ${secret}`,
      requires_user_input: isQuestion,
      git_diff: `diff --git a/${secret}`,
    };
    return (await dispatch(useCases.sendAgentMessage, { caller, input })).message_id;
  };
  const write = async (instance: string) => {
    const input = { agent_instance_id: instance, content: `written, ${secret}`, mark_as_read: false };
    return (await dispatch(useCases.sendUserMessage, { caller, input })).message_id;
  };
  const begin = async () => {
    const input = { agent_type: typeName, name: `instance, ${secret}` };
    return dispatch(useCases.startAgentInstance, { caller, input });
  };
  const end = (instance: string) =>
    dispatch(useCases.endSession, { caller, input: { agent_instance_id: instance } });
  const issue = async () =>
    (await dispatch(useCases.createApiKey, { caller, input: { name: `key, ${secret}` } })).id;

  const { agent_instance_id: active, agent_type_id } = await begin();
  await say(active, false);
  const answered = await say(active, true);
  await write(active);
  const read = await write(active);
  const step = await say(active, false);
  const queued = await write(active);
  const { agent_instance_id: awaiting } = await begin();
  const open = await say(awaiting, true);
  const { agent_instance_id: completed } = await begin();
  const closed = await say(completed, true);
  await end(completed);
  const { agent_instance_id: deleted } = await begin();
  await say(deleted, false);
  await dispatch(useCases.deleteAgentInstance, { caller, input: { agent_instance_id: deleted } });
  const good = await issue();
  const revoked = await issue();
  await dispatch(useCases.revokeApiKey, { caller, input: { id: revoked } });

  const { agent_instances } = await dispatch(useCases.listAgentInstances, { caller, input: { limit: 1 } });
  const [latest] = agent_instances;

  return {
    userId,
    caller,
    secret,
    ids: {
      'active instance': active,
      'awaiting instance': awaiting,
      'completed instance': completed,
      'deleted instance': deleted,
      step,
      'open question': open,
      'answered question': answered,
      'closed question': closed,
      'queued message': queued,
      'read message': read,
      'agent type': agent_type_id,
      'agent type name': typeName,
      place: `${Date.parse(latest!.started_at)}.${latest!.id}`,
      'good key': good,
      'revoked key': revoked,
    },
  };
}

/** Equally long for everyone, as no two tenants' answers may differ by it. */
export const newTenant = (): UserId => `tenant-${uuidV7.next().slice(-12)}` as UserId;
