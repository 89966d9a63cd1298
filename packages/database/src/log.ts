/** What this package needs of a logger; the project's pino loggers satisfy it. */
export interface Log {
  info(fields: object, message?: string): void
  warn(fields: object, message?: string): void
  error(fields: object, message?: string): void
}
