import { glob, readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { readBenchFile } from './bench-file.ts';
import { fillDocument } from './fill-document.ts';

const ROOT = new URL('../../', import.meta.url);

/** Lists the documents that may quote numbers of the bench, as paths from the repository's root. */
export async function benchDocuments(): Promise<string[]> {
  const paths: string[] = [];
  for await (const file of glob(['*.md', 'docs/**/*.md'], { cwd: fileURLToPath(ROOT) })) paths.push(file);
  return paths.sort();
}

export const readDocument = (document: string): Promise<string> => readFile(new URL(document, ROOT), 'utf8');

/**
 * Fills the tables and figures of all documents from docs/bench.json.
 * @returns the documents that changed.
 * @throws Error if a `<!-- bench … -->` comment in a document is wrong; the message begins with the name of
 * the document.
 */
export async function fillDocuments(): Promise<string[]> {
  const file = await readBenchFile();
  const changedDocuments: string[] = [];
  for (const document of await benchDocuments()) {
    const text = await readDocument(document);
    let filledText: string;
    try {
      filledText = fillDocument(text, file);
    } catch (cause) {
      throw new Error(`${document}: ${cause instanceof Error ? cause.message : cause}`, { cause });
    }
    if (filledText === text) continue;
    await writeFile(new URL(document, ROOT), filledText);
    changedDocuments.push(document);
  }
  return changedDocuments;
}
