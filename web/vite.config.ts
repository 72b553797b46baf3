import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, gzip } from 'node:zlib';
import { defineConfig, type Plugin } from 'vite';

/** Where `vite web` finds the API: a dashboard that runs beside it. */
const SERVER = process.env.DASHBOARD_URL ?? 'http://127.0.0.1:8080';
const COMPRESSIBLE = /\.(?:html|js|css|svg|webmanifest)$/;

/** Puts the compressed forms beside the files: made once and well here, not with every request. */
const compressed = (): Plugin => ({
  name: 'compressed-files',
  apply: 'build',
  async writeBundle({ dir }) {
    const files = (await readdir(dir!, { recursive: true })).filter((file) => COMPRESSIBLE.test(file));
    await Promise.all(
      files.map(async (file) => {
        const content = await readFile(join(dir!, file));
        await writeFile(join(dir!, `${file}.br`), await promisify(brotliCompress)(content));
        await writeFile(join(dir!, `${file}.gz`), await promisify(gzip)(content));
      }),
    );
  },
});

export default defineConfig({
  root: import.meta.dirname,
  plugins: [compressed()],
  server: { port: 5173, proxy: { '/api': SERVER, '/mcp': SERVER } },
  build: {
    target: 'es2022',
    outDir: 'dist',
    // Nothing inlined: the page's Content-Security-Policy allows files of its own only.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
});
