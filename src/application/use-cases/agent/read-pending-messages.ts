import * as v from 'valibot';
import { isEndedOrDeleted } from '../../../domain/conversation/agent-instance.ts';
import { type PendingRead, readPending } from '../../../domain/conversation/hand-off/read-pending.ts';
import { agentInstanceId, messageId } from '../../../domain/ids.ts';
import type { UpdateTarget } from '../../../ports/storage/agent-instance-repository.ts';
import { withIdempotency } from '../../dispatch/idempotency.ts';
import { defineUseCase } from '../../use-case.ts';
import { Waiter } from '../../waiting/waiter.ts';
import * as field from '../../wire/fields.ts';
import { wireMessage } from '../../wire/message.ts';
import { outcomes, wireOutcome } from '../../wire/outcome.ts';
import { stopRequested, wireStop } from '../../wire/stop-request.ts';

/** Hands queued user messages to the agent. If none is queued, it waits up to `wait` seconds for one. */
export const readPendingMessages = defineUseCase({
  name: 'read_pending_messages',
  summary: 'Read the queued user messages, and wait for one if none is queued',
  errorCodes: ['agent_instance_not_found', 'instance_deleted', 'question_not_found', 'too_many_waits'],
  scopes: ['agent'],
  input: v.object({
    agent_instance_id: field.id,
    last_read_message_id: field.optional(field.id),
    wait: field.optional(field.waitSeconds),
    on_lease: field.optional(
      v.pipe(
        v.boolean(),
        v.description(
          'True: the agent gets the messages of this call again if it repeats its last message. For a reader that passes the messages on and cannot see whether they arrive',
        ),
      ),
    ),
    question_id: field.optional(
      v.pipe(
        field.id,
        v.description(
          'The question whose answer the reader waits for: when it has ended, the call returns at once, with its outcome in outcomes',
        ),
      ),
    ),
  }),
  output: v.object({
    agent_instance_id: field.shownId,
    messages: v.array(field.message),
    more: field.more,
    status: v.picklist(['ok', 'stale']),
    already_read: v.array(field.message),
    outcomes,
    stop_requested: stopRequested,
    instance_status: field.agentStatus,
  }),
  async run({ repository, signals, waits, clock }, { caller, input, idempotency, clientGone, shuttingDown }) {
    const instance = { userId: caller.userId, agentInstanceId: agentInstanceId(input.agent_instance_id) };
    const lastReadMessageId =
      input.last_read_message_id == null
        ? null
        : messageId(input.last_read_message_id, 'last_read_message_id');
    const questionId = input.question_id == null ? null : messageId(input.question_id, 'question_id');
    const target: UpdateTarget = {
      ...instance,
      questionId,
      withQueuedMessages: true,
      readAfterMessageId: lastReadMessageId,
      idempotencyKey: idempotency?.key ?? null,
    };

    /**
     * Reads once. If this read finds nothing and the call may wait, `waitAfterVersion` is the version of the
     * instance that was read. Otherwise `waitAfterVersion` is null. The answer is not recorded under the
     * idempotency key if the call goes on, or if nobody gets what it contains because the client has gone.
     */
    const read = async (mayWait: boolean) => {
      let waitAfterVersion: number | null = null;
      const answer = await repository.update(
        target,
        withIdempotency(idempotency, (conversation) => {
          const isGone = clientGone?.aborted ?? false;
          const { output, changes } = readPending(conversation, {
            // Without a cursor the read hands over nothing.
            lastReadMessageId: isGone ? null : lastReadMessageId,
            onLease: input.on_lease ?? false,
            questionId,
            now: clock.now(),
          });
          const goesOn = mayWait && hasFoundNothing(output);
          waitAfterVersion = goesOn ? (changes?.instance ?? output.instance).version : null;
          return { output: wireRead(output), changes, isProvisional: goesOn || isGone };
        }),
      );
      return { answer, waitAfterVersion };
    };

    const maxWaitSeconds = input.wait ?? 0;
    if (maxWaitSeconds === 0) return (await read(false)).answer;

    const deadline = performance.now() + maxWaitSeconds * 1000;
    using waiter = new Waiter(signals, instance);
    using _open = waits.begin(instance, caller.life);
    for (;;) {
      const { answer, waitAfterVersion } = await read(true);
      if (waitAfterVersion === null) return answer;
      const wakeReason = await waiter.waitForChange(waitAfterVersion, {
        deadline,
        caller,
        clientGone,
        shuttingDown,
      });
      if (wakeReason === 'changed') continue;
      // There is no last read if the client is gone, or if the process stops and no idempotency key has to be
      // recorded.
      const isShuttingDown = wakeReason === 'shuttingDown';
      if (wakeReason === 'clientGone' || (isShuttingDown && idempotency === null)) return answer;
      // A last read: it records the wait as activity of the agent, and its answer under the idempotency key.
      return (await read(false)).answer;
    }
  },
});

const hasFoundNothing = ({ instance, stale, messages, outcomes: ended }: PendingRead): boolean =>
  !stale &&
  messages.length === 0 &&
  ended.length === 0 &&
  instance.stop === null &&
  !isEndedOrDeleted(instance);

const wireRead = ({ instance, stale, messages, alreadyRead, more, outcomes: ended }: PendingRead) => ({
  agent_instance_id: instance.id,
  messages: messages.map(wireMessage),
  more,
  status: stale ? ('stale' as const) : ('ok' as const),
  already_read: alreadyRead.map(wireMessage),
  outcomes: ended.map(wireOutcome),
  stop_requested: wireStop(instance.stop),
  instance_status: instance.status,
});
