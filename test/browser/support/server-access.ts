/** The address of a test's server, and the tokens of one user. */
export interface ServerAccess {
  readonly url: string;
  readonly agentToken: string;
  readonly dashboardToken: string;
}
