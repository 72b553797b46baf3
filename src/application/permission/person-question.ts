/** A question for the person. */
export interface PersonQuestion {
  readonly text: string;
  /** The answers that it offers; empty: it asks for a text only. */
  readonly options: readonly {
    readonly label: string;
    readonly value?: string;
    readonly description?: string;
  }[];
  /** Whether several options can be chosen. Default: no. */
  readonly multiple?: boolean;
}

export interface PersonAnswer {
  readonly text: string;
  /** The values of the chosen options; null if the person wrote something else. */
  readonly values: readonly string[] | null;
}
