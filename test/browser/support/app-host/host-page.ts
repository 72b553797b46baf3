import { AppBridge, PostMessageTransport } from '@modelcontextprotocol/ext-apps/app-bridge';

/** What the test gives to the page of the host. */
interface HostWindow {
  callTool(params: object): Promise<object>;
  openLink(url: string): Promise<void>;
  sendMessage(text: string): Promise<void>;
  showApp(app: { html: string; args: { [name: string]: unknown }; result: object }): Promise<void>;
}

const host = window as unknown as HostWindow;

/** Shows an app as a client does, with the library that its authors made for clients. */
host.showApp = async ({ html, args, result }) => {
  const frame = document.createElement('iframe');
  frame.title = 'App';
  frame.sandbox.add('allow-scripts');
  document.body.replaceChildren(frame);
  const bridge = new AppBridge(
    null,
    { name: 'test-host', version: '1.0.0' },
    { openLinks: {}, serverTools: {}, message: { text: {} } },
  );
  bridge.oncalltool = async (params) => (await host.callTool(params)) as never;
  bridge.onopenlink = async ({ url }) => {
    await host.openLink(url);
    return {};
  };
  bridge.onmessage = async ({ content }) => {
    await host.sendMessage(content.map((block) => (block.type === 'text' ? block.text : '')).join(''));
    return {};
  };
  const initialized = new Promise<void>((resolve) => bridge.addEventListener('initialized', () => resolve()));
  const sized = new Promise<void>((resolve) =>
    bridge.addEventListener('sizechange', ({ height = 0 }) => {
      frame.style.height = `${height}px`;
      resolve();
    }),
  );
  const { contentWindow } = frame;
  await bridge.connect(new PostMessageTransport(contentWindow!, contentWindow!));
  frame.srcdoc = html;
  await initialized;
  await sized;
  await bridge.sendToolInput({ arguments: args });
  await bridge.sendToolResult(result as never);
};
