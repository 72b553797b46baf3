import type { AgentInstanceId } from '../../domain/ids.ts';

/** Addresses of the dashboard page, for links in notifications. */
export class PageLinks {
  readonly #pageUrl: () => string;

  /** @param pageUrl returns the address of the page without a slash at its end. */
  constructor(pageUrl: () => string) {
    this.#pageUrl = pageUrl;
  }

  /** Returns the address of the page if only this computer can open it, else null. */
  localAddress(): string | null {
    const url = this.#pageUrl();
    return isLoopback(new URL(url).hostname) ? url : null;
  }

  list(): string {
    return `${this.#pageUrl()}/`;
  }

  instance(id: AgentInstanceId): string {
    return `${this.#pageUrl()}/#/instances/${id}`;
  }

  notifications(): string {
    return `${this.#pageUrl()}/#/notifications`;
  }

  /** The token is behind the `#`: browsers do not send it, so no log of a proxy has it. */
  answer(token: string): string {
    return `${this.#pageUrl()}/#/answer/${token}`;
  }

  postAnswer(token: string): string {
    return `${this.#pageUrl()}/api/v1/answer-links/${token}`;
  }
}

const isLoopback = (host: string): boolean => /^(127\.|\[::1\]$|(.*\.)?localhost$)/.test(host);
