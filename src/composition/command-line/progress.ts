const INTERVAL_MS = 200;
/** Carriage return, and erase to the end of the line (ECMA-48). */
const LINE_START = '\r\u001b[K';

/** One line on stderr that shows the progress of long work. Shows nothing when stderr is not a terminal. */
export class Progress implements Disposable {
  readonly #isShown: boolean;
  #lastTold = performance.now();
  #isOnLine = false;

  /** @param isWanted false when something else on the terminal shows the progress. */
  constructor(isWanted = true) {
    this.#isShown = isWanted && process.stderr.isTTY;
  }

  /** Shows `text()` at most every 200 ms, so most calls cost nothing. */
  tell(text: () => string): void {
    if (!this.#isShown || performance.now() - this.#lastTold < INTERVAL_MS) return;
    this.#lastTold = performance.now();
    this.#isOnLine = true;
    process.stderr.write(`${LINE_START}${text()}`);
  }

  /** @param text the last line, which stays. */
  end(text = ''): void {
    if (this.#isOnLine) process.stderr.write(LINE_START);
    this.#isOnLine = false;
    if (this.#isShown && text !== '') process.stderr.write(`${text}\n`);
  }

  [Symbol.dispose](): void {
    this.end();
  }
}
