/** Something that goes wrong while work is done. */
export type Fault = () => Promise<void>;

/**
 * Spreads troubles evenly over work of a known size. Work that gets too far ahead of the troubles waits for
 * them, so that every one of them meets load, however fast the machine; and half of the work is done between
 * them, while everything is up and competes.
 */
export class FaultInjector {
  readonly #troubles: readonly Fault[];
  readonly #segment: number;
  readonly #onDone: (done: number) => void;
  #worked = 0;
  #done = 0;
  readonly #wakeUps = new Set<() => void>();

  constructor(workSize: number, troubles: readonly Fault[], onDone: (done: number) => void = () => {}) {
    this.#troubles = troubles;
    this.#segment = workSize / (troubles.length + 1);
    this.#onDone = onDone;
  }

  /** To be called before each unit of work. */
  async beforeWork(): Promise<void> {
    while (this.#done < this.#troubles.length && this.#worked >= (this.#done + 1.5) * this.#segment) {
      await this.#change();
    }
    this.#worked += 1;
    this.#tell();
  }

  /** Resolves when all of them have been. */
  async injectAll(): Promise<void> {
    for (const trouble of this.#troubles) {
      while (this.#worked < Math.floor((this.#done + 1) * this.#segment)) await this.#change();
      await trouble();
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
