/** Encrypts what must not be readable in the database. */
export interface SecretBox {
  /** @param context is authenticated with the text: it only opens again in the same context. */
  seal(text: string, context: string): string;
  /** @throws Error if it was sealed with another key, in another context, or was changed. */
  open(sealed: string, context: string): string;
}
