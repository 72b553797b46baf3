import type { Caller } from '../../../ports/tokens/token-verifier.ts';

/** Shows a question in the client, if the client shows apps. */
export interface QuestionApp {
  /**
   * Returns the `_meta` of a result of `ask_question` that is pending. Clients give it to the app, and not to
   * the model.
   * @param args the arguments of the call, which `dispatch` has accepted.
   * @returns undefined if there is nothing to show.
   */
  metaOf(question: {
    readonly caller: Caller;
    readonly args: object;
    readonly output: object;
    /** Whether the person may answer in the app. Else the app leads to the page. */
    readonly mayAnswer: boolean;
  }): { [key: string]: unknown } | undefined;
}
