import type { AgentContext } from '../wire.ts';

/** Says where an agent runs now. It may say the same each time. */
export type ReadContext = () => AgentContext | Promise<AgentContext>;

/** How many instances are remembered. The oldest is forgotten first, and then told again. */
const MAX_REMEMBERED_INSTANCES = 1_000;

/** Says with the first message of an instance where its agent runs, and again after changes. */
export class ChangedContext {
  readonly #read: ReadContext | null;
  /** What was last said, as JSON, by instance. */
  readonly #said = new Map<string, string>();

  constructor(read: ReadContext | null) {
    this.#read = read;
  }

  /**
   * Sends a message with the context, if it has changed since the last message of the instance that was sent.
   * @param own what the message itself says. It counts more than what was read.
   * @param send gets the field for the message.
   */
  async sendWith<Output>(
    instanceId: string,
    own: AgentContext | null | undefined,
    send: (fields: { readonly context?: AgentContext }) => Promise<Output>,
  ): Promise<Output> {
    const read = (await this.#read?.()) ?? null;
    const text = JSON.stringify(read);
    const isChanged = read !== null && this.#said.get(instanceId) !== text;
    const context = isChanged ? { ...read, ...withoutGaps(own) } : own;
    const output = await send(context == null ? {} : { context });
    if (isChanged) this.#remember(instanceId, text);
    return output;
  }

  #remember(instanceId: string, text: string): void {
    if (this.#said.size >= MAX_REMEMBERED_INSTANCES) this.#said.delete(this.#said.keys().next().value!);
    this.#said.set(instanceId, text);
  }
}

/** What is null or empty must not hide what was read. */
const withoutGaps = (context: AgentContext | null | undefined): AgentContext =>
  Object.fromEntries(Object.entries(context ?? {}).filter(([, text]) => text != null && text.trim() !== ''));
