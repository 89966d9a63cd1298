/** Channel binding types a server offers, the strongest first (RFC 9266, RFC 5929). */
export const CHANNEL_BINDING_TYPES = ['tls-exporter', 'tls-server-end-point'] as const
export type ChannelBindingType = (typeof CHANNEL_BINDING_TYPES)[number]

/** The channel bindings of one connection. */
export interface ChannelBindings {
  /** What the connection can bind to, for XEP-0440. */
  readonly types: readonly ChannelBindingType[]
  /** @returns undefined for a type that isn't among `types` */
  data(type: string): Buffer | undefined
}

/** For a connection without TLS. */
export const NO_BINDINGS: ChannelBindings = { types: [], data: () => undefined }
