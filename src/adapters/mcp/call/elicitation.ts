/** How a client can ask its person for something in place. */
export interface ElicitationModes {
  /** It shows a form. */
  readonly form: boolean;
  /** It opens an address, and does not see what the person does there. */
  readonly url: boolean;
}

/** What the client is asked to show, as the protocol has it in `elicitation/create`. */
export type ElicitationParams =
  | { readonly mode: 'form'; readonly message: string; readonly requestedSchema: object }
  | { readonly mode: 'url'; readonly message: string; readonly url: string; readonly elicitationId?: string };

/** What the client answers. It comes from outside: anything may be in it. */
export interface ElicitationResult {
  readonly action?: unknown;
  readonly content?: unknown;
}

/** A client that can ask its person in place. */
export type Elicitation = { readonly modes: ElicitationModes } & (
  | {
      readonly by: 'request';
      /** Asks while the call runs. Aborting the signal takes the question back at the client. */
      create(params: ElicitationParams, signal: AbortSignal): Promise<ElicitationResult>;
      /** Tells the client that what it has opened in a browser is done. */
      complete(elicitationId: string): void;
    }
  | {
      /** The call ends with what the client has to ask, and the client repeats it with the answer. */
      readonly by: 'result';
      /** What the client brings with a repeated call; null with the first one. */
      readonly repeated: { readonly state: string; readonly responses: ElicitationResponses } | null;
    }
);

export type ElicitationResponses = { readonly [key: string]: unknown };

const NO_MODES: ElicitationModes = { form: false, url: false };

/** Reads what a client declares in its capabilities, which may be anything. Without a mode it means forms. */
export function elicitationModes(capabilities: unknown): ElicitationModes {
  const { elicitation } = (capabilities ?? {}) as { elicitation?: unknown };
  if (!isObject(elicitation)) return NO_MODES;
  const modes = { form: isObject(elicitation.form), url: isObject(elicitation.url) };
  return Object.keys(elicitation).length === 0 ? { form: true, url: false } : modes;
}

const isObject = (value: unknown): value is { readonly [name: string]: unknown } =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
