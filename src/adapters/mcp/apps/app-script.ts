/**
 * The program of the app. It speaks JSON-RPC with the client by messages of the browser
 * (https://modelcontextprotocol.io/seps/1865-mcp-apps-interactive-user-interfaces-for-mcp), and writes texts
 * only as texts, never as HTML. It is a text here because it runs in a browser, and must need no other file.
 */
export const APP_SCRIPT = `
'use strict';
const byId = (id) => document.getElementById(id);
const answers = byId('answers');
let question = null;
let host = {};
let nextId = 1;
const waiting = new Map();

const post = (message) => parent.postMessage({ jsonrpc: '2.0', ...message }, '*');
const request = (method, params) =>
  new Promise((resolve, reject) => {
    waiting.set(nextId, { resolve, reject });
    post({ id: nextId++, method, params });
  });
const say = (text) => { byId('status').textContent = text; };

const element = (name, properties, ...children) => {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
};

const setBusy = (isBusy) => {
  for (const control of answers.querySelectorAll('button, input, textarea')) control.disabled = isBusy;
};

const answer = async (given) => {
  setBusy(true);
  say('Sending …');
  const { question_id, answer_token } = question;
  const result = await request('tools/call', {
    name: 'answer_question',
    arguments: { question_id, answer_token, ...given },
  }).catch((error) => ({ isError: true, content: [{ text: String(error.message) }] }));
  const text = result.content?.[0]?.text ?? '';
  if (result.isError) {
    setBusy(/^(already_answered|question_over|question_not_found):/.test(text));
    say(text.replace(/^[a-z_]+: /, ''));
    return;
  }
  answers.replaceChildren();
  say('Answered: ' + (result.structuredContent?.content ?? ''));
  if (host.message === undefined) return;
  // The answer itself goes only through the server, which knows whether it counted.
  const hint = 'I have answered your question. Call ask_question with question_id ' + question_id + ' to read my answer.';
  request('ui/message', { role: 'user', content: [{ type: 'text', text: hint }] }).catch(() => {});
};

const labelOf = ({ label, description }) =>
  description === null ? [label] : [element('span', {}, label, element('small', {}, description))];

const showSeveral = ({ options, min, max }) => {
  const boxes = options.map(({ value }) => element('input', { type: 'checkbox', value }));
  answers.append(...options.map((option, index) => element('label', {}, boxes[index], ...labelOf(option))));
  const send = element('button', { type: 'button' }, 'Send');
  send.addEventListener('click', () => {
    const values = boxes.filter((box) => box.checked).map((box) => box.value);
    if (values.length < min || values.length > max) say('Choose ' + min + ' to ' + max + '.');
    else answer({ values });
  });
  answers.append(send);
};

const showOptions = ({ options }) => {
  for (const option of options) {
    const button = element('button', { type: 'button' }, ...labelOf(option));
    button.addEventListener('click', () => answer({ values: [option.value] }));
    answers.append(button);
  }
};

const showText = (hasOptions) => {
  const name = hasOptions ? 'Or answer in your own words' : 'Your answer';
  const text = element('textarea', { placeholder: name });
  text.setAttribute('aria-label', name);
  const send = element('button', { type: 'button' }, hasOptions ? 'Send this text' : 'Send');
  send.addEventListener('click', () => {
    if (text.value.trim() === '') say('Write an answer first.');
    else answer({ content: text.value });
  });
  answers.append(text, send);
};

const showLink = (url) => {
  const link = element('button', { type: 'button' }, 'Answer on the dashboard');
  link.addEventListener('click', () => {
    request('ui/open-link', { url }).then(
      ({ isError }) => { if (isError) say(url); },
      () => say(url),
    );
  });
  answers.append(link);
};

const show = (result) => {
  const shown = result._meta?.['agent-dashboard/question'];
  if (shown === undefined) {
    const given = result.structuredContent?.answer;
    if (typeof given === 'string') say('Answered: ' + given);
    return;
  }
  question = shown;
  byId('question').textContent = shown.text;
  answers.replaceChildren();
  if (shown.answer_token !== null && host.serverTools !== undefined) {
    if (shown.choice?.multiple) showSeveral(shown.choice);
    else if (shown.choice !== null) showOptions(shown.choice);
    showText(shown.choice !== null);
  }
  if (shown.url !== null && host.openLinks !== undefined) showLink(shown.url);
  else if (answers.childElementCount === 0) say('Answer it on the dashboard.');
};

const receive = ({ id, method, params, result, error }) => {
  if (method === undefined) {
    const { resolve, reject } = waiting.get(id) ?? {};
    waiting.delete(id);
    if (error !== undefined) reject?.(error);
    else resolve?.(result);
  } else if (method === 'ui/notifications/tool-input') {
    const text = params?.arguments?.question_text;
    if (question === null && typeof text === 'string') byId('question').textContent = text;
  } else if (method === 'ui/notifications/tool-result') show(params);
  else if (method === 'ui/notifications/tool-cancelled') say('The agent no longer waits here.');
  else if (id !== undefined && (method === 'ping' || method === 'ui/resource-teardown')) post({ id, result: {} });
  else if (id !== undefined) post({ id, error: { code: -32601, message: 'Method not found' } });
};

addEventListener('message', ({ source, data }) => {
  if (source === parent && data !== null && typeof data === 'object' && data.jsonrpc === '2.0') receive(data);
});

new ResizeObserver(() => {
  const { width, height } = document.documentElement.getBoundingClientRect();
  post({ method: 'ui/notifications/size-changed', params: { width: Math.ceil(width), height: Math.ceil(height) } });
}).observe(document.documentElement);

request('ui/initialize', {
  protocolVersion: '2026-01-26',
  appInfo: { name: 'agent-dashboard', version: '1.0.0' },
  appCapabilities: {},
}).then(({ hostCapabilities }) => {
  host = hostCapabilities ?? {};
  post({ method: 'ui/notifications/initialized', params: {} });
});
`;
