import type { Connection } from '../connection.ts'

/** How the client came in; the owner shows it in session lists. */
export function originOf(connection: Connection): {
  address: string
  secure: boolean
  mechanism: string
  transport: string
} {
  const { address, secure, mechanism, kind } = connection
  return { address, secure, mechanism, transport: kind }
}
