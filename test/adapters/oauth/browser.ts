/** Where a browser has arrived: a page, an address that leads to a program, or an error. */
export interface Arrival {
  readonly url: URL;
  readonly status: number;
  readonly text: string;
}

/**
 * A browser that keeps cookies and follows redirects, until one leads to a page of ours (`#/…`) or to a host
 * that is no server under test.
 */
export class Browser {
  readonly cookies = new Map<string, string>();
  /** Where requests really go. With two processes, each request goes to another one. */
  readonly #serverFor: (url: URL) => string | null;

  /** @param serverFor returns the server that answers for an address; null: the browser stops there. */
  constructor(serverFor: (url: URL) => string | null) {
    this.#serverFor = serverFor;
  }

  async open(address: string | URL): Promise<Arrival> {
    const url = new URL(address);
    const server = this.#serverFor(url);
    if (server === null || url.hash !== '') return { url, status: 0, text: '' };
    const response = await this.send(url);
    const location = response.headers.get('location');
    if (location !== null) return this.open(new URL(location, url));
    return { url, status: response.status, text: await response.text() };
  }

  /** Sends a request with the cookies, like a page of the server. */
  async send(url: URL, { headers, ...init }: RequestInit = {}): Promise<Response> {
    const cookie = Array.from(this.cookies, ([name, value]) => `${name}=${value}`).join('; ');
    const response = await fetch(new URL(url.pathname + url.search, this.#serverFor(url)!), {
      redirect: 'manual',
      headers: { ...Object.fromEntries(new Headers(headers)), ...(cookie !== '' && { cookie }) },
      ...init,
    });
    for (const header of response.headers.getSetCookie()) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(header)!;
      if (value === '') this.cookies.delete(name!);
      else this.cookies.set(name!, value!);
    }
    return response;
  }
}
