/** A fault that is injected while work is done. */
export type Fault = () => Promise<void>;

/**
 * Spreads faults evenly over work of a known size. Work that is too fast waits for the next fault. So every
 * fault happens under load, also on a fast machine, and half of the work is done between faults, while
 * everything runs.
 */
export class FaultInjector {
  readonly #faults: readonly Fault[];
  readonly #unitsPerFault: number;
  /** Called after each fault, with the number of faults so far. */
  readonly #onDone: (faultCount: number) => void;
  /** How many units of work have started. */
  #started = 0;
  /** How many faults have been injected. */
  #injected = 0;
  readonly #wakeUps = new Set<() => void>();

  constructor(workSize: number, faults: readonly Fault[], onDone: (faultCount: number) => void = () => {}) {
    this.#faults = faults;
    this.#unitsPerFault = workSize / (faults.length + 1);
    this.#onDone = onDone;
  }

  /** Must be called before each unit of work. */
  async beforeWork(): Promise<void> {
    while (
      this.#injected < this.#faults.length &&
      this.#started >= (this.#injected + 1.5) * this.#unitsPerFault
    ) {
      await this.#nextChange();
    }
    this.#started += 1;
    this.#announceChange();
  }

  /** Injects all faults, and resolves after the last one. */
  async injectAll(): Promise<void> {
    for (const inject of this.#faults) {
      while (this.#started < Math.floor((this.#injected + 1) * this.#unitsPerFault)) {
        await this.#nextChange();
      }
      await inject();
      this.#injected += 1;
      this.#onDone(this.#injected);
      this.#announceChange();
    }
  }

  #nextChange(): Promise<void> {
    return new Promise((resolve) => this.#wakeUps.add(resolve));
  }

  #announceChange(): void {
    const all = [...this.#wakeUps];
    this.#wakeUps.clear();
    for (const wakeUp of all) wakeUp();
  }
}
