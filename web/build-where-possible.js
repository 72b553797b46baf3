/** After an install: builds the page, but for `npm ci --omit=dev`, which leaves out what that takes. */
const vite = await import('vite').catch((error) => {
  if (error.code !== 'ERR_MODULE_NOT_FOUND') throw error;
  process.stdout.write('vite is not installed: the page is not built\n');
  return null;
});
await vite?.build({ root: import.meta.dirname });
