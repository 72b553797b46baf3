import { fillDocuments } from './report/documents.ts';

// `npm run bench:documents`: puts the numbers of docs/bench.json into the documents, and measures nothing.
const changed = await fillDocuments();
process.stdout.write(
  changed.length === 0 ? 'All documents are up to date.\n' : `Filled ${changed.join(', ')}.\n`,
);
