import type { NotificationContent } from './notification-content.ts';
import { show } from './show-push.ts';
import { urlOf } from './worker-scope.ts';

const TIMEOUT_MS = 30_000;

/** Answers the question of a notification with one of its options. Says so only if that fails. */
export async function answer(content: NotificationContent, index: number): Promise<void> {
  const option = content.options[index];
  if (option === undefined) return;
  const { label, token } = option;
  const response = await request('POST', token).catch(() => null);
  if (response?.ok) return;
  if (response === null || response.status >= 500 || response.status === 429) {
    await show({
      ...{ ...content, title: `“${label}” was not sent` },
      body: 'The server cannot be reached now. Tap the answer again, or open the page.',
    });
    return;
  }
  await show({
    ...{ ...content, options: [], title: `“${label}” was not taken` },
    body: `${(await outcomeOf(token)) ?? (await detailOf(response))}`,
  });
}

/** The token is all that the request needs, so it goes without the session of the browser. */
const request = (method: 'GET' | 'POST', token: string): Promise<Response> =>
  fetch(urlOf(`api/v1/answer-links/${encodeURIComponent(token)}`), {
    ...{ method, credentials: 'omit', signal: AbortSignal.timeout(TIMEOUT_MS) },
    ...(method === 'POST' && { body: '{}', headers: { 'content-type': 'application/json' } }),
  });

/** Returns how the question ended, for example because somebody else was faster; null if it did not. */
async function outcomeOf(token: string): Promise<string | null> {
  try {
    const response = await request('GET', token);
    return response.ok ? (await response.json()).outcome : null;
  } catch {
    return null;
  }
}

async function detailOf(response: Response): Promise<string> {
  const { detail } = await response.json().catch(() => ({}));
  return typeof detail === 'string' ? detail : `The server answered with status ${response.status}.`;
}
