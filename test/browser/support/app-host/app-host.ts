import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { Browser, FrameLocator, Page } from 'playwright-core';
import { build, type Rolldown } from 'vite';
import { connectAppClient } from '../../../adapters/mcp/apps/app-client.ts';

type Client = Awaited<ReturnType<typeof connectAppClient>>;

/** A program that shows apps: its page in a browser, and its client of the server. */
export class AppHost implements AsyncDisposable {
  readonly client: Client;
  readonly page: Page;
  /** What the app has done outside itself, in order. */
  readonly openedLinks: string[] = [];
  readonly messages: string[] = [];
  /** Every request of the browser after the page of the host was loaded, and every violation of a policy. */
  readonly requests: string[] = [];
  readonly complaints: string[] = [];
  /** The result of the last question. */
  asked: { readonly question_id: string; readonly agent_instance_id: string } | null = null;
  readonly #stop: () => Promise<void>;

  private constructor(client: Client, page: Page, stop: () => Promise<void>) {
    this.client = client;
    this.page = page;
    this.#stop = stop;
  }

  static async start(browser: Browser, serverUrl: string): Promise<AppHost> {
    const script = await bundle(join(import.meta.dirname, 'host-page.ts'));
    const html = `<!doctype html><html lang="en"><title>Host</title><body><script type="module">${script}</script>`;
    const http = createServer((_, res) => res.setHeader('Content-Type', 'text/html').end(html));
    await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
    const client = await connectAppClient(serverUrl);
    const page = await browser.newPage();
    const host = new AppHost(client, page, async () => {
      await page.close();
      await client.close();
      http.close();
    });
    await page.exposeFunction('callTool', (params: { name: string }) => client.callTool(params));
    await page.exposeFunction('openLink', (url: string) => void host.openedLinks.push(url));
    await page.exposeFunction('sendMessage', (text: string) => void host.messages.push(text));
    await page.goto(`http://127.0.0.1:${(http.address() as AddressInfo).port}`);
    page.on('request', (request) => void host.requests.push(request.url()));
    page.on('console', (message) => {
      if (message.type() === 'error' || message.type() === 'warning') host.complaints.push(message.text());
    });
    page.on('pageerror', (error) => void host.complaints.push(String(error)));
    return host;
  }

  /** Calls ask_question, and shows the app with the result. */
  async ask(args: object): Promise<FrameLocator> {
    const result = await this.client.callTool({ name: 'ask_question', arguments: { ...args } });
    this.asked = result.structuredContent as typeof this.asked;
    const { contents } = await this.client.readResource({ uri: 'ui://agent-dashboard/question' });
    const { text: html } = contents[0] as { text: string };
    await this.page.evaluate(
      (app) => (window as unknown as { showApp(app: object): Promise<void> }).showApp(app),
      { html, args, result },
    );
    return this.page.frameLocator('iframe[title=App]');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stop();
  }
}

async function bundle(entry: string): Promise<string> {
  const built = (await build({
    configFile: false,
    logLevel: 'warn',
    build: { write: false, lib: { entry, formats: ['es'], fileName: 'host' } },
  })) as Rolldown.RolldownOutput[];
  const [chunk] = built[0]!.output;
  // The script is written into a page.
  return chunk.code.replaceAll('</script', '<\\/script');
}
