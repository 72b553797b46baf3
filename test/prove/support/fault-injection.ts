/** A fault that is injected while work is done. */
export type Fault = () => Promise<void>;

/**
 * Spreads faults evenly over work of a known size. Work that gets too far ahead waits for the next fault. So
 * every fault meets load, on a fast machine too, and half of the work is done between faults, while
 * everything is up.
 */
export class FaultInjector {
  readonly #faults: readonly Fault[];
  readonly #segment: number;
  readonly #onDone: (done: number) => void;
  #worked = 0;
  #done = 0;
  readonly #wakeUps = new Set<() => void>();

  constructor(workSize: number, faults: readonly Fault[], onDone: (done: number) => void = () => {}) {
    this.#faults = faults;
    this.#segment = workSize / (faults.length + 1);
    this.#onDone = onDone;
  }

  /** Must be called before each unit of work. */
  async beforeWork(): Promise<void> {
    while (this.#done < this.#faults.length && this.#worked >= (this.#done + 1.5) * this.#segment) {
      await this.#change();
    }
    this.#worked += 1;
    this.#tell();
  }

  /** Injects all faults, and resolves after the last one. */
  async injectAll(): Promise<void> {
    for (const inject of this.#faults) {
      while (this.#worked < Math.floor((this.#done + 1) * this.#segment)) await this.#change();
      await inject();
      this.#done += 1;
      this.#onDone(this.#done);
      this.#tell();
    }
  }

  #change(): Promise<void> {
    return new Promise((resolve) => this.#wakeUps.add(resolve));
  }

  #tell(): void {
    const all = [...this.#wakeUps];
    this.#wakeUps.clear();
    for (const wakeUp of all) wakeUp();
  }
}
