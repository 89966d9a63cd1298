import type { Resource } from '../../users/resource.ts'

/** What a user is told of one of his clients. */
export interface ClientFacts {
  readonly client: string
  readonly state: 'online' | 'away for now'
  readonly address: string
  readonly transport: string
  readonly encrypted: boolean
  readonly mechanism: string
  readonly since: string
}

/** The facts of a session. What a client says of itself, and tokens without a session, join them here. */
export function clientFacts({ name, attachment, origin, since }: Resource): ClientFacts {
  return {
    client: name,
    state: attachment === 'hibernating' ? 'away for now' : 'online',
    address: origin.address,
    transport: origin.transport,
    encrypted: origin.secure,
    mechanism: origin.mechanism,
    since: new Date(since).toISOString(),
  }
}

/** The same in one line. */
export function clientLine(resource: Resource): string {
  const { client, state, address, transport, mechanism, since } = clientFacts(resource)
  return `${client}: ${state}, from ${address} by ${transport}, ${mechanism}, since ${since}`
}
