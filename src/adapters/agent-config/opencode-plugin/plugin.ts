import { readFile } from 'node:fs/promises';

// OpenCode loads this file with Bun, without the libraries of this package.

/** What OpenCode gives a plugin, as far as this one uses it. */
interface PluginInput {
  readonly client: {
    readonly _client?: { post(request: object): Promise<unknown> };
  };
  readonly serverUrl?: URL;
}

interface PluginOptions {
  readonly connectionFile: string;
  readonly steps: string | null;
}

interface Answer {
  /** Why a tool may not run. */
  readonly error?: string;
  readonly reply?: string;
  readonly message?: string;
  readonly answers?: readonly (readonly string[])[];
}

interface Event {
  readonly type: string;
  readonly properties: { readonly id?: string };
}

/** The events that the server understands. There are many more, such as one for each word of an answer. */
const EVENTS = new Set([
  'session.created',
  'session.deleted',
  'session.idle',
  'permission.asked',
  'permission.replied',
  'question.asked',
  'question.replied',
  'question.rejected',
]);

/** How long the response may take to begin, as in the command `hook`. */
const RESPONSE_MS = 5_000;

/**
 * Makes the plugin for OpenCode. It posts what it is called with, and carries the decision of the person back.
 * If anything goes wrong, it is as if there was no plugin.
 */
export const dashboardPlugin = (options: PluginOptions) => async (input: PluginInput) => {
  const post = (body: object) => postEvent(body, options);
  const call = (input: object, output: object) => post({ input, output });
  return {
    async event({ event }: { event: Event }): Promise<void> {
      if (!EVENTS.has(event.type)) return;
      // A question waits for the person. OpenCode must not wait for that.
      void post(event).then((answer) => sendReply(event, answer, input));
    },
    'chat.message': call,
    'tool.execute.after': call,
    'experimental.text.complete': call,
    async 'tool.execute.before'(input: object, output: object): Promise<void> {
      const { error } = await call(input, output);
      if (error !== undefined) throw new Error(error);
    },
  };
};

async function postEvent(body: object, { connectionFile, steps }: PluginOptions): Promise<Answer> {
  const abort = new AbortController();
  const timer = setTimeout(() => abort.abort(), RESPONSE_MS);
  try {
    // The key may have been replaced since.
    const connection = JSON.parse(await readFile(connectionFile, 'utf8')) as {
      base_url: string;
      token: string;
    };
    const query = steps === null ? '' : `?steps=${steps}`;
    const response = await fetch(`${connection.base_url}/api/v1/hooks/opencode${query}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${connection.token}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
      redirect: 'error',
      signal: abort.signal,
    });
    clearTimeout(timer);
    return response.status === 200 ? ((await response.json()) as Answer) : {};
  } catch {
    return {};
  } finally {
    clearTimeout(timer);
  }
}

/** Answers a prompt of OpenCode, through the way on which plugins call it: it may not listen on any port. */
async function sendReply(
  { type, properties }: Event,
  answer: Answer,
  { client }: PluginInput,
): Promise<void> {
  const { id } = properties;
  const { reply, message, answers } = answer;
  if (id === undefined || (reply === undefined && answers === undefined)) return;
  const [kind] = type.split('.');
  const body = answers === undefined ? { reply, message } : { answers };
  await client._client
    ?.post({
      url: `/${kind}/{id}/reply`,
      path: { id },
      body,
      headers: { 'Content-Type': 'application/json' },
    })
    .catch(() => {});
}
