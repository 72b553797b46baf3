import { readConfig } from '../../../src/composition/config/config.ts';
import { type OpenOperator, openOperator } from '../../../src/composition/operator/open-operator.ts';
import { userId } from '../../../src/domain/ids.ts';
import type { Scope } from '../../../src/domain/user/api-key.ts';
import type { NodeProcessOptions } from '../../support/servers/node-process.ts';

export interface KeyOptions {
  readonly name?: string;
  /** Null: the token never expires. */
  readonly expiresInSeconds?: number | null;
}

/** Issues tokens at the running server, as the command `token issue` does, but within this process. */
export class TokenIssuer implements AsyncDisposable {
  readonly #opened: OpenOperator;

  private constructor(opened: OpenOperator) {
    this.#opened = opened;
  }

  static async open(env: NonNullable<NodeProcessOptions['env']>): Promise<TokenIssuer> {
    return new TokenIssuer(await openOperator(readConfig({ LOG_LEVEL: 'warn', ...env })));
  }

  issue(
    user: string,
    scope: Scope,
    { name = `for a test, ${scope}`, expiresInSeconds = null }: KeyOptions = {},
  ): Promise<string> {
    return this.#opened.operator.issue({
      userId: userId(user),
      name,
      scope,
      agentInstanceId: null,
      expiresInSeconds,
    });
  }

  [Symbol.asyncDispose](): PromiseLike<void> {
    return this.#opened[Symbol.asyncDispose]();
  }
}
