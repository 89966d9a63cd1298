export { buildIndex, dropIndex, type IndexOutcome } from './background-index.ts'
export type { BatchColumn, BatchTable } from './batch-sql.ts'
export { type BatchResult, BatchWriter, type BatchWriterOptions, type OnCommitted } from './batch-writer.ts'
export {
  connectDatabase,
  type Database,
  type DatabaseOptions,
  type Querier,
  type Result,
  type Row,
} from './database.ts'
export { type EmbeddedOptions, type EmbeddedPostgres, startEmbeddedPostgres } from './embedded/server.ts'
export { FencedError, isUnavailable, UnavailableError } from './errors.ts'
export { type Migration, migrate } from './migrate.ts'
export { becomeSoleUser, type SoleUserOptions } from './sole-user.ts'
