import type { PublishedMessage } from '../../support/notify/ntfy-server.ts';
import type { ReadMessage } from './unreliable-service.ts';

/** The priority of what takes a notification back. */
const SILENT = 1;

export const readNtfyMessage: ReadMessage = (body) => {
  const { sequence_id: id = '', priority, actions = [] } = JSON.parse(body) as PublishedMessage;
  return { id, work: priority === SILENT ? 'over' : 'asked', answerUrls: actions.map(({ url }) => url) };
};

interface WebhookBody {
  readonly type: string;
  readonly data: {
    readonly id: string;
    readonly question?: { readonly options: readonly { readonly post_url: string }[] } | null;
  };
}

export const readWebhookEvent: ReadMessage = (body) => {
  const { type, data } = JSON.parse(body) as WebhookBody;
  const answerUrls = data.question?.options.map(({ post_url }) => post_url) ?? [];
  return { id: data.id, work: type === 'question.over' ? 'over' : 'asked', answerUrls };
};
