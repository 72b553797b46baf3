/** Makes the PNG icons of the page from `public/icon.svg`: `node web/make-icons.ts`. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { EXECUTABLE } from '../test/browser/support/browser.ts';

const FOLDER = join(import.meta.dirname, 'public');
const icon = await readFile(join(FOLDER, 'icon.svg'), 'utf8');

/** Phones cut the icon to a circle or a rounded square: what matters has to be in the middle four fifths. */
const maskable = icon
  .replace('rx="15"', '')
  .replace(/(<path.*)(<\/svg>)/, '<g transform="translate(8 8) scale(.75)">$1</g>$2');

/** Android takes only the shape from it, and gives it a colour. */
const badge = icon
  .replace(/<rect[^>]*>/, '')
  .replaceAll('#2f5fd0', '#0000')
  .replaceAll('#e8900c', '#0000');

const FILES = [
  { file: 'icon-192.png', size: 192, svg: icon },
  { file: 'icon-512.png', size: 512, svg: icon },
  { file: 'icon-maskable.png', size: 512, svg: maskable },
  { file: 'badge.png', size: 96, svg: badge },
];

await using stack = new AsyncDisposableStack();
const browser = await chromium.launch({ executablePath: EXECUTABLE, args: ['--no-sandbox'] });
stack.defer(() => browser.close());
const page = await browser.newPage();
for (const { file, size, svg } of FILES) {
  await page.setViewportSize({ width: size, height: size });
  await page.setContent(`<style>body{margin:0}svg{display:block;width:100vw;height:100vh}</style>${svg}`);
  await writeFile(join(FOLDER, file), await page.screenshot({ omitBackground: true }));
}
