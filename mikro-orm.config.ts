import { join } from 'node:path';
import { ormOptions } from './src/adapters/mikro-orm/database/database.ts';
import { readConfig } from './src/composition/config/config.ts';

/**
 * Configures MikroORM's own command line. It runs the same migrations as the server and `agent-dashboard
 * migrate`. With the embedded database, stop the server first: only one process can open it.
 */
const { databaseUrl, dataDir } = readConfig(process.env);

export default databaseUrl === null
  ? {
      ...ormOptions,
      driver: (await import('@mikro-orm/pglite')).PgliteDriver,
      dbName: 'postgres',
      driverOptions: { dataDir: join(dataDir, 'database') },
    }
  : {
      ...ormOptions,
      driver: (await import('@mikro-orm/postgresql')).PostgreSqlDriver,
      clientUrl: databaseUrl,
      driverOptions: { connectionString: databaseUrl },
    };
