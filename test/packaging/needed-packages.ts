/** The packages that an entry needs in addition to those that are always installed. */
export interface Needed {
  /** The optional packages that its code imports. */
  readonly packages: readonly string[];
  /** The optional packages that its types import. */
  readonly types?: readonly string[];
}

/** The packages that are always installed: the `dependencies` of the published package.json. */
export const ALWAYS = ['uuid', 'valibot'];

const MIKRO_ORM = ['@mikro-orm/core', '@mikro-orm/migrations', 'kysely'];

/**
 * The packages that each entry needs, by the part of the entry that follows the package's name. They are
 * `optionalDependencies`. Who installs the package with `--omit=optional` has to install those of the entries
 * that they use (docs/adr/0015).
 */
export const NEEDED: { readonly [entry: string]: Needed } = {
  '': { packages: [] },
  '/client': { packages: [] },
  '/contracts': { packages: [] },
  '/in-memory': { packages: [] },
  '/local-context': { packages: [] },
  '/problem': { packages: [] },
  '/signals': { packages: [] },
  '/jwt': { packages: ['jose', 'lru-cache'] },
  '/koa': {
    packages: ['@koa/router', 'koa', 'lru-cache', 'raw-body', 'rate-limiter-flexible'],
    types: ['@types/koa'],
  },
  '/mcp': {
    packages: ['@modelcontextprotocol/sdk', '@modelcontextprotocol/server', '@valibot/to-json-schema'],
  },
  '/mikro-orm': { packages: ['@mikro-orm/core', 'kysely', 'lru-cache'], types: ['@mikro-orm/sql'] },
  '/mikro-orm/pglite': { packages: [...MIKRO_ORM, '@mikro-orm/pglite'], types: ['@mikro-orm/sql'] },
  '/mikro-orm/postgres': {
    packages: [...MIKRO_ORM, '@mikro-orm/postgresql', 'pg'],
    types: ['@mikro-orm/sql'],
  },
  '/signals/postgres': { packages: ['pg'], types: ['@types/pg'] },
};
