import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, gzip } from 'node:zlib';
import { build, defineConfig, type Plugin } from 'vite';

/** The running dashboard server to which `vite web` forwards API requests. */
const SERVER_URL = process.env.DASHBOARD_URL ?? 'http://127.0.0.1:8080';
const COMPRESSIBLE = /\.(?:html|js|css|svg|webmanifest)$/;

/** Writes a compressed copy of each file, so that the server does not compress them on each request. */
const compressFiles = (): Plugin => ({
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

/**
 * Copies the viewer of the API reference into the build. `public/docs/index.html` loads this copy, so that
 * the browser needs no other server.
 */
const copyApiReferenceViewer = (): Plugin => ({
  name: 'api-reference',
  apply: 'build',
  async generateBundle() {
    const folder = join(import.meta.dirname, '../node_modules/openapi-explorer');
    for (const [from, to] of [
      [join(folder, 'dist/browser/openapi-explorer.min.js'), 'docs/openapi-explorer.js'],
      [join(folder, 'LICENSE'), 'docs/openapi-explorer.LICENSE.txt'],
    ] as const) {
      this.emitFile({ type: 'asset', fileName: to, source: await readFile(from) });
    }
  },
});

/**
 * Builds the service worker into one file of its own. It is at the address of the page, because a worker is
 * for the pages below its own address. Its name has no hash, because browsers look there for a new version.
 */
const serviceWorker = (): Plugin => ({
  name: 'service-worker',
  async generateBundle() {
    this.emitFile({ type: 'asset', fileName: SERVICE_WORKER, source: await buildServiceWorker() });
  },
  configureServer(server) {
    server.middlewares.use(`/${SERVICE_WORKER}`, async (_, res) => {
      res.setHeader('Content-Type', 'text/javascript').end(await buildServiceWorker());
    });
  },
});

const SERVICE_WORKER = 'service-worker.js';

async function buildServiceWorker(): Promise<string> {
  const built = await build({
    ...{ configFile: false, root: import.meta.dirname, logLevel: 'warn' },
    build: {
      ...{ target: 'es2022', write: false, copyPublicDir: false },
      rolldownOptions: {
        input: join(import.meta.dirname, 'src/service-worker/service-worker.ts'),
        // Not every browser loads a service worker that is a module.
        output: { format: 'iife', entryFileNames: SERVICE_WORKER },
      },
    },
  });
  const [bundle] = [built].flat();
  if (bundle === undefined || !('output' in bundle)) throw new Error('Vite has built no service worker');
  return bundle.output[0].code;
}

export default defineConfig({
  root: import.meta.dirname,
  // The page may be below a path: the addresses in its code are relative to the code.
  base: './',
  plugins: [copyApiReferenceViewer(), serviceWorker(), compressFiles()],
  server: { port: 5173, proxy: { '/api': SERVER_URL, '/mcp': SERVER_URL } },
  build: {
    target: 'es2022',
    outDir: 'dist',
    // The page's Content-Security-Policy does not allow inlined assets.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
});
