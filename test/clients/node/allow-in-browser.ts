import { SERVER_URL } from './session.ts';

/** Allows the access as soon as a program has printed the address that the person has to open. */
export function allowWhenPrinted(output: NodeJS.EventEmitter): void {
  let printed = '';
  let isAllowed = false;
  output.on('data', (chunk) => {
    printed += chunk;
    const address = /https?:\/\/\S+\/oauth\/authorize\?\S+(?=\s)/.exec(printed)?.[0];
    if (address === undefined || isAllowed) return;
    isAllowed = true;
    allowInBrowser(address).catch((error: Error) => {
      process.stderr.write(`${error.stack}\n${printed}`);
      process.exit(1);
    });
  });
}

/**
 * Does what a person does in a browser: opens the address that a program shows, allows the access on the
 * page, and lets the browser go back to the program.
 */
async function allowInBrowser(address: string): Promise<void> {
  const cookies = new Map<string, string>();
  const send = async (url: string | URL, init: RequestInit = {}): Promise<Response> => {
    const cookie = Array.from(cookies, ([name, value]) => `${name}=${value}`).join('; ');
    const headers = { ...Object.fromEntries(new Headers(init.headers)), cookie };
    const response = await fetch(url, { redirect: 'manual', ...init, headers });
    for (const header of response.headers.getSetCookie()) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(header)!;
      cookies.set(name!, value!);
    }
    return response;
  };
  const page = locationOf(await send(address), address);
  const id = page.hash.replace('#/connect/', '');
  const decided = await send(`${SERVER_URL}/api/v1/access-requests/${id}`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${process.env.DASHBOARD_TOKEN}`,
      'content-type': 'application/json',
      'x-requested-with': 'agent-dashboard',
    },
    body: JSON.stringify({ allow: true }),
  });
  const { redirect_to } = (await decided.json()) as { redirect_to?: string };
  if (redirect_to === undefined) throw new Error(`the access was not allowed: ${decided.status}`);
  const back = await fetch(locationOf(await send(redirect_to), redirect_to));
  if (!back.ok) throw new Error(`the program refused the answer: ${back.status} ${await back.text()}`);
}

function locationOf(response: Response, address: string): URL {
  const location = response.headers.get('location');
  if (location === null) throw new Error(`no redirect from ${address}: ${response.status}`);
  return new URL(location, address);
}
