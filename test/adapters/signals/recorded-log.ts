import { EventEmitter, on } from 'node:events';
import type { Logger } from '../../../src/ports/runtime.ts';

/** A logger whose lines can be waited for: the only outward sign of what an adapter does by itself. */
export class RecordedLog implements Logger {
  readonly lines: string[] = [];
  readonly #events = new EventEmitter();

  readonly debug = (_fields: object, message: string) => this.#record(`debug: ${message}`);
  readonly info = (_fields: object, message: string) => this.#record(`info: ${message}`);
  readonly warn = (_fields: object, message: string) => this.#record(`warn: ${message}`);
  readonly error = (_fields: object, message: string) => this.#record(`error: ${message}`);

  /** Resolves once `count` lines that match have been logged since the beginning. */
  async seen(pattern: RegExp, count = 1): Promise<void> {
    const enough = () => this.lines.filter((line) => pattern.test(line)).length >= count;
    if (enough()) return;
    for await (const _ of on(this.#events, 'line')) if (enough()) return;
  }

  #record(message: string): void {
    this.lines.push(message);
    this.#events.emit('line');
  }
}
