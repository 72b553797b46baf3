import {
  DeliveryError,
  type JsonObject,
  type Notice,
  type NoticeOption,
  type Notifier,
  type Recall,
} from '@agent-dashboard/server';

export interface MatrixOptions {
  /** For example https://matrix.example.org. */
  readonly homeserver: string;
  /** The access token of the account that writes the messages. */
  readonly token: string;
}

/**
 * Writes to Matrix rooms as one account of the operator. Users of the dashboard choose only the room, so they
 * cannot make the server call other addresses.
 */
export function matrixNotifier({ homeserver, token }: MatrixOptions): Notifier {
  /**
   * Sends a message. A repetition with the same transaction id makes no second one: Matrix returns the event
   * of the first (https://spec.matrix.org/latest/client-server-api/#transaction-identifiers).
   */
  async function send(
    room: string,
    transaction: string,
    message: Message,
    signal: AbortSignal,
  ): Promise<string> {
    const path = [room, 'send', 'm.room.message', transaction].map(encodeURIComponent).join('/');
    const response = await fetch(`${homeserver}/_matrix/client/v3/rooms/${path}`, {
      ...{ method: 'PUT', redirect: 'manual', signal, body: JSON.stringify(message) },
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    }).catch((cause: unknown) => {
      throw new DeliveryError('The Matrix server could not be reached', { cause });
    });
    const body = (await response.json().catch(() => ({}))) as MatrixResponse;
    if (response.ok) return String(body.event_id);
    throw refusal(response.status, body);
  }

  return {
    ...{ channel: 'matrix', title: 'Matrix', kind: 'push', secretFields: [], joinsNotices: true },
    hint: 'Invite the account of the dashboard to a room, and enter the id of the room.',
    settings: {
      type: 'object',
      properties: {
        room: {
          ...{ type: 'string', maxLength: 255, title: 'Room id' },
          description: 'It begins with an exclamation mark. Clients show it in the settings of the room.',
        },
      },
      required: ['room'],
    },

    addressOf({ room }) {
      if (/^![^\s\p{C}]+$/u.test(String(room))) return String(room);
      throw new DeliveryError('The id of a room begins with an exclamation mark', { isFinal: true });
    },

    async deliver({ room }, notice, signal) {
      // An instance that was opened again can end again, so the id of the notice is not enough.
      const transaction = `${notice.id}.${notice.createdAt.getTime()}`;
      const eventId = await send(String(room), transaction, messageOf(notice), signal);
      return { eventId, url: notice.url };
    },

    async recall({ room }, receipt, recall, signal) {
      await send(String(room), `${recall.id}.over`, editOf(receipt, recall), signal);
    },
  };
}

/** The content of an event, as plain text and as HTML. */
interface Message extends JsonObject {
  readonly msgtype: 'm.text';
  readonly body: string;
  readonly format: 'org.matrix.custom.html';
  readonly formatted_body: string;
}

interface MatrixResponse {
  readonly event_id?: string;
  readonly errcode?: string;
  readonly retry_after_ms?: number | null;
}

function messageOf({ title, text, url, question }: Notice): Message {
  const { options = [], deadline = null } = question ?? {};
  const links = options.map(({ label, pageUrl }: NoticeOption) => link(label, pageUrl));
  const until =
    deadline && `Until ${deadline.at.toISOString()}, then: ${deadline.defaultAnswer ?? 'no answer'}`;
  const paragraphs = [text, until]
    .filter((each) => each !== null && each !== '')
    .map((each) => escaped(each!));
  return message(`${title}\n\n${text}\n\n${url}`, [
    `<b>${link(title, url)}</b>`,
    ...paragraphs.map((each) => each.replaceAll('\n', '<br>')),
    links.join(' · '),
  ]);
}

/** Replaces what was sent, also its links. Clients that know no edits show it as a new message. */
function editOf({ eventId, url }: JsonObject, { title, outcome }: Recall): Message {
  const content = message(`${outcome}\n\n${title}`, [`<b>${link(outcome, String(url))}</b>`, escaped(title)]);
  const relation = { 'm.relates_to': { rel_type: 'm.replace', event_id: String(eventId) } };
  return { ...content, body: `* ${content.body}`, 'm.new_content': content, ...relation };
}

const message = (body: string, paragraphs: readonly string[]): Message => ({
  ...{ msgtype: 'm.text', body: plain(body), format: 'org.matrix.custom.html' },
  formatted_body: paragraphs.filter((each) => each !== '').join('<br>'),
});

/** The dashboard has removed such characters already; this is for other callers. */
const plain = (text: string): string =>
  text.replaceAll(/[[\p{C}\u2028\u2029]--[\n\u200C\u200D]]/gv, '\uFFFD');

const ENTITIES: { readonly [character: string]: string } = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
};

const escaped = (text: string): string =>
  plain(text).replaceAll(/[&<>"]/g, (character) => ENTITIES[character]!);

const link = (label: string, url: string): string => `<a href="${escaped(url)}">${escaped(label)}</a>`;

function refusal(
  status: number,
  { errcode, retry_after_ms: retryAfterMs = null }: MatrixResponse,
): DeliveryError {
  if (status === 403 || status === 404)
    return new DeliveryError('The account of the dashboard is not in this room. Invite it', {
      isFinal: true,
    });
  return new DeliveryError(`The Matrix server refused the message (${status} ${errcode ?? ''})`, {
    retryAfterMs,
  });
}
