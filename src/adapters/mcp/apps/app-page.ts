import { createHash } from 'node:crypto';
import { APP_SCRIPT } from './app-script.ts';

const STYLE = `
:root { color-scheme: light dark; font: 15px/1.45 system-ui, sans-serif; }
body { margin: 0; padding: 12px; }
#question { margin: 0 0 10px; white-space: pre-wrap; overflow-wrap: anywhere; }
#answers { display: flex; flex-direction: column; gap: 8px; }
button, textarea { font: inherit; }
button { min-height: 40px; padding: 6px 12px; text-align: start; overflow-wrap: anywhere; }
label { display: flex; gap: 8px; align-items: baseline; min-height: 32px; }
small { display: block; opacity: 0.75; }
textarea { box-sizing: border-box; width: 100%; min-height: 60px; }
#status:not(:empty) { margin: 10px 0 0; }
`;

const hashOf = (text: string): string => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;

/** Only this script and this style run, also in a client that sets no policy of its own. */
const POLICY = `default-src 'none'; script-src ${hashOf(APP_SCRIPT)}; style-src ${hashOf(STYLE)}; base-uri 'none'; form-action 'none'`;

/** The page that shows a question in a client. It has everything in itself. */
export const APP_PAGE = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<meta name="viewport" content="width=device-width">
<title>Question</title>
<style>${STYLE}</style>
</head>
<body>
<main>
<p id="question"></p>
<div id="answers" role="group" aria-labelledby="question"></div>
<p id="status" role="status"></p>
</main>
<script>${APP_SCRIPT}</script>
</body>
</html>
`;
