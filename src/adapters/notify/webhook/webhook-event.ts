import type { JsonObject } from '../../../domain/conversation/message.ts';
import type { Notice, NoticeQuestion, Recall } from '../../../ports/notifier.ts';
import { deliveryId } from '../texts/delivery-id.ts';

/** What a program gets: the payload that Standard Webhooks recommends, and the id of the delivery. */
export interface WebhookEvent {
  /** The header `webhook-id`: the same in each attempt. */
  readonly id: string;
  readonly body: {
    readonly type: (typeof TYPES)[keyof typeof TYPES] | 'question.over';
    /** When it happened. */
    readonly timestamp: string;
    readonly data: JsonObject;
  };
}

const TYPES = {
  question: 'question.asked',
  step: 'step.reported',
  ended: 'agent.ended',
  failed: 'agent.failed',
  silent: 'agent.silent',
  test: 'test',
  // No webhook gets it, because the channel does not join notices.
  several: 'several',
} as const satisfies { readonly [event in Notice['event']]: string };

export const noticeEvent = (notice: Notice): WebhookEvent => {
  const { id, event, title, text, url, agent, question, createdAt } = notice;
  return {
    id: deliveryId(notice),
    body: {
      type: TYPES[event],
      timestamp: createdAt.toISOString(),
      data: {
        ...{ id, title, text, url },
        agent: agent && { instance_id: agent.instanceId, type: agent.type, name: agent.name },
        question: question && wireQuestion(question),
      },
    },
  };
};

const wireQuestion = ({ id, options, takesText, postUrl, deadline }: NoticeQuestion): JsonObject => ({
  id,
  options: options.map(({ label, postUrl }) => ({ label, post_url: postUrl })),
  takes_text: takesText,
  post_url: takesText ? postUrl : null,
  deadline: deadline && { at: deadline.at.toISOString(), default_answer: deadline.defaultAnswer },
});

/** Says that a question is over. */
export const overEvent = ({ id, title, outcome }: Recall, now: Date): WebhookEvent => ({
  id: `${id}.over`,
  body: { type: 'question.over', timestamp: now.toISOString(), data: { id, title, text: outcome } },
});
