import * as v from 'valibot';
import { isOver } from '../../../domain/conversation/agent-instance.ts';
import { type PendingRead, readPending } from '../../../domain/conversation/hand-off.ts';
import { agentInstanceId, messageId } from '../../../domain/ids.ts';
import { once } from '../../dispatch/idempotency.ts';
import { defineUseCase } from '../../use-case.ts';
import { Waiter } from '../../waiting/waiter.ts';
import * as field from '../../wire/fields.ts';
import { wireMessage } from '../../wire/message.ts';

/** Hands queued user messages to the agent, waiting for one if asked to. */
export const readPendingMessages = defineUseCase({
  name: 'read_pending_messages',
  summary: 'Hand queued user messages to the agent, waiting for one if asked to',
  errorCodes: ['agent_instance_not_found', 'instance_deleted'],
  scopes: ['agent'],
  input: v.object({
    agent_instance_id: field.id,
    last_read_message_id: field.optional(field.id),
    wait: field.optional(field.waitSeconds),
  }),
  output: v.object({
    agent_instance_id: v.string(),
    messages: v.array(field.message),
    status: v.picklist(['ok', 'stale']),
    already_read: v.array(field.message),
    instance_status: field.agentStatus,
  }),
  async run({ repository, signals, waits, clock }, { caller, input, idempotency, gone, stopping }) {
    const instance = { userId: caller.userId, agentInstanceId: agentInstanceId(input.agent_instance_id) };
    const lastReadMessageId =
      input.last_read_message_id == null
        ? null
        : messageId(input.last_read_message_id, 'last_read_message_id');
    const target = {
      ...instance,
      queue: true,
      readSince: lastReadMessageId,
      idempotencyKey: idempotency?.key ?? null,
    };

    /** A read that found nothing may be repeated after a wait; only the last one is the answer. */
    const read = async (mayWait: boolean) => {
      let waitAfter: number | null = null;
      const answer = await repository.update(
        target,
        once(idempotency, (conversation) => {
          const { output, changes } = readPending(conversation, { lastReadMessageId, now: clock.now() });
          const provisional = mayWait && foundNothing(output);
          waitAfter = provisional ? (changes?.instance ?? output.instance).version : null;
          return { output: wireRead(output), changes, provisional };
        }),
      );
      return { answer, waitAfter };
    };

    const seconds = input.wait ?? 0;
    if (seconds === 0) return (await read(false)).answer;

    const deadline = Date.now() + seconds * 1000;
    using waiter = new Waiter(signals, instance);
    using _open = waits.begin(instance);
    for (;;) {
      const { answer, waitAfter } = await read(true);
      if (waitAfter === null) return answer;
      const waking = await waiter.next(waitAfter, { deadline, caller, clientGone: gone, shuttingDown: stopping });
      if (waking === 'changed') continue;
      if (waking === 'gone' || (waking === 'stopping' && idempotency === null)) return answer;
      // Nothing has changed, but the wait was no silence: this read notes so, and records what it answers.
      return (await read(false)).answer;
    }
  },
});

const foundNothing = ({ instance, stale, messages }: PendingRead): boolean =>
  !stale && messages.length === 0 && !isOver(instance);

const wireRead = ({ instance, stale, messages, alreadyRead }: PendingRead) => ({
  agent_instance_id: instance.id,
  messages: messages.map(wireMessage),
  status: stale ? ('stale' as const) : ('ok' as const),
  already_read: alreadyRead.map(wireMessage),
  instance_status: instance.status,
});
