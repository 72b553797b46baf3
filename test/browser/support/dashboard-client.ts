import type { ServerAccess } from './server-access.ts';

/** Calls the REST API as the person, for actions that a test does not do on the page. */
export class DashboardClient {
  readonly #server: ServerAccess;

  constructor(server: ServerAccess) {
    this.#server = server;
  }

  name(instance: { readonly id: string }, name: string): Promise<void> {
    return this.#call('PATCH', `/agent-instances/${instance.id}`, { name });
  }

  say(instance: { readonly id: string }, content: string): Promise<void> {
    return this.#call('POST', `/agent-instances/${instance.id}/messages`, { content });
  }

  answer(questionId: string, answer: object): Promise<void> {
    return this.#call('POST', `/questions/${questionId}/answer`, answer);
  }

  async #call(method: string, path: string, body: object): Promise<void> {
    const { url, dashboardToken } = this.#server;
    const response = await fetch(`${url}/api/v1${path}`, {
      method,
      headers: { authorization: `Bearer ${dashboardToken}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
  }
}
