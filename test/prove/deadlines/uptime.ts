/** When the servers of a proof were up, by `Date.now()`. */
export class Uptime {
  /** For each server, the times at which it came up and went down, in turn. */
  readonly #changes: number[][];

  /** All servers are up at the beginning. */
  constructor(servers: number, now: number) {
    this.#changes = Array.from({ length: servers }, () => [now]);
  }

  /** The server goes down, or comes up again. */
  change(server: number, now: number): void {
    this.#changes[server]!.push(now);
  }

  /** Returns for how long one server was up without a break in this time, in milliseconds. */
  longest(from: number, to: number): number {
    let longest = 0;
    for (const changes of this.#changes) {
      for (let nth = 0; nth < changes.length; nth += 2) {
        const up = Math.max(from, changes[nth]!);
        const down = Math.min(to, changes[nth + 1] ?? to);
        longest = Math.max(longest, down - up);
      }
    }
    return longest;
  }
}
