/** The input fields that say best what a tool is used on, the best one first. */
const SUBJECT_FIELDS = [
  'command',
  'file_path',
  'filePath',
  'notebook_path',
  'path',
  'url',
  'pattern',
  'query',
  'description',
  'subject',
  'message',
  'prompt',
] as const;

/** Returns what a tool is used on; empty if no field says it. */
export function subjectOf(input: object): string {
  const fields = input as { readonly [name: string]: unknown };
  for (const name of SUBJECT_FIELDS) {
    const value = fields[name];
    if (typeof value === 'string' && value.trim() !== '') return value;
  }
  return '';
}
