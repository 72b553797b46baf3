/** Builds the page after an install. After `npm ci --omit=dev` it does nothing, because vite is missing then. */
const vite = await import('vite').catch((error) => {
  if (error.code !== 'ERR_MODULE_NOT_FOUND') throw error;
  process.stdout.write('vite is not installed, so the page is not built\n');
  return null;
});
await vite?.build({ root: import.meta.dirname });
