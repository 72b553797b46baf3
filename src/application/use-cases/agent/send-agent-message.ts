import * as v from 'valibot';
import { reachOf } from '../../../domain/conversation/reach.ts';
import { agentInstanceId } from '../../../domain/ids.ts';
import { withIdempotency } from '../../dispatch/idempotency.ts';
import { defineUseCase } from '../../use-case.ts';
import { contextField, readContext } from '../../wire/agent-context.ts';
import { callbackInMetadata, callbackUrl } from '../../wire/callback-url.ts';
import * as field from '../../wire/fields.ts';
import { wireMessage } from '../../wire/message.ts';
import { outcomes, wireOutcome } from '../../wire/outcome.ts';
import { hasQuestionFields, QUESTION_FIELDS, questionEntries } from '../../wire/question/question-fields.ts';
import { stopRequested, wireStop } from '../../wire/stop-request.ts';
import { prepareAgentMessage } from './prepare-agent-message.ts';

/** Records a step or a question of an agent, and hands the agent what the user wrote meanwhile. */
export const sendAgentMessage = defineUseCase({
  name: 'send_agent_message',
  summary: 'Report a step or ask a question, and get what the user wrote meanwhile',
  errorCodes: [
    'agent_type_required',
    'instance_deleted',
    'question_not_found',
    'too_many_agent_types',
    'too_many_open_instances',
  ],
  scopes: ['agent'],
  input: v.pipe(
    v.object({
      agent_instance_id: field.id,
      content: field.agentContent,
      agent_type: field.optional(field.agentType),
      title: field.optional(field.title),
      context: contextField,
      requires_user_input: field.optional(v.boolean()),
      git_diff: v.optional(
        v.pipe(
          v.union([v.string(), v.unknown()]),
          v.description('The whole diff, as git writes it or in base64. What is no diff is ignored'),
        ),
      ),
      send_push: field.optional(field.notify),
      send_email: field.optional(field.notify),
      send_sms: field.optional(field.notify),
      callback_url: field.optional(callbackUrl),
      message_metadata: field.optional(field.metadata),
      ...questionEntries,
    }),
    v.check(
      (fields) => fields.requires_user_input === true || !hasQuestionFields(fields),
      `${QUESTION_FIELDS.join(', ')} need requires_user_input: true`,
    ),
    v.forward(
      v.check(
        ({ requires_user_input, callback_url }) => requires_user_input === true || callback_url == null,
        'needs requires_user_input: true',
      ),
      ['callback_url'],
    ),
  ),
  output: v.object({
    success: v.literal(true),
    agent_instance_id: field.shownId,
    message_id: field.shownId,
    queued_user_messages: v.array(field.message),
    more: field.more,
    redelivered: field.redelivered,
    outcomes,
    stop_requested: stopRequested,
    git_diff_status: v.nullable(v.picklist(['stored', 'cut', 'cleared', 'rejected'])),
    step_number: v.pipe(
      v.number(),
      v.integer(),
      v.description('How many steps the agent has reported so far'),
    ),
  }),
  async run(ports, { caller, input, idempotency, clientGone }) {
    const instanceId = agentInstanceId(input.agent_instance_id);
    const { target, decide } = prepareAgentMessage(ports, caller, {
      agentInstanceId: instanceId,
      content: input.content,
      agentType: input.agent_type ?? null,
      title: input.title ?? null,
      context: readContext(input.context),
      isQuestion: input.requires_user_input ?? false,
      question: input,
      hasIdempotencyKey: idempotency !== null,
      clientGone,
      metadata: input.message_metadata ?? null,
      reach: reachOf({
        ...{ push: input.send_push, email: input.send_email, sms: input.send_sms },
        callback: input.callback_url ?? callbackInMetadata(input.message_metadata),
      }),
      gitDiff: input.git_diff,
    });
    const answer = await ports.repository.update(
      { ...target, idempotencyKey: idempotency?.key ?? null },
      withIdempotency(idempotency, (conversation) => {
        const { output, changes } = decide(conversation);
        return {
          output: {
            success: true as const,
            agent_instance_id: instanceId,
            message_id: output.message.id,
            queued_user_messages: output.handedOver.map(wireMessage),
            more: output.more,
            redelivered: output.redelivered,
            outcomes: output.outcomes.map(wireOutcome),
            stop_requested: wireStop(output.stop),
            git_diff_status: output.gitDiffStatus,
            step_number: output.stepCount,
          },
          changes,
        };
      }),
    );
    if (input.expires_in_seconds != null) ports.deadlines.announce(input.expires_in_seconds);
    return answer;
  },
});
