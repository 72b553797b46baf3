import { join } from 'node:path';
import { ormOptions } from './src/adapters/mikro-orm/database/database.ts';
import { readConfig } from './src/composition/config/config.ts';

/**
 * Configures MikroORM's own command line. The server and `agent-dashboard migrate` run the same migrations.
 * Stop the server before you use this with the embedded database.
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
