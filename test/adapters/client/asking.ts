import type { AskOptions } from '../../../src/adapters/client/client.ts';

/** Starts to ask. Resolves when the server has the question: with its id, and with the result to come. */
export async function begin<Result>(ask: (options: AskOptions) => Promise<Result>) {
  const { promise: id, resolve } = Promise.withResolvers<string>();
  const result = ask({ onAsked: resolve });
  result.catch(() => undefined);
  return { questionId: await Promise.race([id, result.then(() => id)]), result };
}
