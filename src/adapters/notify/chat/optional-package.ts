const NOT_FOUND = ['ERR_MODULE_NOT_FOUND', 'MODULE_NOT_FOUND'];

/**
 * Imports a library that only one channel needs. It is not installed with the server.
 * @param install the packages with their versions, as `npm install` takes them.
 * @throws Error that says how to install them if they are missing.
 */
export async function importOptional<T>(title: string, install: string, load: () => Promise<T>): Promise<T> {
  try {
    return await load();
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && NOT_FOUND.includes(String(error.code)))) throw error;
    throw new Error(`${title} needs packages that are not installed: npm install ${install}`, {
      cause: error,
    });
  }
}
