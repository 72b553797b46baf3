import { defineConfig } from 'vite';

/** Where `vite web` finds the API: a dashboard that runs beside it. */
const SERVER = process.env.DASHBOARD_URL ?? 'http://127.0.0.1:8080';

export default defineConfig({
  root: import.meta.dirname,
  server: { port: 5173, proxy: { '/api': SERVER, '/mcp': SERVER } },
  build: {
    target: 'es2022',
    outDir: 'dist',
    // Nothing inlined: the page's Content-Security-Policy allows files of its own only.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: true,
  },
});
