export {
  connectDatabase,
  type Database,
  type DatabaseOptions,
  type Querier,
  type Result,
  type Row,
} from './database.ts'
export { FencedError, isUnavailable, UnavailableError } from './errors.ts'
export type { Log } from './log.ts'
export { type Migration, migrate } from './migrate.ts'
