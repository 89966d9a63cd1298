import { ConfigError, type HeliographConfig } from '@heliograph/config'
import { connectDatabase, migrate } from '@heliograph/database'
import type { ProcessDefinition } from './start-process.ts'

/**
 * Brings the tables of a process's services to this version and starts nothing: for a step before the instances of this version come. Those
 * of the version before go on, and several may do so at once. Gives what was applied.
 *
 * @throws ConfigError without an address of the database, else what the database says.
 */
export async function migrateTables(
  { services }: ProcessDefinition,
  { instance, postgres: { url, password } }: HeliographConfig,
): Promise<string[]> {
  if (url === undefined)
    throw new ConfigError([{ option: 'postgres.url', message: 'is required (or set HELIOGRAPH_POSTGRES_URL)' }])
  await using database = await connectDatabase({ url, password, poolSize: 1, instance: `migrate-${instance}` })
  return await migrate(
    database,
    services.flatMap(({ migrations = [] }) => migrations),
  )
}
