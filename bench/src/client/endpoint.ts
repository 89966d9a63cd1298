/** How a stream to a server is secured. */
export type Security = 'plain' | 'starttls' | 'direct-tls'

/** Where a server listens and which domain it serves. */
export interface Endpoint {
  readonly host: string
  readonly port: number
  readonly domain: string
  readonly security: Security
}

/** A user the server knows. */
export interface Account {
  readonly name: string
  readonly password: string
}
