import { EventEmitter, on } from 'node:events';
import type { Logger } from '../../../src/ports/runtime.ts';

/** A logger whose lines a test can wait for. A test sees background work only by its log lines. */
export class RecordedLog implements Logger {
  readonly lines: string[] = [];
  readonly #events = new EventEmitter();

  readonly debug = (_fields: object, message: string) => this.#record(`debug: ${message}`);
  readonly info = (_fields: object, message: string) => this.#record(`info: ${message}`);
  readonly warn = (_fields: object, message: string) => this.#record(`warn: ${message}`);
  readonly error = (_fields: object, message: string) => this.#record(`error: ${message}`);

  /** Resolves when `count` matching lines have been logged since the beginning. */
  async seen(pattern: RegExp, count = 1): Promise<void> {
    const isEnough = () => this.lines.filter((line) => pattern.test(line)).length >= count;
    if (isEnough()) return;
    for await (const _ of on(this.#events, 'line')) if (isEnough()) return;
  }

  #record(message: string): void {
    this.lines.push(message);
    this.#events.emit('line');
  }
}
