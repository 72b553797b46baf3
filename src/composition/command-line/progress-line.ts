/** The shortest time between two changes of the line. */
const INTERVAL_MS = 200;
/** Carriage return, and erase to the end of the line (ECMA-48). */
const LINE_START = '\r\u001b[K';

/** Shows the progress of long work in one line on stderr. Shows nothing when stderr is not a terminal. */
export class ProgressLine implements Disposable {
  readonly #isEnabled: boolean;
  #lastShownAt = performance.now();
  #isLineShown = false;

  /** @param isWanted false when something else on the terminal shows the progress. */
  constructor(isWanted = true) {
    this.#isEnabled = isWanted && process.stderr.isTTY;
  }

  /** Shows `text()` at most every 200 ms, so most calls cost nothing. */
  show(text: () => string): void {
    if (!this.#isEnabled || performance.now() - this.#lastShownAt < INTERVAL_MS) return;
    this.#lastShownAt = performance.now();
    this.#isLineShown = true;
    process.stderr.write(`${LINE_START}${text()}`);
  }

  /**
   * Removes the line.
   * @param text a last line, which stays.
   */
  finish(text = ''): void {
    if (this.#isLineShown) process.stderr.write(LINE_START);
    this.#isLineShown = false;
    if (this.#isEnabled && text !== '') process.stderr.write(`${text}\n`);
  }

  [Symbol.dispose](): void {
    this.finish();
  }
}
